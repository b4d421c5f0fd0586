"""Where a gap in a feed is filled from: what kind of document an address gave, and which one comes after it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import feedparser

from monitor.errors import UnreadableDocument
from monitor.urls import absolute, host

if TYPE_CHECKING:
    from monitor.models import Document

_HEAD = 2000
_SITEMAPS = (b"<urlset", b"<sitemapindex", b":urlset", b"\x1f\x8b")
_FEEDS = (b"<rss", b"<feed", b"rdf:rdf", b'"version"')
# RFC 5005: a paged feed names its next page, an archived one the document before.
_RELATIONS = ("next", "prev-archive", "previous-archive")


def kind_of(document: Document) -> str:
    """The kind that reads a document, by how it begins: sitemap, feed or page. Raises UnreadableDocument on nothing."""
    head = document.body[:_HEAD].lower()
    if not head.strip():
        raise UnreadableDocument("the answer is empty")
    if any(mark in head for mark in _SITEMAPS):
        return "sitemap"
    return "feed" if any(mark in head for mark in _FEEDS) else "page"


def next_document(document: Document) -> str | None:
    """The address of the older items of a feed: the one that it names, or the next page of a WordPress feed.

    None where neither is known, and where it is on another host.
    """
    if kind_of(document) != "feed":
        return None
    feed = feedparser.parse(io.BytesIO(document.body), sanitize_html=False, resolve_relative_uris=False).feed
    links = {link.get("rel"): link.get("href", "") for link in feed.get("links", ())}
    named = next((links[relation] for relation in _RELATIONS if links.get(relation)), "")
    if not named and "wordpress.org" in str(feed.get("generator", "")):
        named = _paged(document.url)
    url = absolute(document.url, named) if named else None
    return url if url and host(url) == host(document.url) and url != document.url else None


def _paged(url: str) -> str:
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    number = query.get("paged", "1")
    query["paged"] = str(int(number) + 1 if number.isdecimal() else 2)
    return urlunsplit(parts._replace(query=urlencode(query)))
