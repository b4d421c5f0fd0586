"""Changes of a stem that the rules of several languages share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_VOWELS = frozenset("аеёєиіїоуыэюя")
_AFTER_HARDENED = re.compile("[жчшцр]а[^аеёіоуыэюя]*$")


def words(text: str) -> tuple[str, ...]:
    """A row of forms or endings written with spaces between; `-` stands for no ending."""
    return tuple("" if part == "-" else part for part in text.split())


def table(text: str) -> dict[str, tuple[str, ...]]:
    """Rows of forms, a line or a `|` between two: the first form of a row, and all its others."""
    rows = [row.split() for line in text.strip().splitlines() for row in line.split("|")]
    return {row[0]: tuple(row[1:]) for row in rows}


def attach(stem: str, endings: Iterable[str]) -> Iterator[str]:
    """The stem with each of the endings."""
    return (stem + ending for ending in endings)


def softened(stem: str, last: Mapping[str, str]) -> str:
    """The stem with its last letter replaced, where the mapping has it (книг, книз)."""
    return stem[:-1] + last.get(stem[-1:], stem[-1:])


def iotated(stem: str, changes: Iterable[tuple[str, str]]) -> str:
    """The stem with the first of the endings that fits replaced, as before an old j (ход, ходж)."""
    for before, after in changes:
        if stem.endswith(before):
            return stem.removesuffix(before) + after
    return stem


def last_vowel(stem: str, vowels: Mapping[str, str]) -> str:
    """The stem with its last vowel replaced, where the mapping has it (договір, договор)."""
    for at in range(len(stem) - 1, -1, -1):
        if stem[at] in _VOWELS:
            return stem[:at] + vowels.get(stem[at], stem[at]) + stem[at + 1 :]
    return stem


def stressed(stem: str) -> set[str]:
    """The Belarusian stem, and the stem with the vowel that its last syllable has under stress (вад, вод; рак, рэк)."""
    stems = {stem, last_vowel(stem, {"а": "о", "я": "ё"}), last_vowel(stem, {"я": "е"})}
    if _AFTER_HARDENED.search(stem):
        stems.add(last_vowel(stem, {"а": "э"}))
    return stems


def below_prefix(verb: str, prefixes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Every way to take a prefix off a verb, none among them: the prefix and the rest."""
    yield "", verb
    for prefix in prefixes:
        if verb.startswith(prefix):
            yield prefix, verb[len(prefix) :]
