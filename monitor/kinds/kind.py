"""What a kind of source is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.models import Document, Entry, Source

if TYPE_CHECKING:
    from monitor.kinds.identity import Marks


@dataclass(frozen=True, slots=True)
class Listed:
    """What a document lists, newest first where it has an order.

    `left_out`: how many items stand there beyond what is read at once. `known`: items that were read before as they
    stand, by the memory that the reader was given, and are not among the entries. `memory`: what to give it next time.
    """

    entries: tuple[Entry, ...]
    left_out: int = 0
    known: tuple[Marks, ...] = ()
    memory: bytes = b""


Reader = Callable[[Document, Source, bytes], Listed]


def _any_address(_url: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Kind:
    """A reader of documents, with what the docs, the schema and error messages say of it.

    `read` takes a Document, its Source and what it gave as memory the last time, empty at first, which it may use to
    pass over what it knows; it raises UnreadableDocument with a reason in a few words. `mistake` says
    what to write instead of an address that can never be of this kind, and None of any other. `for_readers`: the
    address is a page for people, which robots.txt speaks of, and no document for programs as a feed or a sitemap is.
    `may_be_empty`: it is well without an item, as a search that found nothing is, until it once had one.
    """

    what: str
    example: str
    read: Reader
    mistake: Callable[[str], str | None] = _any_address
    for_readers: bool = False
    may_be_empty: bool = False
