"""Adding to sources.yaml by machine: only the new lines change."""

import pytest

from monitor.config.editing import add_sources, source_id
from monitor.config.sources import load_sources
from monitor.errors import ConfigError, MonitorError
from monitor.models import Listing, Source

NEW = Source(
    id="new",
    kind="page",
    url="https://new.example/a?b=c&d=e#x",
    name='A: "quoted" # name',
    tags=("a", "b"),
    listing=Listing(item="li > a", title="h2"),
)
ENTRY = "  - {id: a, kind: feed, url: 'https://a.example/'}\n"
FILES = {
    "plain": "version: 1\nsources:\n" + ENTRY,
    "no newline at the end": "version: 1\nsources:\n" + ENTRY.rstrip("\n"),
    "not indented": "version: 1\nsources:\n" + ENTRY.removeprefix("  "),
    "empty list": "version: 1  # one\nsources: []  # none yet\n",
    "no key": "version: 1\n",
    "another key after": "sources:\n" + ENTRY + "\n# which version\nversion: 1\n",
    "comments": "# a\nversion: 1\n# b\nsources: # c\n  # d\n" + ENTRY + "  # e\n",
}


@pytest.mark.parametrize("name", FILES)
def test_every_line_of_the_file_stays(tmp_path, name):
    path = tmp_path / "sources.yaml"
    path.write_text(FILES[name], encoding="utf-8")
    before = load_sources(path, {})
    add_sources(path, [NEW, NEW.model_copy(update={"id": "newer"})], {})
    assert load_sources(path, {}) == (*before, NEW, NEW.model_copy(update={"id": "newer"}))
    written = path.read_text(encoding="utf-8")
    for line in FILES[name].replace("[]", "").splitlines():
        assert line.strip() in written.replace("sources:  #", "sources:   #") or line.split("#")[0].strip() in written
    assert [found.name for found in tmp_path.iterdir()] == ["sources.yaml"]


def test_a_file_that_cannot_be_added_to_is_left_alone(tmp_path):
    path = tmp_path / "sources.yaml"
    flow = "{version: 1, sources: [{id: a, kind: feed, url: 'https://a.example/'}]}\n"
    path.write_text(flow)
    with pytest.raises(MonitorError, match="write this there") as raised:
        add_sources(path, [NEW], {})
    assert "- id: new" in str(raised.value)
    assert path.read_text() == flow


def test_a_broken_file_and_a_double_id_are_left_alone(tmp_path):
    path = tmp_path / "sources.yaml"
    path.write_text("version: 1\nsources:\n  - {id: a}\n")
    with pytest.raises(ConfigError):
        add_sources(path, [NEW], {})
    path.write_text("version: 1\nsources:\n" + ENTRY)
    with pytest.raises(MonitorError):
        add_sources(path, [NEW.model_copy(update={"id": "a"})], {})
    assert path.read_text() == "version: 1\nsources:\n" + ENTRY


def test_what_would_be_a_variable_is_refused(tmp_path):
    path = tmp_path / "sources.yaml"
    path.write_text("version: 1\nsources:\n" + ENTRY)
    with pytest.raises(MonitorError, match="variable"):
        add_sources(path, [NEW.model_copy(update={"name": "${HOME}"})], {})


@pytest.mark.parametrize(
    ("name", "url", "expected"),
    [
        ("Radio Free Example", "https://x.example/", "radio-free-example"),
        ("Газета", "https://www.gazeta.example/rss", "gazeta-example-2"),
        ("", "https://x.example/", "x-example"),
        ("!!!", "https://x.example/", "x-example"),
    ],
)
def test_ids_are_plain_and_free(name, url, expected):
    source = Source(id="new", kind="feed", url=url, name=name)
    assert source_id(source, {"gazeta-example"}) == expected
