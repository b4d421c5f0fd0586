"""Conditional requests, and addresses that move: what the origin sees, check after check."""

from datetime import timedelta

import pytest
from support.flow import Flow, rss, rss_item, source
from support.origin import Answer, Origin

from monitor.models import Outcome

FEED = rss(rss_item("Ничего", "/1", "Коротко"))
OTHER = rss(rss_item("Другое", "/2", "Коротко"))
DATE = "Mon, 23 Nov 2026 10:00:00 GMT"


@pytest.fixture
def flow(server, keys, tmp_path, origin):
    def make(*sources, **settings):
        fetch = {"only_touching": ["union"]}  # no pages: they are not what is looked at here
        return Flow(server.url, keys.prefix, tmp_path, *(sources or (source(origin),)), fetch=fetch, **settings)

    return make


def look(running, times=1):
    for _ in range(times):
        running.look_again()
        running.settle(1, 2.0)


def conditions(origin, path="/feed"):
    """The validators of each request of a path."""
    return [
        (hit.headers.get("If-None-Match"), hit.headers.get("If-Modified-Since"))
        for hit in origin.hits
        if hit.path == path
    ]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"ETag": 'W/"a,b"'}, ('W/"a,b"', None)),
        ({"ETag": '"a\\"b, c"'}, ('"a\\"b, c"', None)),
        ({"ETag": "unquoted"}, ("unquoted", None)),
        ({"Last-Modified": DATE}, (None, DATE)),
        ({"Last-Modified": "Mon Nov 23 10:00:00 2026 +0300"}, (None, "Mon Nov 23 10:00:00 2026 +0300")),
        ({"Last-Modified": "0"}, (None, "0")),
        ({"ETag": '"a"', "Last-Modified": DATE}, ('"a"', DATE)),
        ({}, (None, None)),
    ],
)
def test_validators_are_echoed_as_they_came(flow, origin, headers, expected):
    """FAULTS: W/"a,b", quotes, odd Last-Modified, only one validator: verbatim; no unconditional one but the first."""
    running = flow()
    origin.answers["/feed"] = Answer(FEED, headers=headers)
    look(running)
    origin.answers["/feed"] = Answer(status=304) if headers else Answer(FEED)
    look(running, 2)
    assert conditions(origin) == [(None, None), expected, expected]
    assert running.state("s").outcome is Outcome.UNCHANGED


def test_validators_that_vanish_are_forgotten(flow, origin):
    """FAULTS: validators vanish: cleared."""
    origin.answers["/feed"] = Answer(FEED, headers={"ETag": '"a"', "Last-Modified": DATE})
    running = flow()
    look(running)
    origin.answers["/feed"] = Answer(OTHER, headers={"ETag": '"b"'})
    look(running)
    origin.answers["/feed"] = Answer(FEED)
    look(running, 2)
    assert conditions(origin) == [(None, None), ('"a"', DATE), ('"b"', None), (None, None)]


def test_a_304_may_bring_a_new_validator_and_is_not_read(flow, origin):
    """FAULTS: 304 with new ETag; 304 not parsed, interval kept."""
    origin.answers["/feed"] = Answer(FEED, headers={"ETag": '"a"'})
    running = flow()
    look(running)
    before = running.runtime.documents.counts()["source:new"]
    origin.answers["/feed"] = Answer(status=304, headers={"ETag": '"b"'})
    running.look_again()
    running.drain()
    assert running.hints == []
    look(running)
    assert conditions(origin) == [(None, None), ('"a"', None), ('"b"', None)]
    counts = running.runtime.documents.counts()
    assert (counts["source:new"], counts["source:unchanged"]) == (before, 2)
    assert running.state("s").interval == timedelta(hours=1)


def test_a_304_that_comes_while_its_reading_fails_makes_no_request_conditional(flow, origin):
    """The body that it speaks of was no feed: it is asked for whole until it is one."""
    running = flow()
    origin.answers["/feed"] = Answer(b"<html><body>Later</body></html>", headers={"ETag": '"a"'})
    running.drain()

    def meanwhile(hit):
        running.read()
        return Answer(status=304, headers={"ETag": '"b"'})

    origin.answers["/feed"] = meanwhile
    running.look_again()
    running.drain()
    origin.answers["/feed"] = Answer(FEED)
    look(running)
    assert conditions(origin) == [(None, None), ('"a"', None), (None, None)]
    assert running.state("s").outcome is Outcome.NEW


