import asyncio
import gzip
import socket
import threading
import time
from datetime import UTC, datetime

import pytest
from support.origin import Answer

from monitor.errors import FetchError
from monitor.fetch.client import Bounds, opened, retry_after
from monitor.models import Outcome

BOUNDS = Bounds(deadline=3, max_bytes=1_000_000)


def get(url, *, bounds=BOUNDS, resolver=None, allow_private=True, **validators):
    async def work():
        options = {"resolver": resolver} if resolver else {}
        async with opened("Test/1 (contact)", bounds, **options) as client:
            return await client.get(url, allow_private=allow_private, **validators)

    return asyncio.run(work())


def refused(url, **options):
    with pytest.raises(FetchError) as caught:
        get(url, **options)
    return caught.value


def test_a_body_comes_with_its_validators_and_the_agent_is_named(origin):
    origin.answers["/feed"] = Answer(
        b"<rss/>", headers={"ETag": 'W/"a,b"', "Last-Modified": "odd", "Set-Cookie": "a=b"}
    )
    response = get(f"{origin.url}/feed")
    assert (response.body, response.etag, response.last_modified) == (b"<rss/>", 'W/"a,b"', "odd")
    headers = origin.hits[0].headers
    assert headers["User-Agent"] == "Test/1 (contact)"
    assert {"Cookie", "Referer", "If-None-Match"}.isdisjoint(headers)


def test_validators_are_echoed_verbatim_and_a_304_has_no_body(origin):
    origin.answers["/feed"] = Answer(status=304, headers={"ETag": '"new"'})
    response = get(f"{origin.url}/feed", etag='W/"a,b"', last_modified="odd date")
    assert (response.unchanged, response.etag) == (True, '"new"')
    assert origin.hits[0].headers["If-None-Match"] == 'W/"a,b"'
    assert origin.hits[0].headers["If-Modified-Since"] == "odd date"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (403, "blocked"),
        (404, "not-found"),
        (410, "gone"),
        (429, "busy"),
        (500, "server-error"),
        (418, "protocol-error"),
    ],
)
def test_each_status_has_its_outcome(origin, status, outcome):
    origin.answers["/"] = Answer(status=status, headers={"Retry-After": "7"})
    error = refused(f"{origin.url}/")
    assert error.outcome == outcome
    assert error.retry_after == (7 if status == 429 else None)


def test_a_compressed_body_is_bounded_while_it_is_unpacked(origin):
    """2 MB that would be 2 GB: refused within the bound, in a moment."""
    bomb = gzip.compress(bytes(200_000_000))
    origin.answers["/"] = Answer(bomb, headers={"Content-Encoding": "gzip"})
    began = time.monotonic()
    assert refused(f"{origin.url}/").outcome is Outcome.TOO_LARGE
    assert time.monotonic() - began < 2


def test_a_silent_server_is_left_at_the_deadline(origin):
    origin.answers["/"] = Answer(delay=5)
    began = time.monotonic()
    assert refused(f"{origin.url}/", bounds=Bounds(deadline=0.5)).outcome is Outcome.TIMEOUT
    assert time.monotonic() - began < 1.5


def test_a_body_that_drips_is_left_at_the_deadline():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip():
            connection, _ = server.accept()
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            try:
                for _ in range(100):
                    connection.sendall(b".")
                    time.sleep(0.05)
            except OSError:
                connection.close()

        threading.Thread(target=drip, daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        assert refused(url, bounds=Bounds(deadline=0.5)).outcome is Outcome.TIMEOUT


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "protocol-error"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nnogzi", "protocol-error"),
        (b"nonsense\r\n\r\n", "protocol-error"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n", "protocol-error"),
    ],
)
def test_a_broken_answer_is_never_a_good_one(answer, outcome):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            connection, _ = server.accept()
            connection.recv(65536)
            connection.sendall(answer)
            connection.close()

        threading.Thread(target=serve, daemon=True).start()
        assert refused(f"http://127.0.0.1:{server.getsockname()[1]}/").outcome in {outcome, "unreachable"}


def test_redirects_are_followed_five_times(origin):
    for number in range(6):
        origin.answers[f"/{number}"] = Answer(status=302, headers={"Location": f"/{number + 1}"})
    origin.answers["/6"] = Answer(b"here")
    assert get(f"{origin.url}/1").url.endswith("/6")
    assert refused(f"{origin.url}/0").outcome is Outcome.PROTOCOL_ERROR


class Listener:
    """A port that must see no connection."""

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(0.2)
        return self

    def __exit__(self, *_):
        self.socket.close()

    @property
    def port(self):
        return self.socket.getsockname()[1]

    def was_reached(self):
        try:
            self.socket.accept()
        except TimeoutError:
            return False
        return True


def test_a_loopback_address_is_refused_before_any_connection():
    with Listener() as listener:
        for host in ("127.0.0.1", "[::ffff:127.0.0.1]", "localhost", "2130706433", "0x7f.1", "127.1"):
            assert refused(f"http://{host}:{listener.port}/", allow_private=False).outcome is Outcome.REFUSED
        assert not listener.was_reached()


def test_the_resolved_address_counts_and_not_the_name():
    async def to_loopback(host, port):
        return ["127.0.0.1"]

    assert refused("http://public.test/", resolver=to_loopback, allow_private=False).outcome is Outcome.REFUSED


def test_a_redirect_is_checked_like_any_address(origin):
    """The first hop is allowed by a resolver of the test; the second is not, and sees no connection."""
    with Listener() as listener:
        for target in (
            f"http://127.0.0.2:{listener.port}/",
            "file:///etc/passwd",
            "gopher://x.test/",
            "http://u@x.test/",
        ):
            origin.answers["/"] = Answer(status=302, headers={"Location": target})
            error = refused(f"{origin.url}/", allow_private=target.startswith(("file", "gopher", "http://u")))
            assert error.outcome is Outcome.REFUSED
        assert not listener.was_reached()


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x.test/",
        "http://x.test:22/",
        "http://x.test:6379/",
        "http://user:pw@x.test/",
        "http://x.test/a\r\nX: y",
        "http:///",
    ],
)
def test_an_address_beyond_policy_is_refused_at_once(url):
    async def public(host, port):
        return ["8.8.8.8"]

    assert refused(url, allow_private=False, resolver=public).outcome is Outcome.REFUSED


def test_a_name_that_does_not_resolve_is_unreachable():
    async def nowhere(host, port):
        raise OSError("no such name")

    assert refused("http://x.test/", resolver=nowhere).outcome is Outcome.UNREACHABLE


def test_retry_after_is_read_as_seconds_or_date():
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert retry_after("7") == 7
    assert retry_after("Tue, 24 Nov 2026 12:01:00 GMT", lambda: now) == 60
    assert retry_after("Tue, 24 Nov 2026 11:00:00 GMT", lambda: now) == 0
    assert retry_after("soon") is retry_after(None) is None
