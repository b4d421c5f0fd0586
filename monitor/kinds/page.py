"""An HTML page of links to articles: by the CSS selectors of `listing:`, or every link that reads like a headline."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bs4 import Tag

from monitor.errors import UnreadableDocument
from monitor.extract import decode
from monitor.extract.soup import soup_of
from monitor.extract.tree import parse
from monitor.kinds.entries import iso_moment, make_entry, visible_text
from monitor.kinds.kind import Kind, Listed
from monitor.urls import absolute, host, identity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.extract.tree import Node, Page
    from monitor.models import Document, Entry, Listing, Source

# A headline has this many characters at least; menus and tags have fewer.
_HEADLINE = 25
_FURNITURE = frozenset({"nav", "header", "footer", "form"})


def read_page(document: Document, source: Source, _memory: bytes) -> Listed:
    """The links of a listing page, one entry an address. Raises UnreadableDocument where there is no markup."""
    html = decode(document.body, document.content_type)
    page = parse(html)
    if not any(node.tag == "a" for node in page.root.walk()):
        raise UnreadableDocument("the answer holds no link")
    found = _by_selectors(html, page, source.listing) if source.listing else _by_looks(page.root, document)
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


def _by_selectors(html: str, page: Page, listing: Listing) -> Iterator[_Found]:
    """What the selectors pick. A tree for them has no bounds of its own, so the page must keep within those of ours."""
    if not page.regular:
        raise UnreadableDocument("the page is too large or too deep for CSS selectors")
    for item in soup_of(html).select(listing.item):
        link = item if item.name == "a" and item.get("href") else item.select_one(listing.link)
        if not isinstance(link, Tag):
            continue
        title = (item.select_one(listing.title) if listing.title else None) or link
        when = item.select_one(listing.date) if listing.date else None
        written = str(when.get("datetime") or when.get_text(" ", strip=True)) if when else ""
        yield str(link.get("href", "")), visible_text(title.decode_contents()), iso_moment(written)


def _by_looks(root: Node, document: Document) -> Iterator[_Found]:
    for link in _links(root):
        title = " ".join(" ".join(_texts(link)).split())
        url = absolute(document.url, link.attrib["href"])
        if url and len(title) >= _HEADLINE and host(url) == host(document.url):
            yield url, title, None


def _links(node: Node) -> Iterator[Node]:
    """The links outside of furniture, in reading order. The depth of a tree is bounded."""
    for child in node.children:
        if isinstance(child, str) or child.tag in _FURNITURE:
            continue
        if child.tag == "a" and "href" in child.attrib:
            yield child
        yield from _links(child)


def _texts(node: Node) -> Iterator[str]:
    for child in node.children:
        if isinstance(child, str):
            yield child
        else:
            yield from _texts(child)


KIND = Kind("an HTML page of links to articles", "https://example.org/news/", read_page)
