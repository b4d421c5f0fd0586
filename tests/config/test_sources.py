import pytest

from monitor.config.sources import load_sources, sources_schema
from monitor.errors import ConfigError
from monitor.kinds import KINDS


def load(tmp_path, **fields):
    path = tmp_path / "sources.yaml"
    row = ", ".join(f"{name}: '{value}'" for name, value in fields.items())
    path.write_text(f"version: 1\nsources:\n  - {{id: a, {row}}}\n")
    return load_sources(path, {})


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_each_kind_is_a_source(tmp_path, kind):
    (source,) = load(tmp_path, kind=kind, url=KINDS[kind].example)
    assert source.kind == kind
    assert kind in sources_schema()["$defs"]["Source"]["properties"]["kind"]["enum"]


def test_an_address_that_can_not_be_of_its_kind_is_a_problem_with_the_right_one(tmp_path):
    with pytest.raises(ConfigError, match=r"no address of kind telegram \(write https://t.me/s/name\)"):
        load(tmp_path, kind="telegram", url="https://t.me/name")


def test_an_unknown_kind_is_told_the_known_ones(tmp_path):
    with pytest.raises(ConfigError, match="write one of feed, page, telegram, sitemap, wordpress"):
        load(tmp_path, kind="fead", url="https://x.test/")
