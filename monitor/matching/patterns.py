"""What a term looks for: a sequence of words, each in any of its forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.matching.fold import fold
from monitor.matching.morphology import expand, languages_of
from monitor.matching.words import capitals, joined, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.rules import Term


@dataclass(frozen=True, slots=True)
class WordTest:
    """What one word of a term accepts: its folded forms, or with `prefix` whatever begins with the one form.

    `capitals` are the places that must be capitals in the text.
    """

    forms: frozenset[str]
    prefix: bool
    capitals: tuple[int, ...]

    def accepts_capitals(self, raw: str) -> bool:
        """Whether every capital of the term is one in the text."""
        return set(self.capitals) <= set(capitals(raw))


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sequence of word tests. A gap is open where the term itself has punctuation: there the text may have it too."""

    tests: tuple[WordTest, ...]
    open_gaps: tuple[bool, ...]


class Forms:
    """The forms of words, each made once."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, tuple[str, ...]], frozenset[str]] = {}

    def of(self, word: str, languages: tuple[str, ...]) -> frozenset[str]:
        """All folded forms in these languages; in those of its alphabet where it is written in none of them."""
        key = (word, languages)
        if key not in self._made:
            possible = languages_of(word)
            chosen = [language for language in possible if language in languages] or possible
            self._made[key] = frozenset({fold(word)}.union(*(expand(word, language) for language in chosen)))
        return self._made[key]


def patterns_of(term: Term, forms: Forms) -> Iterator[Pattern]:
    """The term itself in all its forms, and each added spelling as it is."""
    yield _pattern(term, term.text, None if term.exact else forms)
    for spelling in term.add:
        yield _pattern(term, spelling, None)


def dropped_by(term: Term) -> Iterator[Pattern]:
    """The forms of the term that do not count."""
    return (_pattern(term, form, None) for form in term.drop)


def strange_drops(term: Term) -> tuple[str, ...]:
    """Those of the dropped forms that the term does not have."""
    if not term.drop:
        return ()
    whole = next(patterns_of(term, Forms()))
    folded = {form: [fold(word) for word, *_ in words(form)] for form in term.drop}
    return tuple(form for form, parts in folded.items() if parts and not _fits(whole, parts))


def _pattern(term: Term, text: str, forms: Forms | None) -> Pattern:
    """The text as a pattern; without `forms` each word as it stands."""
    plain = text.replace("*", " ")
    found = list(words(plain))
    tests = (_test(term, word, forms, prefix=text.startswith("*", start + len(word))) for word, start, _ in found)
    return Pattern(tuple(tests), tuple(not joins for joins in joined(plain, found)[1:]))


def _test(term: Term, word: str, forms: Forms | None, *, prefix: bool) -> WordTest:
    accepted = frozenset({fold(word)}) if prefix or forms is None else forms.of(word, term.languages)
    return WordTest(accepted, prefix, capitals(word) if term.cased else ())


def _fits(pattern: Pattern, folded: list[str]) -> bool:
    return len(folded) == len(pattern.tests) and all(
        any(word.startswith(form) if test.prefix else word == form for form in test.forms)
        for word, test in zip(folded, pattern.tests, strict=True)
    )
