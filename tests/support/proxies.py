"""Small real proxies on loopback: HTTP (forwarding and CONNECT) and SOCKS5, with a log of what they were asked for."""

from __future__ import annotations

import base64
import contextlib
import selectors
import socket
import struct
import threading
from collections.abc import Callable
from urllib.parse import urlsplit


class Proxy:
    """`asked` are the hosts and ports that clients wanted; every one leads to `origin`, a port of loopback.

    With `login`, user and password are demanded. `refusing` answers that the target cannot be reached.
    """

    scheme = ""

    def __init__(self, origin: int, *, login: tuple[str, str] | None = None, refusing: bool = False) -> None:
        self._origin = origin
        self._login = login
        self._refusing = refusing
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.asked: list[tuple[str, int]] = []

    @property
    def port(self) -> int:
        return self._socket.getsockname()[1]

    @property
    def url(self) -> str:
        login = "{}:{}@".format(*self._login) if self._login else ""
        return f"{self.scheme}://{login}127.0.0.1:{self.port}"

    def __enter__(self) -> Proxy:
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
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        raise NotImplementedError

    def _relay(self, connection: socket.socket, first: bytes = b"") -> None:
        """Carry bytes both ways until one side ends."""
        with socket.create_connection(("127.0.0.1", self._origin)) as target:
            target.sendall(first)
            with selectors.DefaultSelector() as selector:
                selector.register(connection, selectors.EVENT_READ, target)
                selector.register(target, selectors.EVENT_READ, connection)
                while True:
                    for key, _ in selector.select():
                        data = key.fileobj.recv(65536)
                        if not data:
                            return
                        key.data.sendall(data)


class HttpProxy(Proxy):
    scheme = "http"

    def _answer(self, connection: socket.socket) -> None:
        head, _, rest = _until(connection, b"\r\n\r\n").partition(b"\r\n\r\n")
        line, *headers = head.decode("latin-1").split("\r\n")
        method, target, version = line.split(" ")
        parts = urlsplit(target if "://" in target else f"//{target}")
        self.asked.append((parts.hostname, parts.port or 80))
        if self._login and f"Basic {_basic(self._login)}" not in head.decode("latin-1"):
            connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        elif self._refusing:
            connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        elif method == "CONNECT":
            connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            self._relay(connection)
        else:
            kept = [header for header in headers if not header.lower().startswith("proxy-")]
            path = parts._replace(scheme="", netloc="").geturl()
            self._relay(connection, "\r\n".join([f"{method} {path} {version}", *kept, "", ""]).encode("latin-1") + rest)


class SocksProxy(Proxy):
    scheme = "socks5"

    def _answer(self, connection: socket.socket) -> None:
        _, count = _exactly(connection, 2)
        _exactly(connection, count)
        connection.sendall(b"\x05\x02" if self._login else b"\x05\x00")
        if self._login:
            user = _exactly(connection, _exactly(connection, 2)[1])
            password = _exactly(connection, _exactly(connection, 1)[0])
            good = (user.decode(), password.decode()) == self._login
            connection.sendall(b"\x01\x00" if good else b"\x01\x01")
            if not good:
                return
        kind = _exactly(connection, 4)[3]
        host = _SOCKS_HOSTS[kind](connection)
        (port,) = struct.unpack("!H", _exactly(connection, 2))
        self.asked.append((host, port))
        connection.sendall(b"\x05" + (b"\x04" if self._refusing else b"\x00") + b"\x00\x01" + bytes(6))
        if not self._refusing:
            self._relay(connection)


_SOCKS_HOSTS: dict[int, Callable[[socket.socket], str]] = {
    1: lambda connection: socket.inet_ntop(socket.AF_INET, _exactly(connection, 4)),
    3: lambda connection: _exactly(connection, _exactly(connection, 1)[0]).decode(),
    4: lambda connection: socket.inet_ntop(socket.AF_INET6, _exactly(connection, 16)),
}


def _basic(login: tuple[str, str]) -> str:
    return base64.b64encode(":".join(login).encode()).decode()


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise OSError("the client left")
        data += piece
    return data


def _until(connection: socket.socket, mark: bytes) -> bytes:
    data = b""
    while mark not in data:
        piece = connection.recv(65536)
        if not piece:
            raise OSError("the client left")
        data += piece
    return data
