"""Whether two readings of a source overlap. Where they do not, items may have come and gone unseen between them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.edits import recall

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from monitor.edits import Listed, Remembered
    from monitor.history import History
    from monitor.schedule import SourceState

# So long after a gap the source is looked at twice as often, where its interval is not its own.
HURRY = timedelta(days=1)
_FLOOR = timedelta(minutes=1)
_ORDER_TELLS = 2


def is_gap(listed: Sequence[Listed], last: Mapping[str, Remembered]) -> bool:
    """Whether nothing of the last reading is left in this one, though both held entries.

    Entries that are pinned to the top of a feed outlast any gap, so they do not count.
    """
    if not listed or not last:
        return False
    left = [at for at, item in enumerate(listed) if recall(item.names, last)]
    return not left or _pinned(listed, left)


def _pinned(listed: Sequence[Listed], left: Sequence[int]) -> bool:
    """Whether those that are left stand above everything new, though older, in a feed with the newest first."""
    rest = [item.entry.published for at, item in enumerate(listed) if at not in set(left)]
    top = [listed[at].entry.published for at in left]
    if len(rest) < _ORDER_TELLS or max(left) != len(left) - 1 or None in rest or None in top:
        return False
    times, pinned = [time for time in rest if time], [time for time in top if time]
    falling = times == sorted(times, reverse=True) and times[0] > times[-1]
    return falling and max(pinned) < min(times)


def with_gap(history: History, listed: Sequence[Listed], before: SourceState, now: datetime) -> History:
    """The history with one more gap: from the newest item that was known to the oldest that is there now."""
    dated = [item.entry.published for item in listed if item.new and item.entry.published]
    since = before.history.latest or before.succeeded
    until = min(dated, default=now)
    return history.model_copy(
        update={
            "gaps": history.gaps + 1,
            "gap": now,
            "gap_from": min(since, until) if since else None,
            "gap_until": until,
        }
    )


def shortened(every: timedelta, gap: datetime | None, now: datetime) -> timedelta:
    """The interval of a source that has none of its own: half of it for a day after a gap, one minute at least."""
    return max(min(every, _FLOOR), every / 2) if gap and now - gap < HURRY else every
