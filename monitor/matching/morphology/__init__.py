"""All forms of a word in English, Russian, Belarusian and Ukrainian, and the languages a spelling can belong to.

Russian comes from the dictionary of pymorphy3; for the others no dictionary with a free licence exists, so their
endings are rules. A rule that is unsure makes the forms of both readings: a form that no text holds does no harm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from monitor.matching.fold import fold, modernised, spelled
from monitor.matching.morphology import belarusian, english, russian, ukrainian
from monitor.matching.morphology.function_words import FUNCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable


class _Inflection(Protocol):
    def __call__(self, word: str, *, name: bool) -> Iterable[str]:
        """All forms of a word that `spelled` has written."""


_INFLECTIONS: dict[str, _Inflection] = {
    "en": english.forms,
    "ru": russian.forms,
    "be": belarusian.forms,
    "uk": ukrainian.forms,
}
_ALPHABETS = {
    "en": frozenset("abcdefghijklmnopqrstuvwxyz'") | frozenset(map(chr, range(0xDF, 0x250))),
    "ru": frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюя"),
    "be": frozenset("абвгґдеёжзійклмнопрстуўфхцчшыьэюя'"),
    "uk": frozenset("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'"),
}
_LONGEST_ABBREVIATION = 4
_LONGEST_INFLECTED = 64
_VOWELS = frozenset("аеёиоуыэюяіїєaeiouy")


def expand(word: str, language: str, *, verb: bool = True) -> frozenset[str]:
    """All forms of one word (no space, no hyphen) as `fold` writes them, `fold(word)` among them.

    `language` is en, ru, be or uk; KeyError on another. A capital at the start allows the forms of a name.
    English does not tell a noun from a verb: `verb=False` leaves the forms of the verb out, as the later words of a
    phrase need it ("military bases", but not "military-based"). Other languages take no notice of it.
    """
    inflection = _INFLECTIONS[language]
    if not _is_inflected(word):
        return frozenset({fold(word)})
    plain = modernised(spelled(word)) if language == "be" else spelled(word)
    if is_abbreviation(word):
        forms = forms_of_abbreviation(plain, language)
    elif language == "en" and not verb:
        forms = english.noun_forms(plain, name=word[0].isupper())
    else:
        forms = inflection(plain, name=word[0].isupper())
    return (frozenset(map(fold, set(forms))) - FUNCTION_WORDS[language]) | {fold(word)}


def _is_inflected(word: str) -> bool:
    """Whether it is a word of letters: an initial, a number or a wall of letters has no forms."""
    plain = fold(word)
    return 1 < len(plain) <= _LONGEST_INFLECTED and plain.replace("'", "").isalpha()


def languages_of(word: str) -> tuple[str, ...]:
    """Those of en, ru, be, uk in whose alphabet the word can be written, after look-alikes are put right.

    A name in another Latin alphabet (Łukaszenka) counts as English; a word with digits belongs to none.
    """
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
