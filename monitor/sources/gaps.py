"""Whether two readings of a source overlap. Where they do not, items may have come and gone unseen between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.sources.edits import recall

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from monitor.sources.edits import Item, Remembered
    from monitor.sources.history import History
    from monitor.sources.schedule import SourceState


def known_names(listed: Iterable[Item], *, elsewhere: bool) -> list[tuple[str, ...]]:
    """The names by which the entries that are known show that two readings overlap.

    A title may come again each day, and proves nothing; but at another address (`elsewhere`), or where an entry has no
    other name, it is all there is.
    """
    return [(not elsewhere and item.own_names) or item.names for item in listed if not item.new]


def is_gap(groups: Iterable[Sequence[str]], last: Mapping[str, Remembered]) -> bool:
    """Whether nothing of the last reading is left in one that holds entries; `groups` are the names of known ones.

    A feed drops its oldest items first. What is left while most, and all that is newer, was dropped is pinned to the
    top of the feed: it outlasts any gap, and does not count.
    """
    if not last:
        return False
    left = {found.article: found for group in groups if (found := recall(group, last))}
    dropped = {found.article: found for found in last.values() if found.article not in left}
    return not left or (len(dropped) > len(left) and _is_older(left.values(), dropped.values()))


def _is_older(those: Iterable[Remembered], others: Iterable[Remembered]) -> bool:
    """Whether all of those are dated before all of the others."""
    first, second = [item.published for item in those], [item.published for item in others]
    early, late = [time for time in first if time], [time for time in second if time]
    return len(early) == len(first) and len(late) == len(second) and max(early) < min(late)


def with_gap(
    history: History, listed: Sequence[Item], last: Mapping[str, Remembered], before: SourceState, now: datetime
) -> History:
    """The history with one more gap: from the newest item of the `last` reading to the oldest that is there now.

    Both are as the publisher says: a clock that is wrong is wrong for both.
    """
    dated = [item.entry.published for item in listed if item.new and item.entry.published]
    since = max((min(known.published, now) for known in last.values() if known.published), default=before.succeeded)
    until = min(dated, default=now)
    return history.model_copy(
        update={
            "gaps": history.gaps + 1,
            "gap": now,
            "gap_from": min(since, until) if since else None,
            "gap_until": until,
        }
    )
