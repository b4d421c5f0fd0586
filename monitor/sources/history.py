"""How a source usually behaves, learned from the times of its items, and when it is silent against that.

The longest pause of each day is kept, for four weeks: nights, weekends and most holidays are among them, so a pause is
only a silence when it is twice as long as any of them.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import Field

from monitor.models import Model

if TYPE_CHECKING:
    from collections.abc import Iterable

KEPT_DAYS = 28
# Fewer items say nothing of a rhythm.
_LEAST_ITEMS = 10
# Until a weekend was seen, none can be told from a silence; then a quiet hour or two is still none.
_WEEK = timedelta(days=8)
_LEAST_UNKNOWN = timedelta(days=4)
_LEAST = timedelta(hours=6)
_TIMES_LONGEST = 2
_NONE = timedelta(0)


class Day(Model):
    """One day (UTC) on which items came."""

    day: date
    items: int = 0
    longest: timedelta = Field(_NONE, description="the longest pause that ended on it")


class History(Model):
    """What is known of the items of a source over weeks, and the gaps between readings that did not overlap."""

    first: datetime | None = Field(None, description="the oldest item that was counted")
    latest: datetime | None = Field(
        None, description="when the newest item came: as the publisher says, but after the look before it was found"
    )
    days: tuple[Day, ...] = ()
    gaps: int = Field(0, description="readings that did not overlap with the one before")
    gap: datetime | None = Field(None, description="when the last of them was noticed")
    gap_from: datetime | None = Field(None, description="what came after this may have been missed")
    gap_until: datetime | None = Field(None, description="and before this")

    @property
    def items(self) -> int:
        """How many items were counted in the days that are kept."""
        return sum(day.items for day in self.days)

    @property
    def per_day(self) -> float | None:
        """Items a day; None before a rhythm is known."""
        if self.items < _LEAST_ITEMS or not (self.first and self.latest and self.days):
            return None
        known = self.latest - max(self.first, self.latest - timedelta(days=KEPT_DAYS))
        return self.items / max(known.total_seconds() / 86400, 1 / 24)


def heard(history: History, times: Iterable[datetime], now: datetime) -> History:
    """The history after new items of these times; those of the future came now."""
    days = {day.day: day for day in history.days}
    first, latest = history.first, history.latest
    for time in sorted(min(time, now) for time in times):
        pause = time - latest if latest and time > latest else _NONE
        day = days.get(time.date(), Day(day=time.date()))
        days[day.day] = Day(day=day.day, items=day.items + 1, longest=max(day.longest, pause))
        first, latest = first or time, max(latest or time, time)
    oldest = ((latest or now) - timedelta(days=KEPT_DAYS)).date()
    kept = [day for _, day in sorted(days.items()) if day.day >= oldest]
    return history.model_copy(update={"first": first, "latest": latest, "days": tuple(kept)})


def longest_pause(history: History) -> timedelta | None:
    """A pause longer than this is a silence; None before the rhythm is known."""
    if not (history.first and history.latest) or history.items < _LEAST_ITEMS:
        return None
    longest = max(day.longest for day in history.days)
    known = history.latest - history.first >= _WEEK
    return max(_TIMES_LONGEST * longest, _LEAST if known else _LEAST_UNKNOWN)


def silent_since(history: History, succeeded: datetime | None) -> datetime | None:
    """The last item of a source that is silent; None of one that is not. `succeeded` is its last good check.

    Only good checks can find silence: while nobody looked, nothing was heard.
    """
    limit, latest = longest_pause(history), history.latest
    return latest if limit and latest and succeeded and succeeded - latest > limit else None
