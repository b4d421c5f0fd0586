"""A proxy of a source: its requests go through it, and what it is asked for is held to the same rules."""

import time

import pytest
from support.fetching import get, names, refused
from support.origin import Answer
from support.proxies import HttpProxy, SocksProxy
from support.raw import RawServer
from support.recorder import Recorder

from monitor.fetch.client import Bounds
from monitor.models import Outcome

PUBLIC = "93.184.216.34"
LOGIN = ("reader", "s3cret-word")


@pytest.fixture
def proxied(origin):
    """A started proxy of a class, whose every target is the origin."""
    started = []

    def make(kind, **options):
        started.append(kind(int(origin.url.rsplit(":", 1)[1]), **options).__enter__())
        return started[-1]

    yield make
    for proxy in started:
        proxy.__exit__()


def remote(proxy):
    return proxy.url.replace("socks5:", "socks5h:")


@pytest.mark.parametrize("login", [None, LOGIN])
def test_behind_socks5_the_name_is_resolved_here_and_the_checked_address_asked_for(proxied, origin, login):
    origin.answers["/feed"] = Answer(b"here")
    proxy = proxied(SocksProxy, login=login)
    with Recorder() as recorder:
        response = get(
            "http://news.test/feed", resolver=names(PUBLIC), allow_private=False, proxy=proxy.url, etag='"a"'
        )
    assert (response.body, response.url) == (b"here", "http://news.test/feed")
    assert proxy.asked == [(PUBLIC, 80)]
    assert ("127.0.0.1", proxy.port) in recorder.attempts
    assert PUBLIC not in {address for address, _ in recorder.attempts}
    assert origin.hits[0].headers["Host"] == "news.test"
    assert origin.hits[0].headers["If-None-Match"] == '"a"'


@pytest.mark.parametrize("login", [None, LOGIN])
@pytest.mark.parametrize("kind", [SocksProxy, HttpProxy])
def test_behind_the_others_the_proxy_resolves_the_name(proxied, origin, kind, login):
    async def nobody(host, port):
        raise AssertionError("this name is not ours to resolve")

    origin.answers["/feed"] = Answer(b"here")
    proxy = proxied(kind, login=login)
    response = get("http://news.test/feed", resolver=nobody, allow_private=False, proxy=remote(proxy))
    assert (response.body, response.url) == (b"here", "http://news.test/feed")
    assert proxy.asked == [("news.test", 80)]
    assert origin.hits[0].headers["Host"] == "news.test"
    assert not [name for name in origin.hits[0].headers if name.lower().startswith("proxy-")]


@pytest.mark.parametrize("kind", [SocksProxy, HttpProxy])
def test_https_goes_through_a_tunnel(proxied, kind):
    """The tunnel is opened; what stands at its end speaks no TLS, which is an outcome."""
    proxy = proxied(kind)
    error = refused("https://news.test/feed", allow_private=False, proxy=remote(proxy))
    assert error.outcome is Outcome.UNREACHABLE
    assert proxy.asked == [("news.test", 443)]


FORBIDDEN = [
    "127.0.0.1",
    "10.0.0.1",
    "169.254.169.254",
    "[::1]",
    "[::ffff:10.0.0.1]",
    "[64:ff9b::7f00:1]",
    "localhost",
    "a.localhost",
    "redis",
    "db.internal",
    "nas.local",
    "2130706433",
    "0x7f.1",
    "127.1",
    "127.0.0.1.",
    "%31%32%37.0.0.1",
    "news.test:22",
    "news.test:6379",
]


@pytest.mark.parametrize("target", FORBIDDEN)
@pytest.mark.parametrize("kind", [SocksProxy, HttpProxy])
def test_a_proxy_is_not_asked_for_what_is_not_public(proxied, kind, target):
    proxy = proxied(kind)
    with Recorder() as recorder:
        assert refused(f"http://{target}/", allow_private=False, proxy=remote(proxy)).outcome is Outcome.REFUSED
        assert refused(f"https://{target}/", allow_private=False, proxy=remote(proxy)).outcome is Outcome.REFUSED
    assert (recorder.attempts, proxy.asked) == ([], [])


