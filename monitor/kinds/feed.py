"""RSS, Atom and RDF by feedparser, and JSON Feed 1.x (jsonfeed.org/version/1.1)."""

from __future__ import annotations

import io
from calendar import timegm
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import feedparser

from monitor.errors import UnreadableDocument
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
from monitor.kinds.kind import Kind

if TYPE_CHECKING:
    import time

    from monitor.models import Document, Entry, Source

# A feed's own text of this many characters is taken for the whole article; shorter ones are fetched.
FULL_TEXT = 1000


def read_feed(document: Document, _source: Source) -> tuple[Entry, ...]:
    """The entries of a feed of any format. Raises UnreadableDocument on HTML, on nothing, on anything else."""
    body = unpacked(document.body).lstrip(b"\xef\xbb\xbf \t\r\n")
    if not body:
        raise UnreadableDocument("the answer is empty")
    if body[:1] == b"{":
        return _read_json(document)
    return _read_xml(body, document)


def _read_xml(body: bytes, document: Document) -> tuple[Entry, ...]:
    # Always a stream: given bytes or a string, feedparser opens what looks like a path or an address.
    headers = {"content-type": _content_type(body, document.content_type), "content-location": document.url}
    feed = feedparser.parse(
        io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    if not feed.get("version") and not feed.entries:
        html = b"<html" in body[:2000].lower()
        raise UnreadableDocument("the answer is HTML, no feed" if html else f"these {len(body)} bytes are no feed")
    return tuple(_from_feedparser(item, document) for item in feed.entries)


def _content_type(body: bytes, content_type: str) -> str:
    """The header where it may overrule the document: RFC 7303 puts a byte order mark first, then its charset.

    Without a charset it says nothing of the encoding, though feedparser would follow RFC 3023 and take us-ascii.
    """
    return "" if body.startswith((b"\xff\xfe", b"\xfe\xff")) or "charset" not in content_type.lower() else content_type


def _from_feedparser(item: Any, document: Document) -> Entry:
    content = max((part.get("value", "") for part in item.get("content", ())), key=len, default="")
    summary = item.get("summary", "")
    text = visible_text(content or summary)
    return make_entry(
        document,
        id=item.get("id"),
        link=item.get("link"),
        title=visible_text(item.get("title", "")),
        lead=visible_text(summary) if content else "",
        text=text,
        whole=is_whole(text),
        # A plain look-up: feedparser's own gives one date for the other, with a warning.
        published=_moment(dict.get(item, "published_parsed") or dict.get(item, "updated_parsed")),
        author=item.get("author"),
    )


def is_whole(text: str) -> bool:
    """Whether a text from a feed is the whole article rather than its beginning."""
    return len(text) >= FULL_TEXT and not text.rstrip().endswith(ELLIPSES)


def _moment(parsed: time.struct_time | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError):
        return None


def _read_json(document: Document) -> tuple[Entry, ...]:
    feed = load_json(document)
    items = feed.get("items")
    if "jsonfeed.org" not in str(feed.get("version")) or not isinstance(items, list):
        raise UnreadableDocument("the answer is JSON, but no JSON Feed")
    return tuple(_from_json(item, document) for item in items if isinstance(item, dict))


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
        published=iso_moment(string(item, "date_published") or string(item, "date_modified")),
        author=", ".join(names) or None,
    )


KIND = Kind("a feed: RSS, Atom, RDF or JSON Feed", "https://example.org/feed.xml", read_feed)
