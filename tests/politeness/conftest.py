"""These tests look at the clock of a web server, so one kind of Redis is enough: tests/store has both."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from support.servers import Server, valkey_binary


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The embedded Valkey."""
    with TemporaryDirectory(prefix="mt-") as name:
        server = Server(valkey_binary(), Path(name)).start()
        yield server
        server.stop()
