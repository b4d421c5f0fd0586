"""How often a source brings something new, and how often it is worth asking. Decisions over values and `now`.

The order in which the rules apply, for a source without its own `every`:
1. A quarter of the usual gap between two arrivals; before four arrivals are known, `Pace.unknown`.
2. A sixtieth of the silence since the last arrival, where that is longer: nights and dead sources cost little, and what
   ends a silence is found after a sixtieth of it at most.
3. Never below `Pace.floor`, never above `Pace.ceiling`.
4. What the feed itself asks for lengthens the result, to LONGEST_HINT at most, and never shortens it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

LONGEST_HINT = timedelta(minutes=15)
# So long after a gap the source is looked at twice as often.
HURRY = timedelta(days=1)
_SHORTEST = timedelta(minutes=1)
# Times kept of a source: a day or so of an agency, some weeks of a think tank.
KEPT_ARRIVALS = 25
# Several stories within this time are one arrival: they are found by one look.
_BURST = timedelta(minutes=1)
_LEAST_GAPS = 3
_LOOKS_PER_GAP = 4
_SILENCE_PER_LOOK = 60
_HOURS, _DAYS = 24, 7
_NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Pace:
    """The bounds of adaptive intervals; `unknown` is used before the rhythm of a source is known."""

    unknown: timedelta = timedelta(minutes=5)
    floor: timedelta = timedelta(minutes=1)
    ceiling: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Hints:
    """What a feed says of itself: how long it stays as it is, hours (UTC) and days (0 is Monday) to leave it alone."""

    period: timedelta = _NONE
    hours: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()

    def asked(self, now: datetime) -> timedelta:
        """The interval that it asks for at this time. One that skips every hour, or every day, says nothing."""
        at = now.astimezone(UTC)
        skipped = (len(self.hours) < _HOURS and at.hour in self.hours) or (
            len(self.days) < _DAYS and at.weekday() in self.days
        )
        return max(self.period, LONGEST_HINT if skipped else _NONE)


def interval(
    arrivals: tuple[datetime, ...], now: datetime, pace: Pace, hints: Hints, fresh: timedelta = _NONE
) -> timedelta:
    """How long to wait after a look. `arrivals` rise; `fresh` is how long HTTP calls the answer fresh."""
    gap = usual_gap(arrivals)
    wanted = gap / _LOOKS_PER_GAP if gap else pace.unknown
    if arrivals:
        wanted = max(wanted, (now - arrivals[-1]) / _SILENCE_PER_LOOK)
    own = min(max(wanted, pace.floor), pace.ceiling)
    return max(own, min(max(hints.asked(now), fresh), LONGEST_HINT, pace.ceiling))


def usual_gap(arrivals: tuple[datetime, ...]) -> timedelta | None:
    """The median time between two arrivals; None while too few are known. Nights and holidays are few and long."""
    gaps = [(after - before).total_seconds() for before, after in pairwise(arrivals)]
    return timedelta(seconds=median(gaps)) if len(gaps) >= _LEAST_GAPS else None


def with_arrivals(
    known: tuple[datetime, ...], published: Iterable[datetime | None], last: datetime | None, now: datetime
) -> tuple[datetime, ...]:
    """The newest arrivals after a reading at `now` that found entries published then (None: not said).

    What was not there at the `last` look came since, whatever its date says. At a first look dates are all there is:
    future ones are left out, and all of them where they are days without a time.
    """
    if last is None:
        found = [time for time in published if time and time < now]
        if len({time.time() for time in found}) == 1:
            return known
    else:
        found = [min(max(time or now, last), now) for time in published]
    return _apart(sorted({*known, *found}))[-KEPT_ARRIVALS:]


def _apart(times: list[datetime]) -> tuple[datetime, ...]:
    """The first of each burst."""
    kept: list[datetime] = []
    for time in times:
        if not kept or time - kept[-1] >= _BURST:
            kept.append(time)
    return tuple(kept)


def shortened(every: timedelta, gap: datetime | None, now: datetime) -> timedelta:
    """The interval of a source that has none of its own: half of it for a day after a gap, one minute at least."""
    return max(min(every, _SHORTEST), every / 2) if gap and now - gap < HURRY else every
