"""The canary's whole way, in one process, with a real Redis and a real web server for the dead-man's switch."""

import pytest
from support.flow import Flow, rss, rss_item, source
from support.origin import Answer

from monitor.canary import CANARY
from monitor.models import Canary
from monitor.wiring import utc_now


@pytest.fixture
def running(server, keys, tmp_path, origin):
    def make(**canary):
        origin.answers["/feed"] = Answer(rss(rss_item("Погода", "")))
        return Flow(server.url, keys.prefix, tmp_path, source(origin), canary=canary)

    return make


def fly(flow):
    """Make the canary due and carry it through the program."""
    flow.runtime.jobs.sync(dict.fromkeys([CANARY, "s"], utc_now()))
    flow.runtime.jobs.pull_forward(CANARY, utc_now())
    flow.settle(rounds=1)
    for channel in flow.runtime.channels:
        flow.runtime.deliver(channel)


def canaries(flow):
    return [message for _, message in flow.runtime.alerts.read() if isinstance(message, Canary)]


def test_a_canary_comes_through_all_stages_and_each_time_anew(running):
    flow = running()
    fly(flow)
    trip = flow.runtime.trips.trip()
    assert trip.fetched <= trip.queued <= trip.received
    fly(flow)
    assert len({canary.id for canary in canaries(flow)}) == 2
    assert flow.runtime.trips.trip().received > trip.received
    assert [article.title for article in flow.runtime.archive.read()] == ["Погода"]


def test_many_trips_are_neither_counted_nor_taken_for_gaps_of_the_feed(running):
    flow = running()
    fly(flow)
    before = flow.runtime.documents.counts()
    for _ in range(3):
        fly(flow)
    assert flow.runtime.jobs.state(CANARY).history.gaps == 0
    assert not flow.runtime.documents.last_entries(CANARY)
    changed = {name for name, count in flow.runtime.documents.counts().items() if count != before.get(name)}
    assert {name.partition(":")[0] for name in changed} <= {"delivered", "skipped"}


def test_nobody_but_its_channel_receives_it(running, capsys):
    flow = running()
    fly(flow)
    assert "canary" not in capsys.readouterr().out.lower()
    assert not list(flow.runtime.deliveries.pending(CANARY, utc_now()))
    assert not list(flow.runtime.deliveries.pending("terminal", utc_now()))


def test_the_switch_outside_is_asked_for_after_each_arrival(running, origin):
    origin.answers["/ping"] = Answer(b"ok")
    flow = running(ping=f"{origin.url}/ping", allow_private=True)
    fly(flow)
    assert origin.count("/ping") == 1
    fly(flow)
    assert origin.count("/ping") == 2


@pytest.mark.parametrize("allow_private", [True, False])
def test_a_switch_that_does_not_answer_stops_nothing(running, origin, caplog, allow_private):
    flow = running(ping=f"{origin.url}/gone", allow_private=allow_private)
    fly(flow)
    assert flow.runtime.trips.trip().received
    assert "canary.ping" in caplog.text
    assert origin.count("/gone") == int(allow_private)


def test_it_can_be_switched_off(running):
    flow = running(enabled=False)
    flow.drain(seconds=1)
    assert CANARY not in flow.runtime.channels
    assert flow.runtime.trips.trip().fetched is None
