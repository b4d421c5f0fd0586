"""`monitor import` and `monitor export`."""

import pytest
import yaml
from support.program import monitor, write_config

from monitor.config.opml import read_opml, write_opml
from monitor.errors import MonitorError
from monitor.models import Source

OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>mine</title></head><body>
  <outline text="Belarus"><outline text="State media">
    <outline type="rss" text="BelTA" title="BelTA" xmlUrl="https://belta.example/rss" language="ru-by"/>
    <outline type="rss" text="Беларусь" xmlUrl="https://sb.example/rss" category="/by/daily,paper"/>
  </outline></outline>
  <outline type="rss" text="Twice" xmlUrl="https://belta.example/rss"/>
  <outline type="link" text="No feed" url="https://example.org"/>
  <outline type="rss" text="Local" xmlUrl="file:///etc/passwd"/>
</body></opml>
"""


def test_feeds_come_with_names_and_folders():
    (first, second), refused = read_opml(OPML.encode())
    assert refused == 1
    assert (first.url, first.name, first.language) == ("https://belta.example/rss", "BelTA", "ru")
    assert first.folders == ("Belarus", "State media")
    assert second.folders == ("Belarus", "State media", "by", "daily", "paper")


def test_what_is_written_can_be_read_again():
    sources = [
        Source(id="a", kind="feed", url="https://a.example/?a=1&b=2", name="A <& b>", tags=("x", "y"), language="be"),
        Source(id="b", kind="page", url="https://b.example/"),
    ]
    ((outline,), _) = read_opml(write_opml(sources))
    assert (outline.url, outline.name) == ("https://a.example/?a=1&b=2", "A <& b>")
    assert (outline.folders, outline.language) == (("x", "y"), "be")


@pytest.mark.parametrize("body", [b"", b"no xml", b"<html></html>", b"\x00\x01"])
def test_what_is_no_opml_is_refused(body):
    with pytest.raises(MonitorError, match="no OPML"):
        read_opml(body)


def test_entities_are_not_followed(tmp_path):
    (tmp_path / "secret").write_text("https://secret.example/")
    entity = f'<!DOCTYPE opml [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]>'
    body = f'{entity}<opml><body><outline text="&x;" xmlUrl="https://a.example/"/></body></opml>'
    ((outline,), _) = read_opml(body.encode())
    assert outline.name in {"", "&x;"}


def test_import_adds_what_is_new_and_export_gives_it_back(folder):
    config = write_config(folder, Source(id="sb", kind="feed", url="https://www.sb.example/rss"))
    file = folder / "mine.opml"
    file.write_text(OPML, encoding="utf-8")
    place = {"MONITOR_CONFIG": str(config)}
    shown = monitor("import", str(file), "--dry-run", **place)
    assert "feeds would be added: 1, watched already: 1, 1 left out" in shown.stdout
    done = monitor("import", str(file), "--tag", "imported", **place)
    assert done.returncode == 0, done.stderr
    added = yaml.safe_load((config / "sources.yaml").read_text(encoding="utf-8"))["sources"][1]
    assert added["id"] == "belta"
    assert added["tags"] == ["imported", "belarus", "state-media"]
    assert monitor("import", str(file), **place).stdout.startswith("feeds added: 0, watched already: 2")
    assert [outline.url for outline in read_opml(monitor("export", **place).stdout.encode())[0]] == [
        "https://www.sb.example/rss",
        "https://belta.example/rss",
    ]


def test_a_file_without_feeds_is_an_error(folder):
    config = write_config(folder)
    file = folder / "empty.opml"
    file.write_text("<opml version='2.0'><body/></opml>")
    done = monitor("import", str(file), MONITOR_CONFIG=str(config))
    assert (done.returncode, "holds no feed" in done.stderr) == (1, True)