@pytest.mark.parametrize("addresses", [["127.0.0.1"], [PUBLIC, "10.0.0.1"], ["::1"]])
def test_behind_socks5_a_name_with_a_private_address_is_refused(proxied, addresses):
    proxy = proxied(SocksProxy)
    with Recorder() as recorder:
        error = refused("http://news.test/", resolver=names(*addresses), allow_private=False, proxy=proxy.url)
    assert (error.outcome, recorder.attempts, proxy.asked) == (Outcome.REFUSED, [], [])


@pytest.mark.parametrize("kind", [SocksProxy, HttpProxy])
def test_a_redirect_behind_a_proxy_is_checked_and_stays_behind_it(proxied, origin, kind):
    proxy = proxied(kind)
    origin.answers["/"] = Answer(status=302, headers={"Location": "http://other.test/next"})
    origin.answers["/next"] = Answer(status=302, headers={"Location": "http://10.0.0.1/"})
    with Recorder() as recorder:
        error = refused("http://news.test/", allow_private=False, proxy=remote(proxy))
    assert error.outcome is Outcome.REFUSED
    assert proxy.asked == [("news.test", 80), ("other.test", 80)]
    assert {address for address, _ in recorder.attempts} == {"127.0.0.1"}


@pytest.mark.parametrize("kind", [SocksProxy, HttpProxy])
def test_allow_private_lets_a_source_behind_a_proxy_be_private(proxied, origin, kind):
    origin.answers["/"] = Answer(b"here")
    proxy = proxied(kind)
    assert get("http://10.0.0.1:81/", proxy=remote(proxy)).body == b"here"
    assert proxy.asked == [("10.0.0.1", 81)]


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "http"])
def test_a_dead_proxy_is_an_outcome_and_never_gone_around(origin, scheme):
    origin.answers["/"] = Answer(b"here")
    with Recorder() as recorder:
        error = refused(
            "http://news.test/",
            resolver=names(PUBLIC),
            allow_private=False,
            proxy=f"{scheme}://{LOGIN[0]}:{LOGIN[1]}@127.0.0.1:9",
        )
    assert error.outcome is Outcome.UNREACHABLE
    assert "proxy" in str(error)
    assert LOGIN[1] not in str(error)
    assert set(recorder.attempts) == {("127.0.0.1", 9)}


@pytest.mark.parametrize("kind", [SocksProxy, HttpProxy])
def test_a_proxy_that_refuses_is_an_outcome(proxied, kind):
    proxy = proxied(kind, refusing=True)
    assert refused("https://news.test/", allow_private=False, proxy=remote(proxy)).outcome is Outcome.UNREACHABLE


@pytest.mark.parametrize("kind", [SocksProxy, HttpProxy])
def test_a_wrong_password_is_an_outcome_that_does_not_show_it(proxied, kind):
    proxy = proxied(kind, login=LOGIN)
    error = refused("https://news.test/", allow_private=False, proxy=remote(proxy).replace(LOGIN[1], "wr0ng-word"))
    assert error.outcome is Outcome.UNREACHABLE
    assert "wr0ng-word" not in str(error)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x05\xff", b"\x04\x00\x00", bytes(50)])
@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "http"])
def test_what_is_no_proxy_is_an_outcome(answer, scheme):
    with RawServer(answer) as server:
        proxy = server.url.replace("http:", f"{scheme}:")
        error = refused("https://news.test/", resolver=names(PUBLIC), allow_private=False, proxy=proxy)
    assert error.outcome in {Outcome.UNREACHABLE, Outcome.PROTOCOL_ERROR}


@pytest.mark.parametrize("scheme", ["socks5", "http"])
def test_a_silent_proxy_is_left_at_the_deadline(scheme):
    with RawServer(lambda connection: time.sleep(2)) as server:
        began = time.monotonic()
        error = refused(
            "https://news.test/",
            resolver=names(PUBLIC),
            allow_private=False,
            bounds=Bounds(deadline=0.5),
            proxy=server.url.replace("http:", f"{scheme}:"),
        )
    assert error.outcome is Outcome.TIMEOUT
    assert time.monotonic() - began < 1.5
