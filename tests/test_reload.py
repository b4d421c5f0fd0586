import os
import time

import pytest
import yaml
from support.flow import WATCH

from monitor.errors import ConfigError
from monitor.reload import CurrentRuntime
from monitor.wiring import Installation


@pytest.fixture
def place(server, keys, tmp_path):
    config = tmp_path / "config"
    config.mkdir()
    (config / "watch.yaml").write_text(WATCH)
    (config / "settings.yaml").write_text(yaml.safe_dump({"version": 1, "redis": {"prefix": keys.prefix}}))
    write(config, "one")
    return Installation(config=config, data=tmp_path / "data", redis_url=server.url)


def write(config, *names):
    sources = [{"id": name, "url": f"https://{name}.test/", "kind": "feed"} for name in names]
    (config / "sources.yaml").write_text(yaml.safe_dump({"version": 1, "sources": sources}))
    later = time.time() + write.count
    os.utime(config / "sources.yaml", (later, later))
    write.count += 1


write.count = 1


def look(current):
    current._looked = 0
    return sorted(current().sources)


def test_a_changed_file_is_used_and_a_broken_one_is_not(place):
    said = []
    current = CurrentRuntime(place, said.append)
    assert look(current) == ["one"]
    write(place.config, "one", "two")
    assert look(current) == ["one", "two"]
    (place.config / "sources.yaml").write_text("version: 1\nsauces: []\n")
    assert look(current) == look(current) == ["one", "two"]
    assert [line.split(":")[0] for line in said] == [
        "the changed configuration is in use",
        "the changed configuration is not used, the last good one stays",
    ]
    assert "sources.yaml:2:1" in said[1]
    write(place.config, "three")
    assert look(current) == ["three"]


def test_a_child_of_an_older_state_finds_the_last_good_one(place):
    """It was forked from a parent that began with the first state, after a second good and a third broken one."""
    parent, sibling = CurrentRuntime(place, lambda line: None), CurrentRuntime(place, lambda line: None)
    write(place.config, "two")
    assert look(sibling) == ["two"]
    (place.config / "sources.yaml").write_text("nonsense")
    assert look(sibling) == ["two"]
    assert look(parent) == ["two"]


def test_a_broken_file_at_the_start_is_refused(place):
    (place.config / "sources.yaml").write_text("nonsense")
    with pytest.raises(ConfigError):
        CurrentRuntime(place, print)
