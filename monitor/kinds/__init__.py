"""Kinds of sources, a file each: how a fetched document becomes entries.

To add one, copy `wordpress.py`, the shortest, and give its KIND a name here: configuration, schema and messages follow.
Describe it in docs/sources.md, and keep a document of each fault you know of in tests/kinds/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.kinds import feed, page, sitemap, telegram, wordpress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.kinds.kind import Kind, Listed
    from monitor.models import Document, Source

KINDS: Mapping[str, Kind] = {
    "feed": feed.KIND,
    "page": page.KIND,
    "telegram": telegram.KIND,
    "sitemap": sitemap.KIND,
    "wordpress": wordpress.KIND,
}


def read_entries(document: Document, source: Source, memory: bytes = b"") -> Listed:
    """The entries of a feed or listing, in its order; without a memory all of them. Raises UnreadableDocument."""
    return KINDS[source.kind].read(document, source, memory)
