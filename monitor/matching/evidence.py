"""What an article holds of the lists and terms of the watch file: every question a rule may ask, answered once."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, get_args

from monitor.matching.near import Window, windows
from monitor.matching.reading import MAX_HITS, Occurrence, Place, Reading
from monitor.models import FieldName, Span
from monitor.rules import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from monitor.matching.chunks import Memo
    from monitor.matching.operands import Operand, Operands

Choice: TypeAlias = tuple[tuple[int, Scope], ...]
"""An operand of near: numbers of operands, each with the fields it may hit in."""

FIELDS: tuple[FieldName, ...] = get_args(FieldName)
IN_SCOPE: Mapping[Scope, tuple[FieldName, ...]] = {
    Scope.ANYWHERE: FIELDS,
    Scope.TITLE: ("title",),
    Scope.BODY: ("lead", "text"),
}


class Found(NamedTuple):
    """One hit of an operand in a field."""

    place: Place
    operand: int
    pattern: int


class Evidence:
    """The hits in the fields of an article. Operands are named by their numbers."""

    def __init__(self, texts: Mapping[FieldName, str], operands: Operands, memo: Memo) -> None:
        self.readings = {name: Reading(text, memo, operands.vocabulary) for name, text in texts.items() if text}
        self._operands = operands
        self._patterns: dict[FieldName, dict[int, list[int]]] = {}
        self._hits: dict[tuple[int, FieldName], list[tuple[Occurrence, int]]] = {}
        self._near: dict[tuple[tuple[Choice, ...], int | None], bool] = {}
        for name, reading in self.readings.items():
            found = self._patterns[name] = {}
            for pattern in reading.hits:
                for operand in operands.having(pattern):
                    found.setdefault(operand, []).append(pattern)

    def present(self) -> set[int]:
        """The operands with a hit in some field, be it inside an exception."""
        return set().union(*self._patterns.values())

    def has(self, operand: int, scope: Scope) -> bool:
        """Whether the operand has a hit in these fields."""
        return any(name in self.readings and self._hits_in(operand, name) for name in IN_SCOPE[scope])

    def is_near(self, choices: tuple[Choice, ...], words: int | None) -> bool:
        """Whether one hit of each choice stands within so many words, or in one sentence when that is None."""
        key = (choices, words)
        if key not in self._near:
            self._near[key] = any(
                words is None or window.gap <= words
                for name in self.readings
                for window, _ in self.windows(choices, name, sentence=words is None)
            )
        return self._near[key]

    def windows(
        self, choices: tuple[Choice, ...], name: FieldName, *, sentence: bool
    ) -> Iterator[tuple[Window, list[Found]]]:
        """The windows in one paragraph, or one sentence, of the field, with their hits from left to right."""
        found = [self.found(choice, name) for choice in choices]
        if all(found):
            reading = self.readings[name]
            starts = reading.sentences if sentence else reading.paragraphs
            for window in windows([[hit.place for hit in hits] for hits in found], starts):
                yield window, [found[number][at] for number, at in window.hits]

    def found(self, choice: Choice, name: FieldName) -> list[Found]:
        """The hits of a choice in the field, in order, one for each place."""
        at: dict[Place, Found] = {}
        for operand, scope in choice:
            for hit, pattern in (
                self._hits_in(operand, name) if name in IN_SCOPE[scope] and name in self.readings else ()
            ):
                place = self.readings[name].place(hit)
                at.setdefault(place, Found(place, operand, pattern))
        return [at[place] for place in sorted(at)]

    def hidden(self, operand: int) -> bool:
        """Whether the operand has hits, all of them inside its exceptions."""
        terms = self._operands.all[operand].terms
        there = any(pattern in terms for found in self._patterns.values() for pattern in found.get(operand, ()))
        return there and not self.has(operand, Scope.ANYWHERE)

    def span(self, found: Found, name: FieldName) -> Span:
        """The hit as people see it."""
        operand = self._operands.all[found.operand]
        term = operand.terms[found.pattern]
        start, end = found.place.start, found.place.end
        text = self.readings[name].text[start:end]
        return Span(field=name, start=start, end=end, text=text, term=term.text, list=operand.name, line=term.line)

    def _hits_in(self, operand: int, name: FieldName) -> list[tuple[Occurrence, int]]:
        """The hits in a field in order, without those inside an exception: at most MAX_HITS, one for each place."""
        key = (operand, name)
        if key not in self._hits:
            self._hits[key] = self._gather(self._operands.all[operand], name)
        return self._hits[key]

    def _gather(self, operand: Operand, name: FieldName) -> list[tuple[Occurrence, int]]:
        patterns = self._patterns[name].get(operand.number, ())
        occurrences = self.readings[name].hits
        at: dict[Occurrence, int] = {}
        for pattern in sorted(pattern for pattern in patterns if pattern in operand.terms):
            for hit in occurrences[pattern]:
                at.setdefault(hit, pattern)
        excluded = sorted(hit for pattern in patterns if pattern in operand.exceptions for hit in occurrences[pattern])
        return list(islice(_outside(sorted(at.items()), excluded), MAX_HITS))


def _outside(
    hits: Iterable[tuple[Occurrence, int]], exceptions: Sequence[Occurrence]
) -> Iterator[tuple[Occurrence, int]]:
    """The hits that lie inside none of the exceptions; both come in order."""
    ahead, furthest = 0, (-1, -1)
    for hit, pattern in hits:
        while ahead < len(exceptions) and exceptions[ahead][:2] <= hit[:2]:
            furthest = max(furthest, exceptions[ahead][2:])
            ahead += 1
        if hit[2:] > furthest:
            yield hit, pattern
