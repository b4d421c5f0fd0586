import asyncio
import resource
import socket
import threading
import time
import zlib
from datetime import UTC, datetime

import brotli
import pytest
from support.origin import Answer, Origin

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


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_a_compressed_body_is_bounded_while_it_is_unpacked(origin, coding):
    """2 GB of zeros in a few KB or MB: refused in a moment, with less than 64 MB."""
    origin.answers["/"] = Answer(bomb(coding), headers={"Content-Encoding": coding})
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    assert refused(f"{origin.url}/").outcome is Outcome.TOO_LARGE
    assert time.monotonic() - began < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64_000, "KB"


def bomb(coding):
    """2 GB, made a piece at a time."""
    piece = bytes(10_000_000)
    if coding == "gzip":
        packer = zlib.compressobj(9, wbits=31)
        return b"".join(packer.compress(piece) for _ in range(200)) + packer.flush()
    packer = brotli.Compressor(quality=1)
    return b"".join(packer.process(piece) for _ in range(200)) + packer.finish()


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


@pytest.mark.parametrize(
    ("hops", "moved"),
    [
        ([301], "/1"),
        ([308], "/1"),
        ([302], ""),
        ([307], ""),
        ([301, 308], "/2"),
        ([301, 302], "/1"),
        ([302, 301], ""),
    ],
)
def test_an_address_has_moved_as_far_as_permanent_redirects_lead(origin, hops, moved):
    """FAULTS: 301/308 and 302/307: a temporary one never changes the address."""
    for number, status in enumerate(hops):
        origin.answers[f"/{number}"] = Answer(status=status, headers={"Location": f"/{number + 1}"})
    origin.answers[f"/{len(hops)}"] = Answer(b"here")
    response = get(f"{origin.url}/0")
    assert response.moved == (origin.url + moved if moved else "")
    assert response.url == f"{origin.url}/{len(hops)}"


def test_validators_go_to_the_address_that_gave_them_alone(origin):
    origin.answers["/old"] = Answer(status=301, headers={"Location": "/new"})
    origin.answers["/new"] = Answer(status=304)
    assert get(f"{origin.url}/old", etag='"n"', validated=f"{origin.url}/new").unchanged
    assert [hit.headers.get("If-None-Match") for hit in origin.hits] == [None, '"n"']


def test_a_304_that_was_not_asked_for_is_an_error(origin):
    """Taken for good news it would keep a source healthy that never answered."""
    origin.answers["/"] = Answer(status=304)
    assert refused(f"{origin.url}/").outcome is Outcome.PROTOCOL_ERROR


def test_who_stays_is_told_where_a_redirect_leads_and_asks_nothing_there(origin):
    with Origin() as other:
        origin.answers["/"] = Answer(status=302, headers={"Location": f"{other.url}/there"})
        origin.answers["/near"] = Answer(status=302, headers={"Location": "/"})
        response = get(f"{origin.url}/near", stay=True)
        assert (response.elsewhere, response.body) == (f"{other.url}/there", b"")
        assert other.hits == []


def test_a_body_can_be_cut_instead_of_refused(origin):
    origin.answers["/robots.txt"] = Answer(b"a" * 2_000_000)
    assert len(get(f"{origin.url}/robots.txt", most=512_000).body) == 512_000


def test_the_freshness_of_an_answer_is_told_for_a_304_too(origin):
    origin.answers["/"] = Answer(status=304, headers={"Cache-Control": "max-age=300", "Age": "100"})
    assert get(f"{origin.url}/", etag='"a"').fresh.total_seconds() == 200


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


@pytest.mark.parametrize("target", ["http://127.0.0.2:{port}/", "http://[::1]:{port}/", "//127.0.0.2:{port}/"])
def test_a_redirect_is_checked_like_any_address(origin, target):
    """The origin passes as a public host; where it leads to does not, and sees no connection."""

    async def public(host, port):
        return ["127.0.0.1"]

    with Listener() as listener, pytest.MonkeyPatch.context() as patch:
        patch.setattr("monitor.fetch.guard.forbidden", lambda address: str(address) != "127.0.0.1")
        patch.setattr("monitor.fetch.client.ALLOWED_PORTS", {int(origin.url.rsplit(":", 1)[1]), listener.port})
        origin.answers["/"] = Answer(status=302, headers={"Location": target.format(port=listener.port)})
        url = origin.url.replace("127.0.0.1", "public.test")
        assert refused(f"{url}/", allow_private=False, resolver=public).outcome is Outcome.REFUSED
        assert origin.count("/") == 1
        assert not listener.was_reached()


@pytest.mark.parametrize("target", ["file:///etc/passwd", "gopher://x.test/", "http://u@x.test/"])
def test_a_redirect_to_what_is_no_web_page_is_refused(origin, target):
    origin.answers["/"] = Answer(status=302, headers={"Location": target})
    assert refused(f"{origin.url}/").outcome is Outcome.REFUSED


@pytest.mark.parametrize("headers", [{"Location": "http://[::1"}, {"Location": "http://x.test:99999/"}])
def test_a_redirect_to_what_is_no_address_is_an_outcome(origin, headers):
    origin.answers["/"] = Answer(status=302, headers=headers)
    assert refused(f"{origin.url}/").outcome in {Outcome.PROTOCOL_ERROR, Outcome.REFUSED, Outcome.UNREACHABLE}


def test_a_validator_of_any_bytes_goes_back_as_it_came(origin):
    origin.answers["/"] = Answer(b"x", headers={"ETag": '"\u00e9"'})
    etag = get(f"{origin.url}/").etag
    get(f"{origin.url}/", etag=etag)
    assert origin.hits[1].headers["If-None-Match"] == '"\u00e9"'


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
    assert retry_after("99999999999999999") == retry_after("Fri, 31 Dec 9999 23:59:59 GMT", lambda: now) == 86400
    assert retry_after("soon") is retry_after(None) is None
