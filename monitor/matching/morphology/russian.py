"""Russian: the dictionary of pymorphy3 (OpenCorpora, CC BY-SA 3.0) and its guesses for words it does not hold."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pymorphy3

if TYPE_CHECKING:
    from collections.abc import Iterable


@cache
def _analyzer() -> Any:
    return pymorphy3.MorphAnalyzer(lang="ru")


def forms(word: str, name: bool) -> Iterable[str]:  # noqa: ARG001
    """All forms of a word in small letters."""
    return {form.word for reading in _readings(word) for form in reading.lexeme}


def known_forms(word: str) -> Iterable[str]:
    """All forms of a word that the dictionary holds; the word alone where it does not."""
    return forms(word, name=True) if _analyzer().word_is_known(word) else (word,)


def _readings(word: str) -> Iterable[Any]:
    """The words that `word` is the dictionary form of; of an inflected word the likeliest one."""
    found = _analyzer().parse(word)
    plain = word.replace("ё", "е")
    own = [reading for reading in found if reading.normal_form.replace("ё", "е") == plain]
    return own or found[:1]
