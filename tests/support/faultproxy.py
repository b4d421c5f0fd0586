"""A TCP proxy before a real server that cuts connections on request: after the server answered, before the client knew."""

from __future__ import annotations

import random
import socket
import threading
from contextlib import suppress
from pathlib import Path


class FaultProxy:
    """Listens on loopback and forwards to a Unix socket.

    `drop` replies are read from the server and thrown away with their connection, whatever command they answer, once
    `on` stands in the request. `chance` cuts any reply at random.
    """

    def __init__(self, target: Path, *, chance: float = 0.0, seed: int = 0) -> None:
        self.target = target
        self.chance = chance
        self.drop = 0
        self.on = b""
        self.cut = 0
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._listener.getsockname()[1]}/0"

    def __enter__(self) -> FaultProxy:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # A blocked accept wakes when the socket is shut down, not when it is closed.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        for each in list(self._open):
            _close(each)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(str(self.target))
        except OSError:
            _close(client)
            _close(server)
            return
        self._open |= {client, server}
        state = {"asked": b""}
        threading.Thread(target=self._forward, args=(client, server, state), daemon=True).start()
        self._reply(server, client, state)
        self._open -= {client, server}

    def _forward(self, client: socket.socket, server: socket.socket, state: dict[str, bytes]) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                state["asked"] = (state["asked"] + data)[-200_000:]
                server.sendall(data)
        _close(server)

    def _reply(self, server: socket.socket, client: socket.socket, state: dict[str, bytes]) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                asked, state["asked"] = state["asked"], b""
                if self._cuts(asked):
                    break
                client.sendall(data)
        _close(client)
        _close(server)

    def _cuts(self, asked: bytes) -> bool:
        with self._lock:
            wanted = self.drop > 0 and self.on in asked
            self.drop -= wanted
            cuts = wanted or self._random.random() < self.chance
            self.cut += cuts
            return cuts


def _close(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()
