"""From what a feed holds and says to when it is looked at again."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from support.flow import Flow, rss_item, source
from support.origin import Answer

from monitor.sources.rhythm import Hints


@pytest.fixture
def flow(server, keys, tmp_path, origin):
    def make(**more):
        return Flow(server.url, keys.prefix, tmp_path, source(origin, **more), fetch={"only_touching": ["union"]})

    return make


def feed(gap, head="", number=8):
    """A feed whose newest item is two minutes old, and the others so many minutes apart."""
    now = datetime.now(UTC)
    items = [
        rss_item(f"n{at}", f"/{at}", "x", format_datetime(now - timedelta(minutes=2 + gap * at)))
        for at in range(number)
    ]
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'.encode()


def next_due(running):
    return running.runtime.jobs.next_due()["source:s"] / 1000 - running.now().timestamp()


def test_the_second_look_follows_the_dates_of_the_entries(flow, origin):
    origin.answers["/feed"] = Answer(feed(8))
    running = flow(every=None)
    running.settle(1)
    assert 290 < next_due(running) < 320, "before the rhythm is known: defaults.every"
    assert running.state("s").interval == timedelta(minutes=2), "a quarter of the usual gap"
    running.look_again()
    running.settle(1)
    assert 115 < next_due(running) < 130
    assert len(running.state("s").arrivals) == 8


def test_new_entries_without_dates_are_arrivals_of_the_time_they_were_seen(flow, origin):
    origin.answers["/feed"] = Answer(b'<rss version="2.0"><channel><item><title>a</title></item></channel></rss>')
    running = flow(every=None)
    running.settle(1)
    assert running.state("s").arrivals == ()
    origin.answers["/feed"] = Answer(b'<rss version="2.0"><channel><item><title>b</title></item></channel></rss>')
    running.look_again()
    running.settle(1)
    (seen,) = running.state("s").arrivals
    assert abs((seen - running.now()).total_seconds()) < 5


@pytest.mark.parametrize("every", [None, timedelta(minutes=2)])
def test_hints_of_feed_and_server_put_off_an_adaptive_look_and_no_other(flow, origin, every):
    origin.answers["/feed"] = Answer(feed(2, "<ttl>12</ttl>"), headers={"Cache-Control": "max-age=500", "ETag": '"a"'})
    running = flow(every=every)
    running.settle(1)
    state = running.state("s")
    assert (state.hints, state.fresh) == (Hints(timedelta(minutes=12)), timedelta(seconds=500))
    expected = 120 if every else 720
    assert expected - 10 < next_due(running) < expected * 1.06
    origin.answers["/feed"] = Answer(status=304, headers={"Cache-Control": "max-age=840"})
    running.look_again()
    running.settle(1)
    expected = 120 if every else 840
    assert expected - 10 < next_due(running) < expected * 1.06


def test_a_source_keeps_its_rhythm_over_a_failure(flow, origin):
    origin.answers["/feed"] = Answer(feed(8))
    running = flow(every=None)
    running.settle(1)
    before = running.state("s")
    origin.answers["/feed"] = Answer(status=500)
    running.look_again()
    running.settle(1)
    after = running.state("s")
    assert (after.arrivals, after.hints) == (before.arrivals, before.hints)
    assert 90 < next_due(running) < 150, "the back-off begins at the interval in use"
