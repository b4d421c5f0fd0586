"""A text as one byte a character, folded all at once and not word by word.

A word is plain when folding it is folding its letters: of one alphabet, without marks and apostrophes, in modern
spelling. Nearly all are, and what a plain word folds to are its bytes, so that a text never seen before costs no more
than another. The other words are odd: Coded says where they are.
"""

from __future__ import annotations

import codecs
import re
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from monitor.matching.fold import APOSTROPHES, LATIN, fold
from monitor.matching.words import is_letter, is_unseen, words

if TYPE_CHECKING:
    from collections.abc import Iterable

SEPARATOR = b" "
_ODD = b"\x01"  # what makes a word odd, or may: a mark, an apostrophe, a letter of another alphabet

_NO_CHARACTER = "\ufffe"
# Any would do, since the others only take longer: what the news of four languages is made of.
_USUAL = "".join(
    (
        "\0",
        _NO_CHARACTER,  # the code of what is odd
        *map(chr, range(2, 0x80)),
        *map(chr, range(0x410, 0x450)),
        "ЁёІіЇїЄєЎўҐґ«»„“”–—…’‘№•©°§·×€ʼ\xa0\xad\u0301\u2011\u200b\ufe0f\u2009",
        "ÉÖÜáâäãåçèéêëíîïñóôöøúüß",
    )
).ljust(256, _NO_CHARACTER)
_CODES = {char: code for code, char in enumerate(_USUAL) if char != _NO_CHARACTER}
_ENCODING = codecs.charmap_build(_USUAL)
_TOGETHER = 64  # characters from a rare one on, since where there is one there are more
_LAST_REMEMBERED = "\uffff"  # of rare characters: 6 MB if all of the first plane are met
_MARKS = frozenset(filter(is_unseen, map(chr, range(0x10000)))).union(APOSTROPHES)  # inside a word, no letters


def _rare(char: str) -> int:
    """Whether a character that is no usual letter makes a word odd or parts words."""
    return (_ODD if char.isalnum() or char in _MARKS else SEPARATOR)[0]


class _Codes(dict[str, int]):
    """The codes of all characters: of one that is not usual, whether it makes a word odd or parts words."""

    def __missing__(self, char: str) -> int:
        """The code, worked out now."""
        code = _CODES.get(char)
        if code is None:
            code = _rare(char)
        if char <= _LAST_REMEMBERED:
            self[char] = code
        return code


_ALL_CODES = _Codes()


def _folded(code: int) -> int:
    """The byte of a usual one: a letter's is the code of the letter it folds to."""
    char = _USUAL[code]
    if code == _ODD[0]:
        return code
    if char not in _MARKS and is_letter(char):
        return _CODES.get(fold(char), _ODD[0])
    return _rare(char)


def _alphabet(code: int) -> bytes:
    """L for Latin, and for figures, which stand in words of both; C for Cyrillic."""
    char = _USUAL[code]
    if _FOLDED[code] in _ODD + SEPARATOR:
        return SEPARATOR
    return b"L" if char.isascii() or LATIN.match(char) else b"C"


_FOLDED = bytes(map(_folded, range(256)))
_FOLDED_LINES = bytes(code if code == ord("\n") else folded for code, folded in enumerate(_FOLDED))
_ALPHABETS = b"".join(map(_alphabet, range(256)))


def _encode_rare(error: UnicodeError) -> tuple[bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    end = max(error.end, min(error.start + _TOGETHER, len(error.object)))
    return bytes(map(_ALL_CODES.__getitem__, error.object[error.start : end])), end


_WITH_RARE = "monitor.matching.coded"
codecs.register_error(_WITH_RARE, _encode_rare)


def _encoded(text: str) -> bytes:
    return codecs.charmap_encode(text, _WITH_RARE, _ENCODING)[0].translate(_FOLDED)


def encoded_words(folded: Iterable[str]) -> set[bytes]:
    """Folded words as the plain words of a text are coded."""
    return set(_encoded(" ".join(folded)).split())


def coded_lines(text: str) -> list[bytes]:
    """The lines of a text, coded."""
    return codecs.charmap_encode(text, _WITH_RARE, _ENCODING)[0].translate(_FOLDED_LINES).split(b"\n")


def decoded(word: bytes) -> str:
    """The folded word."""
    return codecs.charmap_decode(word, "strict", _USUAL)[0]


def _bytes(pattern: str) -> bytes:
    return b"".join(char.encode() if char.isascii() else bytes((_CODES[char],)) for char in pattern)


# What fold.py makes modern, each beginning with a byte that is found fast.
_CLASSICAL = re.compile(_bytes("ь(?:(?<=[сзц]ь)(?=[ьсзцдвмнлпбфеюя])|(?<=нь)(?=[ьн])|(?<=ль)(?=[ьл]))"))
_DZ = _bytes("дздз")
_MIXED = b"LC", b"CL"
_REST = b"[^ ]*+"  # of the word, so that one with many odd places is looked at once
_BLOCK = 1_024  # characters; the words of a text are counted once by blocks, and then in a block
_LETTER, _BEGINNING = b"a", b" a"
_LETTERS = bytes(code if code == SEPARATOR[0] else _LETTER[0] for code in range(256))


def _odd_places(coded: bytes) -> list[int]:
    """Where words are odd, in order."""
    places = [found.start() for found in _CLASSICAL.finditer(coded)]
    alphabets = coded.translate(_ALPHABETS)
    for text, sequences in ((coded, (_ODD, _DZ)), (alphabets, _MIXED)):
        for sequence in sequences:
            if sequence in text:
                places += [found.start() for found in re.finditer(sequence + _REST, text)]
    places.sort()
    return places


class Coded:
    """A text: its plain words, with empty ones for all that is between them, and the offsets of what is odd.

    What is odd reaches from one separator to the next and may hold any number of words.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.odd: list[tuple[int, int]] = []
        self._plain = self._without_odd(_encoded(text))
        self.words = self._plain.split(SEPARATOR)

    @cached_property
    def starts(self) -> list[int]:
        """For each of the words its offset less its index."""
        return list(accumulate(map(len, self.words), initial=0))

    def words_before(self, offset: int) -> int:
        """How many words of the text, plain and odd, begin before an offset."""
        block = offset // _BLOCK
        return self._words_before_block[block] + self._letters.count(_BEGINNING, block * _BLOCK, offset + 1)

    def _without_odd(self, coded: bytes) -> bytes:
        parts, done = [], 0
        for place in _odd_places(coded):
            if place < done:
                continue
            start, end = coded.rfind(SEPARATOR, 0, place) + 1, coded.find(SEPARATOR, place)
            end = end if end >= 0 else len(coded)
            self.odd.append((start, end))
            parts += [coded[done:start], SEPARATOR * (end - start)]
            done = end
        return b"".join((*parts, coded[done:])) if parts else coded

    @cached_property
    def _letters(self) -> bytes:
        """A separator, and for each character whether it is of a word or not."""
        letters = bytearray(SEPARATOR + self._plain.translate(_LETTERS))
        for begin, stop in self.odd:
            for _, start, end in words(self._text, begin, stop):
                letters[start + 1 : end + 1] = _LETTER * (end - start)
        return bytes(letters)

    @cached_property
    def _words_before_block(self) -> list[int]:
        starts = range(0, len(self._letters), _BLOCK)
        return list(accumulate((self._letters.count(_BEGINNING, at, at + _BLOCK + 1) for at in starts), initial=0))
