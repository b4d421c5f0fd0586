"""A web server on loopback whose every answer a test decides, with a log of every request."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answer:
    """What one path says. `delay` in seconds before the first byte; `headers` beside Content-Length."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0


@dataclass(frozen=True)
class Hit:
    """One request as it came in."""

    at: float
    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


class Origin:
    """Paths to answers; a path may also be a function of the Hit. Unknown paths are 404."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.hits: list[Hit] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Origin:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def count(self, path: str) -> int:
        return sum(hit.path == path for hit in self.hits)


def _handler(origin: Origin) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            hit = Hit(time.time(), self.command, self.path, dict(self.headers), self.rfile.read(length))
            origin.hits.append(hit)
            found = origin.answers.get(self.path, Answer(b"not here", 404))
            answer = found(hit) if callable(found) else found
            time.sleep(answer.delay)
            try:
                self.send_response(answer.status)
                for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if answer.status != 304:
                    self.wfile.write(answer.body)
            except (BrokenPipeError, ConnectionResetError):
                return  # the client was killed or gave up, which some tests want

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 - names of http.server

        def log_message(self, *_: object) -> None:
            return

    return Handler
