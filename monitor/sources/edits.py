"""Whether an entry that is known was edited, and when its article is read again. Decisions over values and `now`.

The order in which the rules apply:
1. Words count, of title, lead and text; signs, spaces and letter case do not.
2. When many entries of one reading changed at once, it was the feed that changed (counters, times, a new layout), and
   none of them was edited.
3. The page of an edited article is read again at once the first time, and after a growing gap each time after that: an
   entry whose words change at each look costs a dozen requests a day, and no edit is left unread for good.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from monitor.models import Entry

FIRST_GAP = timedelta(minutes=10)
LONGEST_GAP = timedelta(hours=2)
# More than this share of the known entries, and at least so many, change at once only when the feed does.
_MANY = 0.5
_LEAST_MANY = 4
_MAX_DOUBLINGS = 12
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is kept of an entry of the last reading: article, words, date; how often and when it was read again.

    `oldest`: when it was found, only what is no older was alerted; an edit of it is held to the same.
    """

    article: str
    words: str
    published: datetime | None = None
    readings: int = 0
    read: datetime | None = None
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of an index as it was read: the names it is remembered by, and the id of its article."""

    entry: Entry
    names: tuple[str, ...]
    article: str
    new: bool

    @property
    def own_names(self) -> tuple[str, ...]:
        """Those that an edit leaves as they are: all but its words."""
        return tuple(name for name in self.names if not name.startswith("words:"))


@dataclass(frozen=True, slots=True)
class Edits:
    """What a reading brought: edited entries with the time to read each and its bound of age, and what to remember.

    `noise` are changes that are no edits.
    """

    due: tuple[tuple[Item, datetime, datetime | None], ...]
    remembered: Mapping[str, Remembered]
    noise: int = 0


def words_of(entry: Entry) -> str:
    """Equal for entries of the same words."""
    words = " ".join(_WORD.findall(f"{entry.title}\n{entry.lead}\n{entry.text}".casefold()))
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:16]


def recall(names: Sequence[str], last: Mapping[str, Remembered]) -> Remembered | None:
    """What is remembered under any of the names."""
    return next((last[name] for name in names if name in last), None)


def find_edits(
    listed: Sequence[Item],
    last: Mapping[str, Remembered],
    now: datetime,
    has_page: Callable[[Entry], bool],
    unchanged: Sequence[Sequence[str]] = (),
    *,
    oldest: datetime | None = None,
) -> Edits:
    """Compare a reading with what is remembered of the last one; `unchanged` names entries known to be as they were.

    `oldest` is the bound of age for what is new in this reading.

    What stands in the feed is read at once, since that asks nobody; a page is when it is its time.
    """
    known = [(item, found) for item in listed if not item.new and (found := recall(item.own_names, last))]
    changed = [(item, found) for item, found in known if found.words != words_of(item.entry)]
    noise = len(changed) >= _LEAST_MANY and len(changed) > _MANY * (len(known) + len(unchanged))
    due = (
        ()
        if noise
        else tuple(
            (item, read_again(found, now) if has_page(item.entry) else now, found.oldest) for item, found in changed
        )
    )
    edited = {item.article: when for item, when, _ in due}
    remembered: dict[str, Remembered] = {}
    for names in unchanged:
        if found := recall(names, last):
            remembered |= dict.fromkeys(names, found)
    for item in listed:
        was = recall(item.own_names, last) if not item.new else None
        # At another address an entry may be known by its words alone.
        found_as = None if item.new else recall(item.names, last)
        bound = found_as.oldest if found_as else oldest if item.new else None
        first = Remembered(item.article, "", item.entry.published, oldest=bound)
        kept = replace(was or first, words=words_of(item.entry))
        if item.article in edited:
            kept = replace(kept, readings=kept.readings + 1, read=edited[item.article])
        remembered |= dict.fromkeys(item.names, kept)
    return Edits(due, remembered, len(changed) if noise else 0)


def read_again(known: Remembered, now: datetime) -> datetime:
    """When to read an edited article: at once, or a growing time after it was read again last."""
    if known.read is None:
        return now
    gap = FIRST_GAP * float(2 ** min(max(known.readings - 1, 0), _MAX_DOUBLINGS))
    return max(now, known.read + min(gap, LONGEST_GAP))
