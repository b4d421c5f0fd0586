"""Telling the entries of a source apart, and knowing again those that were read before as they stand."""

from __future__ import annotations

import hashlib
import struct
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from monitor.urls import identity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from monitor.models import Entry


class Marks(NamedTuple):
    """What tells an entry apart, each as a hash of 16 hexadecimal digits; empty where the entry has none.

    `own`: the key is an id and not the address.
    """

    key: str
    url: str
    words: str
    own: bool


def marks_of(entry: Entry) -> Marks:
    """The marks of an entry: its id, its address, its words (the title where it has one)."""
    words = entry.title or entry.lead + entry.text
    return Marks(
        key=_short(entry.key),
        url=_short(identity(entry.url)) if entry.url else "",
        words=_short(words) if words else "",
        own=entry.key != entry.url,
    )


def identities(entries: Sequence[Entry], known: Sequence[Marks] = ()) -> list[tuple[str, ...]]:
    """For each entry, then for each known one, the names it is remembered by.

    An id or address that several entries of one document share tells nothing, and is left out.
    """
    marks = [*map(marks_of, entries), *known]
    keys = Counter(mark.key for mark in marks)
    urls = Counter(mark.url for mark in marks if mark.url)
    return [tuple(_names(mark, keys, urls)) or (f"key:{mark.key}",) for mark in marks]


def _names(mark: Marks, keys: Counter[str], urls: Counter[str]) -> Iterable[str]:
    if mark.own and keys[mark.key] == 1:
        yield f"id:{mark.key}"
    if mark.url and urls[mark.url] == 1:
        yield f"url:{mark.url}"
    if mark.words:
        yield f"words:{mark.words}"


def is_new(names: Sequence[str], unseen: Collection[str]) -> bool:
    """Whether an entry was not seen before: when at most one of its names was, or not its only one.

    One name may change, as ids do at each poll in some feeds, addresses when a headline is mended, and words in an
    edit; and one may be used again, as the address of a live page is.
    """
    seen = sum(name not in unseen for name in names)
    return seen < min(2, len(names))


def has_known_words(names: Sequence[str], unseen: Collection[str]) -> bool:
    """Whether an entry of these words was seen before, whatever its id and address."""
    return any(name.startswith("words:") and name not in unseen for name in names)


def has_known_address(names: Sequence[str], unseen: Collection[str]) -> bool:
    """Whether an entry of this address was seen before, whatever its id and words."""
    return any(name.startswith("url:") and name not in unseen for name in names)


def url_name(url: str) -> str:
    """The name that an address is remembered by."""
    return f"url:{_short(identity(url))}"


def _short(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:16]


# A memory is the hash of a context, then a row an item: the hash of its markup, and its marks. Zeros stand for none.
_ROW = struct.Struct("8s8s8s8s?")
_HASH = 8
_NONE = bytes(_HASH)


def digest(text: str) -> bytes:
    """The hash by which a piece of a document is known again."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=_HASH).digest()


def remembered(memory: bytes, context: bytes) -> dict[bytes, Marks]:
    """The marks of items by the hash of their markup; none where they were read in another context."""
    rows = memory[_HASH:]
    if memory[:_HASH] != context or len(rows) % _ROW.size:
        return {}
    return {
        item: Marks(key.hex(), _hex(url), _hex(words), own) for item, key, url, words, own in _ROW.iter_unpack(rows)
    }


def _hex(mark: bytes) -> str:
    return "" if mark == _NONE else mark.hex()


def memory_of(context: bytes, marks: Mapping[bytes, Marks]) -> bytes:
    """The opposite of `remembered`: 33 bytes an item."""
    return context + b"".join(
        _ROW.pack(item, *(bytes.fromhex(part) or _NONE for part in mark[:3]), mark.own) for item, mark in marks.items()
    )
