"""What a kind of source is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from monitor.models import Document, Entry, Source


@dataclass(frozen=True, slots=True)
class Listed:
    """What a document lists, newest first where it has an order. `left_out`: items beyond what is read at once."""

    entries: tuple[Entry, ...]
    left_out: int = 0


Reader = Callable[[Document, Source], Listed]


def _any_address(_url: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Kind:
    """A reader of documents, with what the docs, the schema and error messages say of it.

    `read` takes a Document and its Source; it raises UnreadableDocument with a reason in a few words. `mistake` says
    what to write instead of an address that can never be of this kind, and None of any other.
    """

    what: str
    example: str
    read: Reader
    mistake: Callable[[str], str | None] = _any_address
