"""Where the client may connect: every address that is not the public internet is refused with no attempt to connect."""

import asyncio
import contextlib
import socket

import pytest
from support.fetching import get, names, refused
from support.origin import Answer
from support.recorder import Recorder

from monitor.errors import FetchError
from monitor.fetch.client import Bounds, _next_hop, opened
from monitor.models import Outcome

PORTS = ("", ":8080")
# Spellings of addresses that are not public. Names among them are given to the system's own resolver.
LITERALS = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "00000177.0.0.1",
    "127.0.0.1.",
    "127。0。0。1",
    "１２７.０.０.１",
    "①②⑦.⓪.⓪.①",
    "%31%32%37.0.0.1",
    "0.0.0.0",
    "0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::169.254.169.254]",
    "[64:ff9b:1::10.0.0.1]",
    "[2002:7f00:1::]",
    "[2002:a00:1::1]",
    "[2001:0:7f00:1::1]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fe80::1%lo]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[fec0::1]",
]
# Names whose answers are not public, in part or as a whole.
ANSWERS = [
    ["127.0.0.1"],
    ["169.254.169.254"],
    ["::1"],
    ["::ffff:10.0.0.1"],
    ["fe80::1%eth0"],
    ["93.184.216.34", "10.0.0.1"],
    ["10.0.0.1", "93.184.216.34"],
    ["93.184.216.34", "::1"],
    ["2606:4700::1111", "127.0.0.1"],
    ["64:ff9b::7f00:1"],
    [],
]
# Addresses beyond the policy on schemes, ports and form.
BEYOND = [
    "ftp://x.test/",
    "file:///etc/passwd",
    "gopher://x.test:6379/_PING",
    "dict://x.test:6379/info",
    "javascript:alert(1)",
    "data:text/html,x",
    "ws://x.test/",
    "//x.test/",
    "x.test",
    "",
    "http:///",
    "http://",
    "http://x.test:22/",
    "http://x.test:25/",
    "http://x.test:6379/",
    "http://x.test:0/",
    "http://x.test:65536/",
    "http://x.test:99999999999/",
    "http://x.test:-1/",
    "http://x.test:8o/",
    "http://user@x.test/",
    "http://user:pw@x.test/",
    "http://@x.test/",
    "http://x.test@127.0.0.1/",
    "http://x.test\\@127.0.0.1/",
    "http://x.test\\.evil.test/",
    "http://127.0.0.1%2f@x.test/",
    "http://x.test/a\r\nX: y",
    "http://x.test/a\nb",
    "http://x.test/a b",
    "http://x.test/\tb",
    "http://x.test/\x00",
    "http://x.te st/",
    " http://x.test/",
    "http://[::1",
    "http://[v1.x]/",
    "http://[127.0.0.1]/",
]
# A name that no resolver knows is unreachable; whoever resolves it may not be reached.
UNRESOLVED = {Outcome.REFUSED, Outcome.UNREACHABLE}


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("literal", LITERALS)
def test_a_literal_off_the_public_internet_is_refused_with_no_attempt_to_connect(literal, port):
    with Recorder() as recorder:
        assert refused(f"http://{literal}{port}/", allow_private=False).outcome in UNRESOLVED
        assert refused(f"https://{literal}{port}/", allow_private=False).outcome in UNRESOLVED
    assert recorder.attempts == []


@pytest.mark.parametrize("addresses", ANSWERS, ids=str)
def test_a_name_is_as_good_as_the_worst_of_its_addresses(addresses):
    """Mixed A and AAAA answers of which one is forbidden refuse the host."""
    with Recorder() as recorder:
        error = refused("http://public.test/", resolver=names(*addresses), allow_private=False)
    assert (error.outcome, recorder.attempts) == (Outcome.REFUSED, [])


@pytest.mark.parametrize("url", BEYOND)
def test_other_schemes_ports_and_malformed_addresses_are_refused(url):
    with Recorder() as recorder:
        error = refused(url, resolver=names("93.184.216.34"), allow_private=False)
    assert (error.outcome, recorder.attempts) == (Outcome.REFUSED, [])


@pytest.mark.parametrize(
    "url", ["http://x.test:0/", "http://x.test:65536/", "http://u:p@x.test/", "file:///etc/passwd"]
)
def test_allow_private_lifts_neither_the_scheme_nor_the_form(url):
    with Recorder() as recorder:
        assert refused(url, resolver=names("127.0.0.1")).outcome is Outcome.REFUSED
    assert recorder.attempts == []


