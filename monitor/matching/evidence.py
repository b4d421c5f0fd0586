"""What an article holds of the lists and terms of the watch file: every question a rule may ask, answered once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from monitor.matching.near import Places, windows
from monitor.matching.operands import FIELDS, IN_SCOPE
from monitor.matching.reading import Occurrence, Reading
from monitor.models import Span
from monitor.rules import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from monitor.matching.finder import Finder
    from monitor.matching.operands import Choice, Operand, Operands
    from monitor.models import FieldName

MAX_HITS = 1_000  # of one operand in one field: a text of some 50,000 words about nothing else


class Found(NamedTuple):
    """One hit of an operand; `field` is an index into FIELDS, so that hits sort in reading order.

    `line` is set for a term inside a rule, since other rules may have the same term in other lines.
    """

    field: int
    hit: Occurrence
    operand: int
    pattern: int
    line: int = 0


class Nearby(NamedTuple):
    """Hits that stand together, from left to right, with so many words between them in all."""

    gap: int
    hits: tuple[Found, ...]


class Evidence:
    """The hits in the fields of an article. Operands are named by their numbers."""

    def __init__(self, texts: Mapping[FieldName, str], operands: Operands, finder: Finder) -> None:
        self.readings = {name: Reading(text, finder) for name, text in texts.items() if text}
        self._operands = operands.all
        self._hits: dict[tuple[int, FieldName], list[Found]] = {}
        self._spans: dict[Found, Span] = {}
        self._choices: dict[tuple[Choice, FieldName], tuple[list[Found], Places]] = {}
        self._near: dict[tuple[tuple[Choice, ...], int | None], bool] = {}
        self._nearest: dict[tuple[Choice, ...], Nearby | None] = {}
        self._in = {name: reading.operands() for name, reading in self.readings.items()}
        for name, there in self._in.items():
            there -= {number for number in there & operands.not_plain if not self.hits(number, name)}
        self._there = {Scope.ANYWHERE: self._hitting(FIELDS)}

    def present(self) -> frozenset[int]:
        """All operands that have a hit."""
        return self._there[Scope.ANYWHERE]

    def has(self, operand: int, scope: Scope = Scope.ANYWHERE) -> bool:
        """Whether the operand has a hit in these fields."""
        if scope not in self._there:
            self._there[scope] = self._hitting(IN_SCOPE[scope])
        return operand in self._there[scope]

    def has_some(self, choice: Choice) -> bool:
        """Whether an operand of the choice has a hit in a field it may hit in."""
        return any(not there.isdisjoint(choice.in_field[name]) for name, there in self._in.items())

    def hidden(self, operand: int) -> bool:
        """Whether the operand has hits, none of which counts."""
        terms = self._operands[operand].terms
        return not self.has(operand) and any(terms.keys() & reading.hits.keys() for reading in self.readings.values())

    def fields(self, operand: int, scope: Scope) -> list[FieldName]:
        """The fields in scope in which the operand has hits."""
        return [name for name in IN_SCOPE[scope] if operand in self._in.get(name, ())]

    def hits(self, operand: int, name: FieldName) -> list[Found]:
        """The hits of an operand in a field that count, in order, one for each place and at most MAX_HITS."""
        key = (operand, name)
        if key not in self._hits:
            field, counted = FIELDS.index(name), _counted(self._operands[operand], self.readings[name].hits)
            self._hits[key] = [Found(field, hit, operand, pattern) for hit, pattern in counted[:MAX_HITS]]
        return self._hits[key]

    def is_near(self, choices: tuple[Choice, ...], words: int | None) -> bool:
        """Whether one hit of each choice stands within so many words, or in one sentence when that is None."""
        key = (choices, words)
        if key not in self._near:
            self._near[key] = any(
                True for name in self.readings for _ in self.windows(choices, name, sentence=words is None, words=words)
            )
        return self._near[key]

    def nearest(self, choices: tuple[Choice, ...]) -> Nearby | None:
        """The tightest window in a paragraph of any field, the first of equals; None where there is none."""
        if choices not in self._nearest:
            seen = (window for name in self.readings for window in self.windows(choices, name))
            self._nearest[choices] = min(seen, key=lambda window: window.gap, default=None)
        return self._nearest[choices]

    def windows(
        self, choices: tuple[Choice, ...], name: FieldName, *, sentence: bool = False, words: int | None = None
    ) -> Iterator[Nearby]:
        """The windows in one paragraph, or one sentence, of the field; with `words`, those with no more between."""
        there = self._in.get(name)
        if not there or any(there.isdisjoint(choice.in_field[name]) for choice in choices):
            return
        chosen = [self._choice(choice, name) for choice in choices]
        reading = self.readings[name]
        zones = reading.sentences if sentence else reading.paragraphs
        for window in windows([places for _, places in chosen], zones, words):
            yield Nearby(window.gap, tuple(chosen[number][0][at] for number, at in window.hits))

    def spans(self, hits: Iterable[Found]) -> tuple[Span, ...]:
        """The hits as people see them, in reading order, each once."""
        return tuple(self._spans[found] if found in self._spans else self._span(found) for found in sorted(set(hits)))

    def _span(self, found: Found) -> Span:
        operand, name = self._operands[found.operand], FIELDS[found.field]
        term, reading = operand.terms[found.pattern], self.readings[name]
        start, end = found.hit
        span = self._spans[found] = Span(
            field=name,
            start=start,
            end=end,
            text=reading.text[start:end],
            term=term.text,
            list=operand.name,
            line=found.line or term.line,
        )
        return span

    def _hitting(self, names: Iterable[FieldName]) -> frozenset[int]:
        """The operands with a hit in one of the fields."""
        return frozenset().union(*(self._in[name] for name in names if name in self._in))

    def _choice(self, choice: Choice, name: FieldName) -> tuple[list[Found], Places]:
        """The hits of a choice that has some in the field, in order, one for each place; and where they are."""
        key = (choice, name)
        if key not in self._choices:
            at: dict[Occurrence, Found] = {}
            for operand in sorted(choice.in_field[name] & self._in[name]):
                at = {found.hit: found for found in self.hits(operand, name)} | at
            ordered = [at[hit] for hit in sorted(at)]
            self._choices[key] = ordered, Places(map(self.readings[name].place, sorted(at)))
        return self._choices[key]


def _counted(operand: Operand, occurrences: Mapping[int, Sequence[Occurrence]]) -> Sequence[tuple[Occurrence, int]]:
    """The hits of an operand that has some there, with their patterns: those that count, in order."""
    patterns = list(operand.terms.keys() & occurrences.keys())
    if len(patterns) == 1 and operand.is_plain:
        return [(hit, patterns[0]) for hit in occurrences[patterns[0]]]
    at: dict[Occurrence, int] = {}
    for pattern in sorted(patterns):
        dropped = {hit for other in operand.dropped[pattern] for hit in occurrences.get(other, ())}
        at = {hit: pattern for hit in occurrences[pattern] if hit not in dropped} | at
    excluded = sorted(hit for other in operand.exceptions for hit in occurrences.get(other, ()))
    return list(_outside(sorted(at.items()), excluded))


def _outside(
    hits: Iterable[tuple[Occurrence, int]], exceptions: Sequence[Occurrence]
) -> Iterator[tuple[Occurrence, int]]:
    """The hits that lie inside none of the exceptions; both come in order."""
    ahead, furthest = 0, -1
    for hit, pattern in hits:
        while ahead < len(exceptions) and exceptions[ahead][0] <= hit[0]:
            furthest = max(furthest, exceptions[ahead][1])
            ahead += 1
        if hit[1] > furthest:
            yield hit, pattern
