"""An HTML page of links to articles: by the CSS selectors of `listing:`, or every link that reads like a headline."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup, Tag

from monitor.errors import UnreadableDocument
from monitor.extract import decode
from monitor.kinds.entries import iso_moment, make_entry, visible_text
from monitor.kinds.kind import Kind, Listed
from monitor.urls import absolute, host, identity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.models import Document, Entry, Listing, Source

# A headline has this many characters at least; menus and tags have fewer.
_HEADLINE = 25
_MOST_TAGS = 50_000  # a million nested ones took 18 s and 550 MB
_FURNITURE = ("nav", "header", "footer", "form", "script", "style", "noscript", "template")


def read_page(document: Document, source: Source, _memory: bytes) -> Listed:
    """The links of a listing page, one entry an address. Raises UnreadableDocument where there is no markup."""
    html = decode(document.body, document.content_type)
    if html.count("<") > _MOST_TAGS:
        raise UnreadableDocument(f"more than {_MOST_TAGS:,} tags, five times those of the largest news page")
    soup = BeautifulSoup(html, "lxml")
    if not soup.find("a"):
        raise UnreadableDocument("the answer holds no link")
    found = _by_selectors(soup, source.listing) if source.listing else _by_looks(soup, document)
    entries: dict[str, Entry] = {}
    for link, title, published in found:
        url = absolute(document.url, link)
        if not url:
            continue
        known = entries.get(identity(url))
        if known is None or len(known.title) < len(title):
            entries[identity(url)] = make_entry(document, id=None, link=url, title=title, published=published)
    return Listed(tuple(entries.values()))


_Found = tuple[str, str, datetime | None]


def _by_selectors(soup: BeautifulSoup, listing: Listing) -> Iterator[_Found]:
    for item in soup.select(listing.item):
        link = item if item.name == "a" and item.get("href") else item.select_one(listing.link)
        if not isinstance(link, Tag):
            continue
        title = (item.select_one(listing.title) if listing.title else None) or link
        when = item.select_one(listing.date) if listing.date else None
        written = str(when.get("datetime") or when.get_text(" ", strip=True)) if when else ""
        yield str(link.get("href", "")), visible_text(title.decode_contents()), iso_moment(written)


def _by_looks(soup: BeautifulSoup, document: Document) -> Iterator[_Found]:
    for furniture in soup(_FURNITURE):
        furniture.decompose()
    for link in soup.find_all("a", href=True):
        title = " ".join(link.get_text(" ").split())
        url = absolute(document.url, str(link["href"]))
        if url and len(title) >= _HEADLINE and host(url) == host(document.url):
            yield url, title, None


KIND = Kind("an HTML page of links to articles", "https://example.org/news/", read_page)
