"""RSS, Atom and RDF by feedparser, and JSON Feed 1.x (jsonfeed.org/version/1.1)."""

from __future__ import annotations

import io
import re
import sys
from calendar import timegm
from datetime import UTC, datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import feedparser

from monitor.errors import UnreadableDocument
from monitor.extract import decode
from monitor.extract.tree import printable
from monitor.kinds.entries import (
    ELLIPSES,
    iso_moment,
    load_json,
    make_entry,
    plain_text,
    string,
    unpacked,
    visible_text,
)
from monitor.kinds.identity import digest, marks_of, memory_of, remembered
from monitor.kinds.kind import Kind, Listed
from monitor.kinds.slices import markup, slices

if TYPE_CHECKING:
    import time
    from collections.abc import Sequence

    from monitor.kinds.slices import Slices
    from monitor.models import Document, Entry, Source

# A feed's own text of this many characters is taken for the whole article; shorter ones are fetched.
FULL_TEXT = 1000
# Bounds of the parsing, which costs 15 µs a tag and 350 µs an item: the largest real feed known has 12,876 items.
_MOST_ITEMS = 20_000
_MOST_MARKUP = 500_000
_MOST_MARKUP_OF_ONE = 10_000
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
# What feedparser 6.0 ends with on garbage, such as a width in broken base64.
_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
# Start tags of the elements that items stand in, and whatever else sets a base address.
_LONGEST_HEAD = 100_000
_AROUND = re.compile(r"<(?:[\w.-]+:)?(?:rss|channel|feed|RDF)\b[^>]*>|xml:base[^>]*>")
_DIGITS = 7  # of the highest character, in decimal


def read_feed(document: Document, _source: Source, memory: bytes) -> Listed:
    """The entries of a feed of any format. Raises UnreadableDocument on HTML, on nothing, on anything else."""
    text = decode(unpacked(document.body), document.content_type).lstrip("\ufeff \t\r\n")
    if not text:
        raise UnreadableDocument("the answer is empty")
    return _read_json(document) if text.startswith("{") else _read_xml(text, document, memory)


def _read_xml(text: str, document: Document, memory: bytes) -> Listed:
    cut = slices(text)
    if cut is None:
        if markup(text) > _MOST_MARKUP_OF_ONE * 10:
            raise UnreadableDocument("the answer has too much markup for a feed, and no items")
        return Listed(_entries(text, document)[0])
    if sum(map(markup, cut.frame)) > _MOST_MARKUP_OF_ONE:
        raise UnreadableDocument("the answer has too much markup around its items")
    kept = _bounded(cut, document)
    if len(kept) < len(cut.items):
        return Listed(_entries(cut.only(kept), document)[0], len(cut.items) - len(kept))
    return _read_again(cut, document, memory) or _read_whole(text, cut, document)


def _read_whole(text: str, cut: Slices, document: Document) -> Listed:
    entries, sound = _entries(text, document)
    context = _context(cut, document)
    if context is None or not sound or len(entries) != len(cut.items):
        return Listed(entries)
    marks = map(marks_of, entries)
    return Listed(entries, memory=memory_of(context, dict(zip(map(digest, cut.items), marks, strict=True))))


def _read_again(cut: Slices, document: Document, memory: bytes) -> Listed | None:
    """Parse only items whose markup is not remembered: it is the entry's, as long as what stands around it is equal.

    None where nothing is remembered, or where reading these items alone may differ from reading them among all: when
    they are not well-formed, feedparser falls back to another parser for the whole document.
    """
    context = _context(cut, document)
    marks = remembered(memory, context) if context else {}
    items = list(map(digest, cut.items))
    fresh = [number for number, item in enumerate(items) if item not in marks]
    if context is None or len(fresh) == len(items):
        return None
    known = tuple(marks[item] for item in items if item in marks)
    entries, sound = _entries(cut.only(frozenset(fresh)), document) if fresh else ((), True)
    if not sound or len(entries) != len(fresh):
        return None
    marks.update(zip((items[number] for number in fresh), map(marks_of, entries), strict=True))
    return Listed(entries, known=known, memory=memory_of(context, {item: marks[item] for item in items}))


def _context(cut: Slices, document: Document) -> bytes | None:
    """A hash of all that the reading of an item depends on outside of it: the address, and the elements it stands in.

    None where that is not plain to see.
    """
    head = cut.frame[0]
    if "<!ENTITY" in head or len(head) > _LONGEST_HEAD:
        return None
    return digest("\n".join((document.url, *_AROUND.findall(head))))


