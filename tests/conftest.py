"""What every test may ask for. Real servers on loopback; every process started here is stopped by its pid."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.origin import Origin
from support.servers import Server, redis_binary, valkey_binary

from monitor.store.connection import connect
from monitor.store.keys import Keys

ROOT = Path(__file__).resolve().parents[1]


def skip_or_fail(reason: str) -> None:
    """Skip on a person's machine; in CI a missing part is a failure, since it would hide what was not run."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real documents beside the checkout; see its README.md."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        skip_or_fail("needs the real documents of ../shared/data, which are not part of the project")
    return folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path: a Unix socket's may have 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="mt-") as name:
        yield Path(name)


@pytest.fixture(scope="session", params=["valkey", "redis"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The embedded Valkey, and Debian's Redis 7.0."""
    binary = valkey_binary() if request.param == "valkey" else redis_binary()
    if binary is None:
        skip_or_fail("needs redis-server, a Debian package: .ci/packages installs it")
    with tempfile.TemporaryDirectory(prefix="mt-") as name:
        server = Server(binary, Path(name)).start()
        yield server
        server.stop()


@pytest.fixture
def keys() -> Keys:
    """Names that no other test uses."""
    return Keys(f"test-{secrets.token_hex(4)}:")


@pytest.fixture
def client(server: Server) -> Iterator:
    """A client of the server."""
    client = connect(server.url)
    yield client
    client.close()


@pytest.fixture
def origin() -> Iterator[Origin]:
    """A web server on loopback."""
    with Origin() as origin:
        yield origin
