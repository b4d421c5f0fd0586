"""Russian: the dictionary of pymorphy3 (OpenCorpora, CC BY-SA 3.0), and rules for names that it does not hold."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pymorphy3

from monitor.matching.morphology.stems import attach, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Comparatives in по- (посильнее): as many as those without, and too colloquial for a watch file.
_WITH_PO = "Cmp2"
_SURNAME_IN_V_N = words("а у ым е ой ы ых ыми")
_MASCULINE_HARD, _MASCULINE_SOFT, _MASCULINE_IOTATED = words("а у ом е"), words("я ю ем е"), words("я ю ем е и")
_SURNAME = re.compile("(?:[оеё]в|[иы]н)$")
_CONSONANT = re.compile("[бвгджзклмнпрстфхцчшщ]$")


@cache
def _analyzer() -> Any:
    """Readings in no order: 40 us a word, where those with probabilities take 105."""
    return pymorphy3.MorphAnalyzer(lang="ru", probability_estimator_cls=None)


@cache
def _ranking_analyzer() -> Any:
    return pymorphy3.MorphAnalyzer(lang="ru")


def forms(word: str, *, name: bool) -> Iterator[str]:
    """All forms of a word in small letters."""
    yield word
    readings = _readings(word)
    for reading in readings:
        yield from (form.word for form in reading.lexeme if not _is_with_po(form))
    if name and not any(reading.is_known and _is_citation(reading, word) for reading in readings):
        yield from _name_forms(word)


def known_forms(word: str) -> Iterator[str]:
    """All forms of a word that the dictionary holds; nothing where it does not."""
    if _analyzer().word_is_known(word):
        yield from forms(word, name=False)


def _readings(word: str) -> list[Any]:
    """The words that `word` is the dictionary form of; of an inflected word the likeliest one."""
    own = [reading for reading in _analyzer().parse(word) if _is_citation(reading, word)]
    return list({_paradigm(reading): reading for reading in own}.values()) or _ranking_analyzer().parse(word)[:1]


def _is_citation(reading: Any, word: str) -> bool:
    return bool(reading.normal_form.replace("ё", "е") == word.replace("ё", "е"))


def _is_with_po(form: Any) -> bool:
    return form.word.startswith("по") and _WITH_PO in form.tag


def _paradigm(reading: Any) -> object:
    """What readings share that differ in case or number only: the dictionary word and its paradigm."""
    return reading.normal_form, reading.methods_stack[0][1:3]


def _name_forms(word: str) -> Iterable[str]:
    """Forms of a name the dictionary does not hold, which it may have read as another word (a genitive plural)."""
    if _SURNAME.search(word):
        return attach(word, _SURNAME_IN_V_N)
    if _CONSONANT.search(word):
        return attach(word, _MASCULINE_HARD)
    if word.endswith("ь"):
        return attach(word[:-1], _MASCULINE_SOFT)
    return attach(word[:-1], _MASCULINE_IOTATED) if word.endswith("й") else ()
