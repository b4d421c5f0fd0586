"""Where words begin and end, in terms and in articles alike.

A word is a run of letters and digits; marks and invisible characters belong to the letter before them, an apostrophe
to a word when letters stand on both sides. Between two words of a phrase only blanks, quotes and a hyphen may stand.
"""

from __future__ import annotations

import re
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from monitor.matching.fold import APOSTROPHES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_UNSEEN = "\u0300-\u036f\u0483-\u0487\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
_MODIFIER_LETTERS = "ʹʻʼʽˈ"
_FOOTNOTES = "²³¹⁰⁴-⁹₀-₉"
_LETTER = rf"[^\W_{_MODIFIER_LETTERS}{_FOOTNOTES}]"
# Possessive repeats: a megabyte of one letter and its marks must not pile up a state for each.
_WORD = re.compile(rf"{_LETTER}++(?:(?:[{_UNSEEN}]++|[{APOSTROPHES}](?={_LETTER})){_LETTER}*+)*+")
_APOSTROPHES = frozenset(APOSTROPHES)
is_letter = re.compile(_LETTER).match
is_unseen = re.compile(f"[{_UNSEEN}]").match

_QUOTES = f'{APOSTROPHES}"«»“”„‟‹›'
_QUIET = re.compile(rf"[\s{_QUOTES}{_UNSEEN}]*")
_LOUD = frozenset(",.:;!?…()")
_HYPHENATED = re.compile(rf"[{_QUOTES}{_UNSEEN}]*[-\u2010-\u2013\u2212][{_QUOTES}{_UNSEEN}]*")


RawWord: TypeAlias = tuple[str, int, int]
"""A word of a text without a possessive 's, where it begins, and where it ends with the 's."""


def words(text: str, begin: int = 0, stop: int = sys.maxsize) -> Iterator[RawWord]:
    """The words of a text between two offsets, across which no word may lie, in order."""
    for found in _WORD.finditer(text, begin, stop):
        start, end = found.span()
        raw = text[start:end]
        if raw[-1] in "sS" and raw[-2:-1] in _APOSTROPHES:
            raw = raw[:-2]
        yield raw, start, end


def joined(text: str, found: Sequence[RawWord]) -> list[bool]:
    """For each word of a text whether a phrase can go on over the gap before it; it can at the first."""
    gaps = (joins(text[end:start], raw) for (_, _, end), (raw, start, _) in pairwise(found))
    return [True, *gaps][: len(found)]


def joins(gap: str, word: str) -> bool:
    """Whether a phrase can go on over this gap with that word.

    After a hyphen an English word in -ed makes an adjective of the two (military-based), not a phrase.
    """
    if gap == "-" or (gap not in _LOUD and _HYPHENATED.fullmatch(gap)):
        return word[-2:] not in {"ed", "ED"}
    return quiet(gap)


def quiet(edge: str) -> bool:
    """Whether this, at the end of a line of characters without blanks, lets a phrase go on."""
    return not edge or (edge not in _LOUD and _QUIET.fullmatch(edge) is not None)


def capitals(word: str) -> tuple[int, ...]:
    """The places of capitals among the letters of a word, marks not counted."""
    letters = [char for char in word if char.isalnum()]
    return tuple(place for place, char in enumerate(letters) if char.isupper())