def _bounded(cut: Slices, document: Document) -> frozenset[int]:
    """The numbers of the items that are read: nearly always all, else the newest that keep within the bounds."""
    costs = [markup(item) for item in cut.items]
    if max(costs) <= _MOST_MARKUP_OF_ONE and sum(costs) <= _MOST_MARKUP and len(costs) <= _MOST_ITEMS:
        return frozenset(range(len(costs)))
    fit = [number for number, cost in enumerate(costs) if cost <= _MOST_MARKUP_OF_ONE]
    if fit:
        ends, _ = _entries(cut.only({fit[0], fit[-1]}), document)
        if _rising([entry.published for entry in ends]):
            fit.reverse()
    spent = accumulate(costs[number] for number in fit)
    return frozenset(number for number, sum_ in zip(fit[:_MOST_ITEMS], spent, strict=False) if sum_ <= _MOST_MARKUP)


def _rising(ends: Sequence[datetime | None]) -> bool:
    """Whether the newest item is the last."""
    first, last = (ends[0], ends[-1]) if ends else (None, None)
    return first is not None and last is not None and first < last


def _entries(text: str, document: Document) -> tuple[tuple[Entry, ...], bool]:
    """The entries, and whether the document was well-formed."""
    feed = _parse(text, document)
    return tuple(_entry(item, document) for item in feed.entries), not feed.bozo


def _parse(text: str, document: Document) -> Any:
    # Always a stream: given bytes or a string, feedparser opens what looks like a path or an address. The header
    # overrules what the document says of its encoding, which is UTF-8 by now.
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": document.url}
    body = io.BytesIO(_REFERENCE.sub(_character, text).encode())
    try:
        feed = feedparser.parse(body, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except _FAULTS as error:
        raise UnreadableDocument(f"feedparser fails on it: {type(error).__name__}: {error}"[:200]) from error
    if not feed.get("version") and not feed.entries:
        html = "<html" in text[:2000].lower()
        raise UnreadableDocument(
            "the answer is HTML, no feed" if html else f"these {len(document.body)} bytes are no feed"
        )
    return feed


def _character(reference: re.Match[str]) -> str:
    """A reference to no character is dropped: surrogates and numbers beyond Unicode are an error in feedparser."""
    hexadecimal, decimal = reference[1], (reference[2] or "").lstrip("0")
    short = len(hexadecimal.lstrip("0") if hexadecimal else decimal) <= _DIGITS
    number = int(hexadecimal or decimal or "0", 16 if hexadecimal else 10) if short else 0
    # From 128 to 159 they are meant as windows-1252, and read so.
    known = number <= sys.maxunicode and (number in range(128, 160) or printable(chr(number)))
    return reference[0] if known else ""


def _entry(item: Any, document: Document) -> Entry:
    content = max((string(part, "value") for part in item.get("content", ())), key=len, default="")
    summary = string(item, "summary")
    text = visible_text(content or summary)
    return make_entry(
        document,
        id=string(item, "id") or None,
        link=string(item, "link") or None,
        title=visible_text(string(item, "title")),
        lead=visible_text(summary) if content else "",
        text=text,
        whole=is_whole(text),
        # A plain look-up: feedparser's own gives one date for the other, with a warning.
        published=_moment(dict.get(item, "published_parsed") or dict.get(item, "updated_parsed")),
        author=string(item, "author") or None,
    )


def is_whole(text: str) -> bool:
    """Whether a text from a feed is the whole article rather than its beginning."""
    return len(text) >= FULL_TEXT and not text.rstrip().endswith(ELLIPSES)


def _moment(parsed: time.struct_time | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError):
        return None


def _read_json(document: Document) -> Listed:
    feed = load_json(document)
    items = feed.get("items")
    if "jsonfeed.org" not in str(feed.get("version")) or not isinstance(items, list):
        raise UnreadableDocument("the answer is JSON, but no JSON Feed")
    items = [item for item in items if isinstance(item, dict)]
    if len(items) > _MOST_ITEMS and _rising([_json_moment(items[0]), _json_moment(items[-1])]):
        items.reverse()
    entries = tuple(_from_json(item, document) for item in items[:_MOST_ITEMS])
    return Listed(entries, len(items) - len(entries))


def _from_json(item: dict[str, Any], document: Document) -> Entry:
    text = visible_text(string(item, "content_html")) or plain_text(string(item, "content_text"))
    listed = item.get("authors")
    authors = listed if isinstance(listed, list) else [item.get("author")]
    names = [str(author.get("name")) for author in authors if isinstance(author, dict) and author.get("name")]
    return make_entry(
        document,
        id=string(item, "id") or None,
        link=string(item, "url") or string(item, "external_url") or None,
        title=visible_text(string(item, "title")),
        lead=visible_text(string(item, "summary")),
        text=text,
        whole=is_whole(text),
        published=_json_moment(item),
        author=", ".join(names) or None,
    )


def _json_moment(item: dict[str, Any]) -> datetime | None:
    return iso_moment(string(item, "date_published") or string(item, "date_modified"))


KIND = Kind("a feed: RSS, Atom, RDF or JSON Feed", "https://example.org/feed.xml", read_feed)
