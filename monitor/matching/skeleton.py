"""The skeleton of a text: one byte for every character, in which words that fold to the same string look the same.

A skeleton forgets more than folding does (which of two look-alike letters it is, the marks of й and ї, all foreign
letters), so equal skeletons only suggest equal words; different ones prove that the words differ. It is made for a
whole text at once and not word by word, which is why a text never seen before costs no more than another.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from monitor.matching.fold import APOSTROPHES, LOOK_ALIKES
from monitor.matching.words import NOT_SPELLED, is_letter, is_unseen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SEPARATOR = b" "
_APOSTROPHE, _MARK, _FOREIGN = b"'", b"\x01", b"\x02"

_NO_CHARACTER = "\ufffe"
# Any would do, since the others only take longer: what the news of four languages is made of.
_USUAL = "".join(
    (
        "\0",
        _NO_CHARACTER * 2,  # the codes of marks and foreign letters
        *map(chr, range(3, 0x80)),
        *map(chr, range(0x410, 0x450)),
        "ЁёІіЇїЄєЎўҐґ«»„“”–—…’‘№•©°§·×€ʼ\xa0\xad\u0301\u2011\u200b\ufe0f\u2009",
        "ÉÖÜáâäãåçèéêëíîïñóôöøúüß",
    )
).ljust(256, _NO_CHARACTER)
_CODES = {char: code for code, char in enumerate(_USUAL) if char != _NO_CHARACTER}
_ENCODING = codecs.charmap_build(_USUAL)
_HANGUL_MEDIALS = range(0x1160, 0x1200)  # composition joins them to the letter before, as it does a mark
_FAR = "\u2e80"  # no letter from here on is a form of a Latin or Cyrillic one


def _exceptions() -> Iterator[tuple[str, int]]:
    """The characters that are something else than their being alphanumeric or not says, and their bytes."""
    for char in map(chr, (*range(0x2100), *range(0xFE00, 0xFF10))):
        if is_unseen(char) or ord(char) in _HANGUL_MEDIALS:
            yield char, _MARK[0]
        elif char in APOSTROPHES:
            yield char, _APOSTROPHE[0]
        elif char.isalnum() and not is_letter(char):
            yield char, SEPARATOR[0]


class _Bytes(dict[str, int]):
    """The byte that stands for a character; of those in rare use only the nearer ones are remembered."""

    def __missing__(self, char: str) -> int:
        """The byte, worked out now."""
        if not char.isalnum():
            return SEPARATOR[0]
        if char >= _FAR:
            return _FOREIGN[0]
        base = unicodedata.normalize("NFD", char)[0]
        known = self[base] if base != char else _CODES.get(char.lower().translate(LOOK_ALIKES), _FOREIGN[0])
        self[char] = known
        return known


_BYTES = _Bytes(_exceptions())
_REDUCED = bytes(code if char == _NO_CHARACTER else _BYTES[char] for code, char in enumerate(_USUAL))


def _encode_rare(error: UnicodeError) -> tuple[bytes, int]:
    """The bytes of characters that are not usual; reducing them once more changes nothing."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return bytes(map(_BYTES.__getitem__, error.object[error.start : error.end])), error.end


_WITH_RARE = "monitor.matching.skeleton"
codecs.register_error(_WITH_RARE, _encode_rare)


def _one_to_one(text: str) -> bytes:
    """A byte for each character; apostrophes, marks and the soft signs of classical spelling still show."""
    return codecs.charmap_encode(text, _WITH_RARE, _ENCODING)[0].translate(_REDUCED)


def _bytes(pattern: str) -> bytes:
    """A pattern with Cyrillic letters for the bytes that they are in a skeleton."""
    return b"".join(char.encode() if char.isascii() else bytes((_BYTES[char],)) for char in pattern)


_LETTER = b"a"
_BEGINNING, _APOSTROPHE_INSIDE = SEPARATOR + _LETTER, _LETTER + _APOSTROPHE + _LETTER
_MARKS = re.compile(b"(?<=%b)%b+" % (_LETTER, _MARK))
_SIGNS = bytes(code if bytes((code,)) in {SEPARATOR, _APOSTROPHE, _MARK} else _LETTER[0] for code in range(256))
_BLOCK = 1_024  # characters; the words of a text are counted once by blocks, and then in a block

