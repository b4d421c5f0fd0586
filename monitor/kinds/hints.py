"""What a feed says of how often to look: ttl, skipHours, skipDays (RSS 2.0), updatePeriod (RSS 1.0 syndication).

Only the head is read, up to the first item: whatever is hostile or broken there gives no hints, and no error.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lxml import etree

from monitor.sources.rhythm import Hints

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD_BYTES = 65_536
_ITEMS = frozenset({"item", "entry"})
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# A week: longer ones mean the same, and absurd ones do not fit into a time.
_MOST_MINUTES = 7 * 24 * 60


def read_hints(body: bytes) -> Hints:
    """The hints of a document; none where it is no feed."""
    found: dict[str, list[str]] = {}
    for name, text in _head(body.lstrip(b"\xef\xbb\xbf \t\r\n")[:_HEAD_BYTES]):
        found.setdefault(name, []).append(text.strip())
    hours = {int(value) % 24 for value in found.get("hour", ()) if _number(value) and int(value) <= 24}  # noqa: PLR2004
    days = {_DAYS.index(value.lower()) for value in found.get("day", ()) if value.lower() in _DAYS}
    return Hints(max(_ttl(found), _update_period(found)), frozenset(hours), frozenset(days))


def _head(body: bytes) -> Iterator[tuple[str, str]]:
    """Name and text of each element before the first item."""
    if not body.startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        return
    parser: Any = etree.XMLPullParser(
        events=("start", "end"), recover=True, resolve_entities=False, no_network=True, huge_tree=False
    )
    try:
        parser.feed(body)
    except etree.XMLSyntaxError:
        return
    for event, element in parser.read_events():
        name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
        if name in _ITEMS:
            return
        if event == "end":
            yield name, element.text or ""


def _ttl(found: dict[str, list[str]]) -> timedelta:
    return timedelta(minutes=min(max(map(_whole, found.get("ttl", ())), default=0), _MOST_MINUTES))


def _update_period(found: dict[str, list[str]]) -> timedelta:
    hours = max((_PERIODS.get(value.lower(), 0) for value in found.get("updatePeriod", ())), default=0)
    times = max(map(_whole, found.get("updateFrequency", ())), default=1) or 1
    return timedelta(hours=hours) / times


def _whole(value: str) -> int:
    return int(value) if _number(value) else 0


def _number(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) < 10  # noqa: PLR2004 - more is absurd, and slow to read
