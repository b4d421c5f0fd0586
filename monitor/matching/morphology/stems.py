"""Changes of a stem that the rules of several languages share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_VOWELS = frozenset("аеёєиіїоуыэюя")


def attach(stem: str, endings: Iterable[str]) -> Iterator[str]:
    """The stem with each of the endings."""
    return (stem + ending for ending in endings)


def softened(stem: str, last: Mapping[str, str]) -> str:
    """The stem with its last letter replaced, where the table has it (книг, книз)."""
    return stem[:-1] + last.get(stem[-1:], stem[-1:])


def last_vowel(stem: str, vowels: Mapping[str, str]) -> str:
    """The stem with its last vowel replaced, where the table has it (договір, договор)."""
    for at in range(len(stem) - 1, -1, -1):
        if stem[at] in _VOWELS:
            return stem[:at] + vowels.get(stem[at], stem[at]) + stem[at + 1 :]
    return stem