# The classical spellings of fold.py. Each begins with one byte, which is found fast.
_CHANGED = (
    re.compile(_MARK),
    re.compile(_bytes("ь(?:(?<=[сзц]ь)(?=[ьсзцдвмнлпбфеюя])|(?<=нь)(?=[ьн])|(?<=ль)(?=[ьл]))")),
    re.compile(_bytes("дздз")),
)
_ASSIMILATED = re.compile(_bytes("(?<=[сзц])ь+(?=[сзцдвмнлпбф])|(?<=н)ь+(?=н)|(?<=л)ь+(?=л)"))
_CLASSICAL_APOSTROPHE = re.compile(_bytes("(?<![^'])((?:ра|у|бе)?[зс])ь+(?=[еюя])"))
_CLASSICAL_DZ = re.compile(_bytes("(?:дз)+(?=дз)"))
_DZ = _bytes("д")


def _shrunk(words: bytes) -> bytes:
    """Words, with apostrophes in or around them, without marks and in modern spelling; filled up at their end."""
    short = _ASSIMILATED.sub(b"", words.translate(None, _MARK))
    short = _CLASSICAL_DZ.sub(_DZ, _CLASSICAL_APOSTROPHE.sub(rb"\1'", short))
    return short.ljust(len(words), SEPARATOR)


def _with_shrunk(padded: bytes) -> bytes:
    """The same with each of those words shrunk that may need it."""
    parts, done = [], 0
    shrunk: dict[bytes, bytes] = {}
    for at in sorted(found.start() for rule in _CHANGED for found in rule.finditer(padded)):
        if at < done:
            continue
        start, end = padded.rfind(SEPARATOR, 0, at) + 1, padded.find(SEPARATOR, at)
        word = padded[start:end]
        if word not in shrunk:
            shrunk[word] = _shrunk(word)
        parts += [padded[done:start], shrunk[word]]
        done = end
    return b"".join((*parts, padded[done:])) if parts else padded


def of_words(folded: Iterable[str]) -> set[bytes]:
    """The skeletons of folded words, without separators around them."""
    letters = (NOT_SPELLED.sub("", word) for word in folded)
    words = _with_shrunk(b" %b " % _one_to_one(" ".join(letters))).split()
    return {word.replace(_APOSTROPHE, SEPARATOR) for word in words}


class Skeleton:
    """The skeleton of a text, with a separator before and after it: byte i + 1 stands for the character i."""

    def __init__(self, text: str) -> None:
        self._plain = b" %b " % _one_to_one(text)
        self.reduced = _with_shrunk(self._plain).replace(_APOSTROPHE, SEPARATOR)
        self.is_all_plain = self._plain == self.reduced

    def is_plain(self, start: int, end: int) -> bool:
        """Whether what stands between two separators, the bytes at start and end - 1, is a word just so in the text."""
        return self._plain[start:end] == self.reduced[start:end]

    def around(self, at: int) -> tuple[int, int]:
        """The offsets in the text of the words around a byte, or behind it, that only apostrophes part."""
        return self._plain.rfind(SEPARATOR, 0, at + 1), self._plain.find(SEPARATOR, at + 1) - 1

    def words_before(self, offset: int) -> int:
        """How many words of the text begin before an offset."""
        block = offset // _BLOCK
        return self._words_before_block[block] + self._joints.count(_BEGINNING, block * _BLOCK, offset + 1)

    @cached_property
    def _joints(self) -> bytes:
        """A letter for all that is of a word, a separator for all else."""
        signs = self._plain.translate(_SIGNS)
        if _MARK in signs:
            signs = _MARKS.sub(lambda found: _LETTER * len(found[0]), signs).replace(_MARK, SEPARATOR)
        while _APOSTROPHE_INSIDE in signs:
            signs = signs.replace(_APOSTROPHE_INSIDE, _LETTER * 3)
        return signs.replace(_APOSTROPHE, SEPARATOR)

    @cached_property
    def _words_before_block(self) -> list[int]:
        starts = range(0, len(self._joints), _BLOCK)
        return list(accumulate((self._joints.count(_BEGINNING, at, at + _BLOCK + 1) for at in starts), initial=0))
