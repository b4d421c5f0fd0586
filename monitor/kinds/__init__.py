"""Kinds of sources, a file each: how a fetched document becomes entries.

To add one, copy `feed.py`, give the reader a name here, and write what it makes of a document you keep in tests/kinds/.
A reader takes a Document and its Source and gives entries, or raises UnreadableDocument with a reason in a few words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor.extract.blocked import refuse_block_page
from monitor.kinds.feed import read_feed
from monitor.kinds.page import read_page
from monitor.models import Document, Entry, Source

Reader = Callable[[Document, Source], tuple[Entry, ...]]

KINDS: Mapping[str, Reader] = {"feed": read_feed, "page": read_page}


def read_entries(document: Document, source: Source) -> tuple[Entry, ...]:
    """The entries of a feed or listing, in its order. Raises UnreadableDocument; BlockedPage where it is a wall."""
    refuse_block_page(document.body, document.url, document.content_type)
    return KINDS[source.kind](document, source)
