"""When a source is due again, for how long a host is left alone, and where a source has moved to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import mean

import pytest

from monitor.models import Outcome, Source
from monitor.sources.rhythm import Hints, Pace
from monitor.sources.schedule import Home, SourceState, backoff, host_pause, next_due, wait_of

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
A, B, C = "https://a.test/feed", "https://b.test/feed", "https://c.test/feed"
PACE = Pace()


def source(**more):
    return Source(**{"id": "s", "url": A, "kind": "feed", **more})


def due(outcome, *, every=60, exact=True, failures=0, retry_after=None, took=0, seed=1):
    found = next_due(
        outcome,
        every=timedelta(seconds=every),
        exact=exact,
        started=NOW,
        now=NOW + timedelta(seconds=took),
        failures=failures,
        retry_after=retry_after,
        random=Random(seed),
    )
    return (found - NOW).total_seconds()


def test_an_explicit_interval_is_obeyed_to_the_second_and_hints_do_not_change_it():
    asked = source(every=timedelta(seconds=1))
    state = SourceState(hints=Hints(timedelta(hours=1)), fresh=timedelta(hours=1))
    assert wait_of(asked, state, PACE, NOW) == timedelta(seconds=1)
    assert wait_of(source(), state, PACE, NOW) == timedelta(minutes=15)
    assert due(Outcome.UNCHANGED, every=1) == 1
    assert due(Outcome.NEW, every=1, took=0.7) == 1, "a slow answer does not shift the rhythm"
    assert due(Outcome.NEW, every=1, took=5) == 5, "nor is what was missed made up for"


def test_adaptive_intervals_drift_apart_and_are_never_early():
    found = [due(Outcome.NEW, exact=False, seed=seed) for seed in range(50)]
    assert min(found) >= 60
    assert max(found) <= 63
    assert len(set(found)) == 50


@pytest.mark.parametrize("retry_after", [7, 5000])
def test_retry_after_wins_over_every(retry_after):
    assert retry_after <= due(Outcome.BUSY, every=1, failures=1, retry_after=retry_after) <= retry_after + 1


def test_no_outcome_ever_stops_a_source():
    for outcome in Outcome:
        for failures in (0, 1, 20, 21, 1000):
            assert 0 < due(outcome, failures=failures) < timedelta(days=8).total_seconds()


def test_a_410_is_probed_weekly_and_a_404_decays_to_a_day():
    """FAULTS: 410; 404 x 20."""
    week = timedelta(days=7).total_seconds()
    assert 0.9 * week <= due(Outcome.GONE, failures=1) <= 1.1 * week
    waits = [due(Outcome.NOT_FOUND, failures=failures) for failures in range(1, 30)]
    assert waits[0] < 80
    assert max(waits[:20]) <= 1.2 * 3600
    assert min(waits[20:]) >= 0.8 * 86400


def test_the_pause_of_a_busy_host_is_exponential_with_full_jitter():
    """FAULTS: 429/503 without Retry-After: the distribution of 1,000 draws is even from nothing to the whole."""
    for strikes, whole in ((1, 30), (2, 60), (4, 240), (50, 3600)):
        draws = [(host_pause(strikes, None, NOW, Random(seed)) - NOW).total_seconds() for seed in range(1000)]
        assert 0 <= min(draws) < 0.02 * whole
        assert 0.98 * whole < max(draws) <= whole
        assert mean(draws) == pytest.approx(whole / 2, rel=0.06)
        quarters = [sum(whole * at / 4 <= draw < whole * (at + 1) / 4 for draw in draws) for at in range(4)]
        assert min(quarters) > 200


def test_a_busy_host_is_left_alone_as_long_as_it_asks():
    draws = [(host_pause(9, 120, NOW, Random(seed)) - NOW).total_seconds() for seed in range(100)]
    assert min(draws) >= 120
    assert max(draws) <= 121
    assert host_pause(1, 0, NOW, Random(1)) > NOW, "a Retry-After of nothing is none"


def test_backoff_doubles_to_its_ceiling():
    waits = [backoff(timedelta(minutes=5), failures, Random(1)) / timedelta(minutes=5) for failures in range(1, 8)]
    assert waits == pytest.approx([waits[0] * factor for factor in (1, 2, 4, 8, 12, 12, 12)], rel=0.5)
    assert max(waits) <= 12 * 1.2


def test_a_failure_never_brings_a_look_sooner_than_was_asked_for():
    for failures in (1, 2, 30):
        assert min(due(Outcome.TIMEOUT, every=7200, failures=failures, seed=seed) for seed in range(50)) >= 7200


def looked(state, *moves, configured=A):
    """The state after checks whose permanent redirects led so ("" where none did)."""
    for moved in moves:
        state = state.seen_at(configured, state.address(configured), moved)
    return state


@pytest.mark.parametrize(
    ("moves", "address"),
    [
        ((), A),
        ((B,), A),
        ((B, B), A),
        ((B, B, B), B),
        ((B, B, C, B), A),
        ((B, B, "", B), A),
        ((B, B, B, "", ""), B),  # the new address answers for itself
        ((B, B, B, C), A),  # it moved again: from its own address all is counted anew
        ((B, B, B, C, C, C), C),
    ],
)
def test_a_permanent_redirect_is_believed_when_three_checks_saw_the_same(moves, address):
    """FAULTS: 301/308 once, 3 times, to another host."""
    assert looked(SourceState(), *moves).address(A) == address


def test_a_configured_address_that_changes_is_taken_at_once():
    moved = looked(SourceState(), B, B, B)
    assert moved.address(C) == C
    assert looked(moved, B, configured=C).address(C) == C


def test_a_new_address_that_fails_again_and_again_is_doubted():
    state = looked(SourceState(), B, B, B)
    for _ in range(5):
        assert state.address(A) == B
        state = state.after(Outcome.NOT_FOUND, NOW)
    assert state.address(A) == A


def test_a_redirect_to_what_is_never_read_well_is_not_believed():
    """A parked page answers 200 with HTML: whenever the feed comes back, its own address is asked."""
    state = SourceState()
    for _ in range(30):
        state = looked(state, B).after(Outcome.NOT_A_FEED, NOW)
        assert state.address(A) == A
    for _ in range(4):
        state = looked(state, B).after(Outcome.NEW, NOW)
    assert state.address(A) == B


def test_the_home_of_a_request_is_its_server():
    homes = {
        Home.of(url, source(), None).host
        for url in ("https://news.test/feed", "http://www.news.test/a", "http://NEWS.test:443/")
    }
    assert homes == {"news.test"}
    assert Home.of("https://news.test:8443/", source(), None).host == "news.test:8443"
    assert Home.of("https://blog.news.test/", source(), None).host == "blog.news.test"


def test_a_public_host_has_a_pace_by_default_and_a_private_one_only_where_it_is_set():
    private = source(allow_private=True)
    assert Home.of(A, source(), None).pace == timedelta(seconds=1)
    assert Home.of(A, private, None).pace == timedelta(0)
    assert Home.of(A, private, timedelta(seconds=3)).pace == timedelta(seconds=3)


def test_a_304_or_the_same_body_keeps_the_rhythm():
    state = replace(SourceState(), arrivals=(NOW,), interval=timedelta(minutes=2))
    after = state.after(Outcome.UNCHANGED, NOW)
    assert (after.arrivals, after.interval) == (state.arrivals, state.interval)
