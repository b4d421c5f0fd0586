"""Sitemaps (sitemaps.org), best those for news: Google's extension names title and time of each story."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from lxml import etree

from monitor.errors import UnreadableDocument
from monitor.kinds.entries import iso_moment, make_entry, unpacked, visible_text
from monitor.kinds.kind import Kind, Listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.models import Document, Entry, Source

# A news sitemap holds at most this many stories, by its definition; so many pages without a date would all be fetched.
_MOST_UNDATED = 1000
_MOST = 50_000  # what sitemaps.org allows
_NAMED = 3


def read_sitemap(document: Document, _source: Source, _memory: bytes) -> Listed:
    """A story each address, in the order of the file.

    Raises UnreadableDocument on an index of sitemaps, naming those it lists, and on what is no sitemap.
    """
    found = list(_rows(unpacked(document.body)))
    if listed := [row for kind, row in found if kind == "sitemap"]:
        raise UnreadableDocument(_better(listed))
    rows = [row for _, row in found if row.get("loc")]
    entries = tuple(_entry(row, document) for row in rows[:_MOST])
    undated = sum(entry.published is None for entry in entries)
    if undated > _MOST_UNDATED:
        raise UnreadableDocument(f"{undated:,} addresses without a date: write the address of a news sitemap instead")
    return Listed(entries, len(rows) - len(entries))


def _entry(row: dict[str, str], document: Document) -> Entry:
    return make_entry(
        document,
        id=None,
        link=row["loc"],
        title=visible_text(row.get("title", "")),
        published=iso_moment(row.get("publication_date", "")) or iso_moment(row.get("lastmod", "")),
    )


def _better(listed: list[dict[str, str]]) -> str:
    newest = sorted(listed, key=lambda row: row.get("lastmod", ""), reverse=True)
    names = ", ".join(row.get("loc", "") for row in newest[:_NAMED])
    return f"this is an index of {len(listed)} sitemaps: write the address of one instead, such as {names}"


def _rows(body: bytes) -> Iterator[tuple[str, dict[str, str]]]:
    """Each `url` or `sitemap` as (name, its parts by name). Names count without namespaces, which vary."""
    stream = etree.iterparse(
        io.BytesIO(body), events=("end",), recover=True, resolve_entities=False, no_network=True, load_dtd=False
    )
    root = False
    try:
        for _, element in stream:
            name = _name(element)
            if name in {"url", "sitemap"}:
                root = True
                yield name, _parts(element)
                _forget(element)
            root = root or name in {"urlset", "sitemapindex"}
    except etree.XMLSyntaxError as error:
        # What came before a fault that the parser cannot pass is read, as it is in feeds.
        if not root:
            raise UnreadableDocument("the answer is no sitemap") from error
    if not root:
        raise UnreadableDocument("the answer is no sitemap")


def _parts(element: etree._Element) -> dict[str, str]:
    """Texts of the children, and of those in `news:news`; images and videos have addresses and titles of their own."""
    parts: dict[str, str] = {}
    for child in element:
        if _name(child) == "news":
            parts.update(_parts(child))
        else:
            parts.setdefault(_name(child), (child.text or "").strip())
    return parts


def _forget(element: etree._Element) -> None:
    """Keep memory flat over 50 MB."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _name(element: etree._Element) -> str:
    tag = element.tag if isinstance(element.tag, str) else ""  # comments and entities have a function there
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


KIND = Kind("a sitemap, best one for news", "https://example.org/sitemap-news.xml", read_sitemap, may_be_empty=True)
