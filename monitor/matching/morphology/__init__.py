"""All forms of a word in English, Russian, Belarusian and Ukrainian, and the languages a spelling can belong to.

Russian comes from the dictionary of pymorphy3; for the others no dictionary with a free licence exists, so their
endings are rules. A rule that is unsure makes forms of both readings: a form that no text holds does no harm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.matching.fold import fold, modernised, spelled
from monitor.matching.morphology import belarusian, english, russian, ukrainian

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_FORMS: dict[str, Callable[[str, bool], Iterable[str]]] = {
    "en": english.forms,
    "ru": russian.forms,
    "be": lambda word, name: belarusian.forms(modernised(word), name),
    "uk": ukrainian.forms,
}
_ALPHABETS = {
    "en": frozenset("abcdefghijklmnopqrstuvwxyz'"),
    "ru": frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюя"),
    "be": frozenset("абвгґдеёжзійклмнопрстуўфхцчшыьэюя'"),
    "uk": frozenset("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'"),
}
_LONGEST_ABBREVIATION = 4
_VOWELS = frozenset("аеёиоуыэюяіїєaeiouy")


def expand(word: str, language: str) -> frozenset[str]:
    """All forms of one word (no space, no hyphen) as `fold` writes them, `fold(word)` among them.

    `language` is en, ru, be or uk; KeyError on another. A capital at the start allows the forms of a name.
    """
    forms = _FORMS[language]
    plain = spelled(word)
    if len(plain) == 1 or not plain.replace("'", "").isalpha():
        return frozenset({fold(word)})
    if is_abbreviation(word):
        inflected: Iterable[str] = forms_of_abbreviation(plain, language)
    else:
        inflected = forms(plain, word[0].isupper())
    return frozenset({fold(word), *map(fold, inflected)})


def languages_of(word: str) -> tuple[str, ...]:
    """Those of en, ru, be, uk in whose alphabet the word can be written, after look-alikes are put right."""
    letters = frozenset(spelled(word))
    return tuple(language for language, alphabet in _ALPHABETS.items() if letters <= alphabet)


def is_abbreviation(word: str) -> bool:
    """Whether capitals stand for words (СГРБ, NATO) and are not a word that is shouted (МИНСК)."""
    if len(word) == 1 or not word.isupper():
        return False
    return len(word) <= _LONGEST_ABBREVIATION or _VOWELS.isdisjoint(word.lower())


def forms_of_abbreviation(word: str, language: str) -> Iterable[str]:
    """What endings an abbreviation takes: МИД is declined as the dictionary knows it, NGO has a plural."""
    if language == "ru":
        return russian.known_forms(word)
    return (word, word + "s") if language == "en" else (word,)
