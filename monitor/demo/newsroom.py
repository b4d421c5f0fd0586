"""A small invented newsroom on loopback: six outlets, four languages, every format that the program reads.

    stories -> print_site -> {path: Resource} -> a threaded HTTP server

The whole site is printed anew when a story is published; answering a request is a look-up.
"""

from __future__ import annotations

import sys
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from monitor.demo.stories import Story, load_stories
from monitor.demo.stories.outlets import OUTLETS, Outlet
from monitor.demo.stories.printing import Edition, Printed, print_site
from monitor.models import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from monitor.demo.stories.resource import Resource

_IDLE_SECONDS = 5.0
_STOP_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Expected:
    """A story that must alert exactly once: its id, and the addresses of it and of its retellings published so far."""

    id: str
    title: str
    urls: frozenset[str]


class Newsroom:
    """The newsroom as a context manager: inside it `url` answers on a free port of 127.0.0.1.

    `requests` counts the answers by (path, status). Raises ValueError for stories that do not belong together: a
    repeated id, an unknown outlet, a retelling of what is not there.
    """

    outlets: tuple[Outlet, ...] = OUTLETS
    url: str

    def __init__(
        self, stories: Iterable[Story] | None = None, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._stories = _by_id(load_stories() if stories is None else stories, self.outlets)
        self._clock = clock
        self._printed: dict[str, Printed] = {}
        self._site: Mapping[str, Resource] = {}
        self._lock = threading.Lock()
        self.requests: Counter[tuple[str, int]] = Counter()

    def __enter__(self) -> Self:
        """Open the port, with every story that is not held back already published."""
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        for story in self._stories.values():
            if story.publish is not None:
                self._add(story, age=story.publish)
        self._reprint()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_STOP_POLL_SECONDS,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Close the port. A request under way may still be answered; none is accepted any more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def sources(self) -> tuple[Source, ...]:
        """The outlets as sources to watch, each looked at every second."""
        return tuple(
            Source(
                id=outlet.id,
                name=outlet.name,
                url=self.url + outlet.path,
                kind=outlet.kind,
                language=outlet.language,
                tags=outlet.tags,
                every=timedelta(seconds=1),
                allow_private=True,
                listing=outlet.listing,
            )
            for outlet in self.outlets
        )

    def publish(self, story_id: str) -> datetime:
        """Put a story that waits into its outlet, as published now. Raises ValueError for any other story."""
        with self._lock:
            waiting = {story.id: story for story in self.waiting()}
            if story_id not in waiting:
                raise ValueError(f"{story_id!r} does not wait; these do: {', '.join(waiting) or 'none'}")
            printed = self._add(waiting[story_id])
            self._reprint()
        return printed.time

    def waiting(self) -> tuple[Story, ...]:
        """The stories that are held back still, first tellings before retellings."""
        stories = (story for story in self._stories.values() if story.id not in self._printed)
        return tuple(sorted(stories, key=lambda story: story.same_as is not None))

    def expected(self) -> tuple[Expected, ...]:
        """What must alert, of the stories published so far: one for a story and all its retellings, oldest first."""
        groups: dict[str, list[Printed]] = {}
        for printed in sorted(self._printed.values(), key=lambda printed: printed.time):
            if printed.story.on_topic:
                groups.setdefault(printed.story.group, []).append(printed)
        return tuple(
            Expected(group, told[0].story.title, frozenset(printed.url for printed in told))
            for group, told in groups.items()
        )

    def answer(self, path: str) -> Resource | None:
        """What the site has at a path; None for nothing."""
        return self._site.get(path)

    def count(self, path: str, status: HTTPStatus) -> None:
        """Note one answer in `requests`."""
        with self._lock:
            self.requests[path, status.value] += 1

    def _add(self, story: Story, age: timedelta = timedelta(0)) -> Printed:
        """Whole seconds: neither the dates of RSS nor those of HTTP tell smaller ones apart."""
        time = (self._clock() - age).replace(microsecond=0)
        printed = Printed(story, f"{self.url}/{story.outlet}/news/{story.id}.html", time)
        self._printed[story.id] = printed
        return printed

    def _reprint(self) -> None:
        newest_first = sorted(self._printed.values(), key=lambda printed: printed.time, reverse=True)
        self._site = print_site(
            Edition(outlet, self.url, tuple(printed for printed in newest_first if printed.story.outlet == outlet.id))
            for outlet in self.outlets
        )


def _by_id(stories: Iterable[Story], outlets: Iterable[Outlet]) -> dict[str, Story]:
    known: dict[str, Story] = {}
    for story in stories:
        if story.id in known:
            raise ValueError(f"two stories are called {story.id!r}")
        known[story.id] = story
    for story in known.values():
        if story.outlet not in {outlet.id for outlet in outlets}:
            raise ValueError(f"{story.id}: there is no outlet {story.outlet!r}")
        if story.same_as is not None and (story.same_as not in known or known[story.same_as].same_as is not None):
            raise ValueError(f"{story.id}: same_as must name a first telling, and {story.same_as!r} is none")
    return known


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, newsroom: Newsroom) -> None:
        self.newsroom = newsroom
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report a fault of the newsroom; a client that leaves before its answer is none."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """GET and HEAD, one request a connection."""

    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    server: _Server

    def do_GET(self) -> None:
        """Answer 200 with the resource, 304 to a client that holds it, 404 where there is none."""
        path = urlsplit(self.path).path
        resource = self.server.newsroom.answer(path)
        if resource is None:
            self._reply(path, HTTPStatus.NOT_FOUND, {"Content-Type": "text/plain; charset=utf-8"}, b"No such page.\n")
        elif resource.is_held_by(self.headers["If-None-Match"], self.headers["If-Modified-Since"]):
            self._reply(path, HTTPStatus.NOT_MODIFIED, resource.validators())
        else:
            headers = {"Content-Type": resource.content_type, **resource.validators()}
            self._reply(path, HTTPStatus.OK, headers, resource.body)

    def do_HEAD(self) -> None:
        """Answer as GET, without the body."""
        self.do_GET()

    def version_string(self) -> str:
        """Name the server, and nothing of the machine below it."""
        return "demo-newsroom"

    def log_message(self, *_: object) -> None:
        """Say nothing: the terminal belongs to the alerts."""

    def _reply(self, path: str, status: HTTPStatus, headers: Mapping[str, str], body: bytes | None = None) -> None:
        self.server.newsroom.count(path, status)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if body is not None:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if body is not None and self.command == "GET":
            self.wfile.write(body)
