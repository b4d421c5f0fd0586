import threading
import time

import pytest
from support.servers import Server, valkey_binary

from monitor.errors import StoreUnavailable, StoreUnfit
from monitor.store.connection import connect, require_fit, wait_until_up
from monitor.store.keys import SCHEMA_VERSION


@pytest.fixture
def own(folder):
    """A server that a test may spoil."""
    server = Server(valkey_binary(), folder)
    yield server
    server.stop()


def test_a_good_server_is_taken_without_a_word(client, keys):
    assert require_fit(client, keys) == ()
    assert client.get(keys("schema")) == b"1"


def test_an_evicting_server_is_refused(own, keys):
    own.start()
    client = connect(own.url)
    client.config_set("maxmemory-policy", "allkeys-lru")
    with pytest.raises(StoreUnfit, match="set it to noeviction"):
        require_fit(client, keys)


def test_a_server_without_aof_gives_a_warning(own, keys):
    own.options = ("--appendonly", "no")
    own.start()
    (warning,) = require_fit(connect(own.url), keys)
    assert "without AOF" in warning


def test_data_of_a_newer_program_is_refused(client, keys):
    client.set(keys("schema"), SCHEMA_VERSION + 1)
    with pytest.raises(StoreUnfit, match="run the newer program"):
        require_fit(client, keys)


def test_an_address_that_is_none_is_refused():
    with pytest.raises(StoreUnfit, match="REDIS_URL"):
        connect("http://example.org")


def test_an_absent_server_is_waited_for_and_said_once(own):
    said = []
    threading.Timer(1.2, own.start).start()
    began = time.monotonic()
    wait_until_up(connect(own.url), said.append, limit=20)
    assert time.monotonic() - began > 1
    assert [line.split(" (")[0] for line in said] == ["waiting for Redis", "Redis is back"]


def test_waiting_ends_at_its_limit(own):
    with pytest.raises(StoreUnavailable):
        wait_until_up(connect(own.url), lambda _: None, limit=0.1)
