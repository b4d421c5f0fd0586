"""How often a source is looked at: tables, and sources that are simulated."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from monitor.sources.rhythm import Hints, Pace, interval, usual_gap, with_arrivals

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday
PACE = Pace(timedelta(minutes=5), timedelta(minutes=1), timedelta(hours=1))
NO_HINTS = Hints()


def minutes(value):
    return timedelta(minutes=value)


def every(gap, number=10, last=NOW):
    """So many arrivals, a gap in minutes apart, the last at `last`."""
    return tuple(last - minutes(gap) * at for at in range(number))[::-1]


@pytest.mark.parametrize(
    ("arrivals", "expected"),
    [
        ((), 5),
        (every(1, 3), 5),
        (every(2), 1),
        (every(8), 2),
        (every(40), 10),
        (every(24 * 60), 60),
        # Nights are few among the gaps.
        (every(4, 8, NOW - minutes(600)) + every(4, 8), 1),
        # Silence: a sixtieth of it.
        (every(4, last=NOW - minutes(30)), 1),
        (every(4, last=NOW - minutes(360)), 6),
        (every(4, last=NOW - timedelta(days=30)), 60),
        # Too few to tell a rhythm, and long ago.
        (every(1, 2, NOW - timedelta(days=10)), 60),
    ],
)
def test_the_interval_follows_the_rhythm(arrivals, expected):
    assert interval(arrivals, NOW, PACE, NO_HINTS) == minutes(expected)


@pytest.mark.parametrize(
    ("hints", "fresh", "expected"),
    [
        (NO_HINTS, 0, 1),
        (Hints(minutes(10)), 0, 10),
        (Hints(minutes(60)), 0, 15),
        (Hints(timedelta(days=3650)), 0, 15),
        (NO_HINTS, 7, 7),
        (NO_HINTS, 60 * 24 * 365, 15),
        (Hints(minutes(3)), 9, 9),
        (Hints(minutes(0.01)), 0.01, 1),
        (Hints(hours=frozenset({12})), 0, 15),
        (Hints(hours=frozenset({11, 13})), 0, 1),
        (Hints(days=frozenset({1})), 0, 15),
        (Hints(days=frozenset({2})), 0, 1),
        # One that is to be left alone always contradicts itself.
        (Hints(hours=frozenset(range(24)), days=frozenset(range(7))), 0, 1),
    ],
)
def test_hints_lengthen_adaptive_intervals_to_a_quarter_of_an_hour_at_most(hints, fresh, expected):
    """FAULTS: ttl, skipHours/skipDays, updatePeriod, max-age, contradictory and absurd values, by a given clock."""
    assert interval(every(2), NOW, PACE, hints, minutes(fresh)) == minutes(expected)


def test_hints_never_shorten_and_never_pass_the_ceiling():
    assert interval(every(24 * 60), NOW, PACE, Hints(minutes(2))) == minutes(60)
    low = Pace(minutes(1), minutes(1), minutes(4))
    assert interval(every(2), NOW, low, Hints(minutes(10))) == minutes(4)


def test_a_burst_is_one_arrival():
    burst = [NOW + timedelta(seconds=at) for at in range(30)]
    known = with_arrivals(every(30, 5), burst, NOW, NOW + minutes(1))
    assert known == every(30, 5), "all within a minute of the last"
    assert usual_gap(known) == minutes(30)


def test_a_stream_of_items_each_forty_seconds_is_not_taken_for_one_burst():
    known = with_arrivals((), [NOW - timedelta(seconds=40) * at for at in range(1, 100)], None, NOW)
    assert usual_gap(known) == timedelta(seconds=80)


def test_what_is_new_at_a_look_came_since_the_last_one_whatever_its_date_says():
    """FAULTS: no date, 1970, the future: the time of the looks bounds them all."""
    last, now = NOW - minutes(10), NOW
    wrong = [None, datetime(1970, 1, 1, tzinfo=UTC), NOW + timedelta(days=99), NOW - minutes(4)]
    assert with_arrivals((), wrong, last, now) == (last, NOW - minutes(4), NOW)


def test_at_a_first_look_dates_are_taken_as_they_are_but_not_those_of_the_future_or_days_alone():
    assert with_arrivals((), [*every(60, 4, NOW - minutes(1)), NOW, None], None, NOW) == every(60, 4, NOW - minutes(1))
    days = [datetime(2026, 11, day, tzinfo=UTC) for day in range(1, 20)]
    assert with_arrivals((), days, None, NOW) == ()


def test_only_the_newest_arrivals_are_kept():
    known = ()
    for at in range(100):
        known = with_arrivals(known, [None], NOW, NOW + minutes(5 * at))
    assert len(known) == 25
    assert known[-1] == NOW + minutes(5 * 99)


def simulate(arrives, days, *, dated=True, start=NOW):
    """Look at a source for some days; gives mean delay in minutes, looks, and items."""
    arrives = [start + minutes(at) for at in arrives]
    now, last, known, delays, looks, found = start, None, (), [], 0, 0
    end = start + timedelta(days=days)
    while now < end:
        looks += 1
        new = [time for time in arrives[found:] if time <= now]
        if new:
            found += len(new)
            delays += [(now - time).total_seconds() / 60 for time in new if last]
            known = with_arrivals(known, [time if dated else None for time in new], last, now)
        last = now
        now += interval(known, now, PACE, NO_HINTS)
    return sum(delays) / max(len(delays), 1), looks, len(delays)


def poisson(gap, days, random, awake=lambda at: True):
    at, found = 0.0, []
    while at < days * 1440:
        at += random.expovariate(1 / gap)
        if awake(at):
            found.append(at)
    return found


@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize(("gap", "delay", "looks_a_day"), [(2, 0.7, 1440), (20, 3, 500), (90, 12, 130), (1440, 40, 32)])
def test_a_source_of_each_rate_is_seen_soon_and_asked_little(gap, delay, looks_a_day, dated):
    """Arrivals as of a Poisson process, with a mean gap in minutes; the delay stays well below the gap."""
    days = 6 if gap < 1000 else 60
    mean, looks, items = simulate(poisson(gap, days, Random(gap)), days, dated=dated)
    assert items > 40
    assert mean < delay
    assert looks / days <= looks_a_day


def test_an_agency_that_sleeps_costs_little_at_night_and_is_seen_when_it_wakes():
    def awake(at):
        return at % 1440 > 480

    arrives = poisson(4, 10, Random(1), awake)
    mean, looks, _ = simulate(arrives, 10)
    assert mean < 1
    assert looks / 10 < 960 + 150, "each minute by day, some hundred looks in the eight hours of night"


def test_bursts_twice_a_day_do_not_cost_a_look_each_minute():
    arrives = sorted(day * 1440 + hour * 60 + at * 2 for day in range(10) for hour in (9, 18) for at in range(5))
    mean, looks, _ = simulate(arrives, 10)
    assert mean < 4
    assert looks / 10 < 500