def test_the_same_body_with_200_is_counted_unchanged_and_not_read(flow, origin):
    """FAULTS: 200 with same body."""
    origin.answers["/feed"] = Answer(FEED, headers={"ETag": '"a"'})
    running = flow()
    look(running)
    origin.answers["/feed"] = Answer(FEED, headers={"ETag": '"b"'})
    running.look_again()
    running.drain()
    assert running.hints == []
    assert running.state("s").etag == '"b"'
    assert running.runtime.documents.counts()["source:unchanged"] == 1


def test_a_truncated_body_leaves_no_validator(flow, origin):
    origin.answers["/feed"] = Answer(
        FEED, headers={"ETag": '"a"', "Content-Length": str(len(FEED) + 50), "Connection": "close"}
    )
    running = flow()
    running.drain(1)
    state = running.state("s")
    assert not state.outcome.good
    assert state.etag == ""


def moving(origin, running, *statuses, to="/new"):
    """A check for each status of the old address."""
    for status in statuses:
        there = to if "://" in to else origin.url + to
        origin.answers["/feed"] = Answer(status=status, headers={"Location": there}) if status else Answer(FEED)
        look(running)


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [
        ([301], False),
        ([301, 301], False),
        ([301, 301, 301], True),
        ([308, 301, 308], True),
        ([302, 302, 302, 302], False),
        ([307, 307, 307, 307], False),
        ([301, 301, 302, 301], False),
        ([301, 301, 0, 301], False),
    ],
)
def test_a_source_moves_after_three_permanent_redirects(flow, origin, statuses, moved):
    """FAULTS: 301/308 once, 3 times; 302/307: followed at once, believed after three. Configuration is not rewritten."""
    origin.answers["/new"] = Answer(FEED, headers={"ETag": '"n"'})
    running = flow()
    running.runtime.client.delete(running.runtime.keys("due"))
    running.runtime.jobs.sync({"s": running.now() + timedelta(hours=1)})
    moving(origin, running, *statuses)
    asked = origin.count("/feed")
    assert asked == len(statuses)
    assert running.state("s").outcome.good
    origin.answers["/feed"] = Answer(status=410)
    look(running)
    assert origin.count("/feed") == asked + (not moved)
    assert running.runtime.documents.counts().get("moves", 0) == int(moved)
    assert running.runtime.sources["s"].url == f"{origin.url}/feed"


def test_validators_belong_to_the_address_that_gave_them(flow, origin):
    origin.answers["/new"] = Answer(FEED, headers={"ETag": '"n"'})
    running = flow()
    moving(origin, running, 301, 301)
    assert conditions(origin) == [(None, None)] * origin.count("/feed"), "they are not those of the old address"
    assert conditions(origin, "/new")[1:] == [('"n"', None)] * (origin.count("/new") - 1)


def test_a_move_to_another_host_takes_its_queue_there(flow, origin):
    """FAULTS: 301 to other host."""
    with Origin() as other:
        other.answers["/new"] = Answer(FEED)
        running = flow()
        moving(origin, running, 301, 301, 301, 301, to=f"{other.url}/new")
        home = running.runtime.client.hget(running.runtime.keys("homes"), "source:s").decode()
        assert home.endswith(other.url.removeprefix("http://"))
        assert other.count("/new") >= 4


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/feed", "file:///etc/passwd", "http://127.0.0.1:6379/"],
)
def test_a_move_to_a_forbidden_address_is_refused_and_never_believed(flow, origin, monkeypatch, target):
    """FAULTS: 301 to forbidden host. The origin passes as public here, where the redirect leads does not."""
    port = int(origin.url.rsplit(":", 1)[1])
    monkeypatch.setattr("monitor.fetch.guard.forbidden", lambda address: str(address) != "127.0.0.1")
    monkeypatch.setattr("monitor.fetch.transport.ALLOWED_PORTS", {port})
    running = flow(source(origin, allow_private=False))
    running.settle(1)
    moving(origin, running, 301, 301, 301, 301, to=target)
    state = running.state("s")
    assert state.outcome is Outcome.REFUSED
    assert (state.moved, state.address(f"{origin.url}/feed")) == ("", f"{origin.url}/feed")