def test_a_recorder_sees_what_is_allowed(origin):
    """The proof that an empty list above means something."""
    origin.answers["/"] = Answer(b"here")
    with Recorder() as recorder:
        get(f"{origin.url}/")
    assert recorder.attempts == [("127.0.0.1", int(origin.url.rsplit(":", 1)[1]))]


def test_the_address_that_was_checked_is_the_one_connected_to(origin, as_public):
    """DNS rebinding: the second look-up would give another address, and there is no second look-up."""
    answers = iter([["127.0.0.1"], ["127.0.0.2"], ["127.0.0.3"]])
    asked = []

    async def rebinding(host, port):
        asked.append(host)
        return next(answers)

    origin.answers["/"] = Answer(b"here")
    as_public("127.0.0.1")
    with Recorder() as recorder:
        get(origin.url.replace("127.0.0.1", "rebind.test") + "/", resolver=rebinding, allow_private=False)
        with pytest.raises(FetchError):
            get(origin.url.replace("127.0.0.1", "rebind.test") + "/", resolver=rebinding, allow_private=False)
    assert [address for address, _ in recorder.attempts] == ["127.0.0.1"]
    assert asked == ["rebind.test", "rebind.test"]


def test_each_hop_of_a_redirect_is_resolved_and_checked_anew(origin, as_public):
    """A host that leads back to itself, having changed its address meanwhile."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])

    async def rebinding(host, port):
        return next(answers)

    as_public("127.0.0.1")
    origin.answers["/"] = Answer(status=302, headers={"Location": "/again"})
    url = origin.url.replace("127.0.0.1", "rebind.test")
    assert refused(f"{url}/", resolver=rebinding, allow_private=False).outcome is Outcome.REFUSED
    assert origin.count("/again") == 0


@pytest.fixture
def as_public(monkeypatch, origin):
    """Let one loopback address, on the port of the origin, pass for a public one."""

    def make(public):
        monkeypatch.setattr("monitor.fetch.guard.forbidden", lambda address: str(address) != public)
        monkeypatch.setattr("monitor.fetch.transport.ALLOWED_PORTS", {80, 443, int(origin.url.rsplit(":", 1)[1])})

    return make


FORBIDDEN_TARGETS = [
    "http://127.0.0.2/",
    "//127.0.0.2/",
    "///127.0.0.2/",
    "\\\\127.0.0.2/",
    "http://[::1]/",
    "http://10.0.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://0x7f000002/",
    "http://127.2/",
    "http://internal.test/",
    "https://127.0.0.2/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_PING",
    "ftp://127.0.0.2/",
    "http://user@127.0.0.1/",
    "http://127.0.0.1:22/",
    "http://127.0.0.1:6379/",
    "http:/\\127.0.0.2/",
    "http://127.0.0.1:0/",
    "http://[::1",
    "data:text/html,x",
]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", FORBIDDEN_TARGETS)
def test_a_redirect_to_a_forbidden_place_is_refused_before_it_is_connected_to(origin, as_public, status, target):
    """From an origin that passes for public; every answer of a resolver but its own is private."""

    async def resolver(host, port):
        return ["127.0.0.1"] if host == "public.test" else ["10.0.0.2"]

    as_public("127.0.0.1")
    origin.answers["/"] = Answer(status=status, headers={"Location": target})
    url = origin.url.replace("127.0.0.1", "public.test")
    with Recorder() as recorder:
        outcome = refused(f"{url}/", resolver=resolver, allow_private=False).outcome
    # Some of these are, for the rules of joining, paths of the origin itself; then it is asked and knows nothing.
    own = [hit.path for hit in origin.hits[1:]]
    assert outcome in ({Outcome.NOT_FOUND} if own else {Outcome.REFUSED, Outcome.PROTOCOL_ERROR})
    assert {address for address, _ in recorder.attempts} == {"127.0.0.1"}
    assert len(recorder.attempts) == 1 + len(own)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b'<html><head><meta http-equiv="refresh" content="0; url=http://127.0.0.1:6379/"></head></html>'),
        Answer(b"x", headers={"Refresh": "0; url=http://127.0.0.2/"}),
        Answer(b"x", headers={"Location": "http://127.0.0.2/", "Link": "<http://127.0.0.2/>; rel=preload"}),
        Answer(b"x", status=300, headers={"Location": "http://127.0.0.2/"}),
        Answer(b"x", status=305, headers={"Location": "http://127.0.0.2/"}),
        Answer(b"x", status=201, headers={"Location": "http://127.0.0.2/"}),
    ],
    ids=["meta refresh", "refresh header", "location of a 200", "300", "305", "201"],
)
def test_what_is_no_redirect_is_not_followed(origin, answer):
    origin.answers["/"] = answer
    with Recorder() as recorder, contextlib.suppress(FetchError):
        get(f"{origin.url}/")
    assert len(recorder.attempts) == len(origin.hits) == 1


@pytest.mark.parametrize("target", ["http://x.test/", "HTTP://x.test/", "Http://x.test:8080/"])
@pytest.mark.parametrize("url", ["https://x.test/", "HTTPS://x.test/"])
def test_a_downgrade_from_https_to_http_is_refused_in_any_spelling(url, target):
    with pytest.raises(FetchError) as caught:
        _next_hop(url, target, 301)
    assert (caught.value.outcome, caught.value.status) == (Outcome.REFUSED, 301)


@pytest.mark.parametrize("location", ["//x.test/", "/a", "a", "https://y.test/"])
def test_https_stays_https(location):
    assert _next_hop("https://x.test/", location, 301).startswith("https://")


def test_a_redirect_to_what_is_no_address_is_an_outcome(origin):
    for location in (
        "http://[::1",
        "http://x.test:99999/",
        "http://x.test:99999999999/",
        "http://",
        "\u00e9\u00e9",
        "",
    ):
        origin.answers["/"] = Answer(status=302, headers={"Location": location})
        assert refused(f"{origin.url}/").outcome in {Outcome.PROTOCOL_ERROR, Outcome.REFUSED, Outcome.NOT_FOUND}


def test_fifty_hops_and_a_loop_end_after_five(origin):
    for number in range(50):
        origin.answers[f"/{number}"] = Answer(status=302, headers={"Location": f"/{number + 1}"})
    assert refused(f"{origin.url}/0").outcome is Outcome.PROTOCOL_ERROR
    assert len(origin.hits) == 6
    origin.answers["/loop"] = Answer(status=301, headers={"Location": "/loop"})
    assert refused(f"{origin.url}/loop").outcome is Outcome.PROTOCOL_ERROR
    assert origin.count("/loop") == 6


def test_a_redirect_to_itself_that_asks_for_a_cookie_gets_none(origin):
    """Such a site lets in whoever brings the cookie; the client keeps none, and the loop has its end."""

    def gate(hit):
        if "Cookie" in hit.headers:
            return Answer(b"in")
        return Answer(status=302, headers={"Location": "/", "Set-Cookie": "seen=1; Path=/"})

    origin.answers["/"] = gate
    assert refused(f"{origin.url}/").outcome is Outcome.PROTOCOL_ERROR
    assert all("Cookie" not in hit.headers and "Referer" not in hit.headers for hit in origin.hits)


def test_a_host_whose_first_address_is_dead_is_reached_by_the_next(origin):
    origin.answers["/"] = Answer(b"here")
    url = origin.url.replace("127.0.0.1", "two.test")
    with Recorder() as recorder:
        assert get(f"{url}/", resolver=names("127.0.0.9", "127.0.0.1")).body == b"here"
    assert [address for address, _ in recorder.attempts] == ["127.0.0.9", "127.0.0.1"]
    assert origin.hits[0].headers["Host"].startswith("two.test")


PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"]


@pytest.mark.parametrize("no_proxy", ["", "*", "example.org"])
def test_proxies_of_the_environment_are_ignored(origin, monkeypatch, no_proxy):
    with socket.create_server(("127.0.0.1", 0)) as other:
        for name in PROXIES:
            monkeypatch.setenv(name, f"http://127.0.0.1:{other.getsockname()[1]}")
        monkeypatch.setenv("NO_PROXY", no_proxy)
        origin.answers["/"] = Answer(b"here")
        with Recorder() as recorder:
            assert get(f"{origin.url}/").body == b"here"
        assert [port for _, port in recorder.attempts] == [int(origin.url.rsplit(":", 1)[1])]


def test_a_post_is_held_to_the_same_rules(origin, as_public):
    """A webhook goes through the same guard, and follows no redirect."""

    async def post(url, **options):
        async with opened("Test/1", Bounds(deadline=3), resolver=names("127.0.0.1")) as client:
            return await client.post(url, b"{}", {}, **options)

    with Recorder() as recorder:
        for url in ("http://127.0.0.1/", "http://private.test/", "http://[::1]/", "http://x.test:6379/"):
            with pytest.raises(FetchError) as caught:
                asyncio.run(post(url))
            assert caught.value.outcome is Outcome.REFUSED
    assert recorder.attempts == []
    origin.answers["/"] = Answer(status=307, headers={"Location": f"{origin.url}/next"})
    assert asyncio.run(post(f"{origin.url}/", allow_private=True))[0] == 307
    assert len(origin.hits) == 1
