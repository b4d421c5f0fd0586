"""A server on loopback that sends whatever bytes a test wants, well-formed or not."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable


class RawServer:
    """Each connection is given to `serve` in a thread, once its request was read; it is closed afterwards.

    With `listens_only` it is given at once. `closed` is set when the first connection ended.
    """

    def __init__(self, serve: bytes | Callable[[socket.socket], None], *, listens_only: bool = False) -> None:
        self._serve = serve
        self._listens_only = listens_only
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.requests: list[bytes] = []
        self.closed = threading.Event()

    @property
    def port(self) -> int:
        return self._socket.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def __enter__(self) -> RawServer:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):  # how a client that leaves shows itself
            if not self._listens_only:
                self.requests.append(connection.recv(65536))
            if callable(self._serve):
                self._serve(connection)
            else:
                connection.sendall(self._serve)
        self.closed.set()


def reset(connection: socket.socket) -> None:
    """End a connection with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
