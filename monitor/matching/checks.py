"""Conditions made ready for the evidence of articles: does it hold, which hits make it hold, what was missing.

A gate is a set of operands of which at least one must have a hit. A check can hold only if every one of its gates has;
so a rule about other things than the article costs next to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Protocol, TypeAlias

from monitor.rules import AllOf, AnyOf, AtLeast, Condition, Hit, Near, Not, Scope, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from monitor.matching.evidence import Evidence, Found
    from monitor.matching.operands import Choice, Operands
    from monitor.models import Span

Gate: TypeAlias = frozenset[int]

MAX_SPANS = 20  # of one list or near in one field; more would tell a reader nothing new


@dataclass(frozen=True, slots=True)
class ConditionReport:
    """One condition and what became of it.

    `spans` are the hits that made it hold, or for a near that failed the ones that came nearest, with `distance` words
    between them. `detail` says it in words. `parts` are the conditions it is made of.
    """

    condition: str
    held: bool
    detail: str = ""
    distance: int | None = None
    spans: tuple[Span, ...] = ()
    parts: tuple[ConditionReport, ...] = ()


class Check(Protocol):
    """A condition made ready."""

    @property
    def gates(self) -> tuple[Gate, ...]:
        """See the head of this module."""

    def holds(self, evidence: Evidence) -> bool:
        """Whether the condition holds."""

    def hits(self, evidence: Evidence) -> Iterator[Found]:
        """The hits that make it hold, at most MAX_SPANS for each list in each field; none where it does not hold."""

    def report(self, evidence: Evidence) -> ConditionReport:
        """The same for people, failed parts included."""


def check(condition: Condition, operands: Operands) -> Check:
    """The condition made ready."""
    name = written(condition)
    match condition:
        case Hit(of, scope):
            operand = operands.number(of)
            return _HitCheck(name, (frozenset({operand}),), operand, scope, _line(condition))
        case Near(choices, words):
            gates = tuple(frozenset(operands.number(hit.of) for hit in choice) for choice in choices)
            names = tuple(written(AnyOf(choice)) for choice in choices)
            lines = {operands.number(hit.of): _line(hit) for choice in choices for hit in choice}
            return _NearCheck(name, gates, names, tuple(map(operands.choice, choices)), words, lines)
        case Not(Not(part)):
            return check(part, operands)
        case Not(part):
            return _NotCheck(name, (), check(part, operands))
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            needed = (
                condition.count if isinstance(condition, AtLeast) else len(parts) if isinstance(condition, AllOf) else 1
            )
            ready = tuple(check(part, operands) for part in parts)
            return _CountCheck(name, _gates(ready, needed, operands), needed, ready)


def _line(hit: Hit) -> int:
    """The line of a term inside a rule; 0 for a list, whose terms have their own."""
    return 0 if isinstance(hit.of, str) else hit.of.line


def narrowest(gates: Iterable[Gate], operands: Operands) -> Gate | None:
    """The gate with the fewest terms: few texts pass it."""
    return min(gates, key=lambda gate: sum(map(operands.size, gate)), default=None)


def _gates(parts: Sequence[Check], needed: int, operands: Operands) -> tuple[Gate, ...]:
    """Where all parts are needed, the gates of all; else one of any so many parts must hold, so one gate of each."""
    if needed == len(parts):
        return tuple(gate for part in parts for gate in part.gates)
    gates = [gate for part in parts if (gate := narrowest(part.gates, operands)) is not None]
    gates.sort(key=lambda gate: sum(map(operands.size, gate)))
    enough = len(parts) - needed + 1
    return (frozenset().union(*gates[:enough]),) if len(gates) >= enough else ()


@dataclass(frozen=True, slots=True)
class _HitCheck:
    """A hit of one operand."""

    condition: str
    gates: tuple[Gate, ...]
    operand: int
    scope: Scope
    line: int

    def holds(self, evidence: Evidence) -> bool:
        return evidence.has(self.operand, self.scope)

    def hits(self, evidence: Evidence) -> Iterator[Found]:
        for name in evidence.fields(self.operand, self.scope):
            for found in evidence.hits(self.operand, name)[:MAX_SPANS]:
                yield found._replace(line=self.line) if self.line else found

    def report(self, evidence: Evidence) -> ConditionReport:
        spans = evidence.spans(self.hits(evidence))
        detail = "" if spans else self._what_is_missing(evidence)
        return ConditionReport(self.condition, bool(spans), detail, spans=spans)

    def _what_is_missing(self, evidence: Evidence) -> str:
        if elsewhere := evidence.fields(self.operand, Scope.ANYWHERE):
            return f"hits only in {' and '.join(elsewhere)}"
        return "hits only inside exceptions" if evidence.hidden(self.operand) else "no hit"


@dataclass(frozen=True, slots=True)
class _NearCheck:
    """One hit of each choice, close together."""

    condition: str
    gates: tuple[Gate, ...]
    names: tuple[str, ...]
    choices: tuple[Choice, ...]
    words: int | None
    lines: Mapping[int, int]

    def holds(self, evidence: Evidence) -> bool:
        return evidence.is_near(self.choices, self.words)

    def hits(self, evidence: Evidence) -> Iterator[Found]:
        for name in evidence.readings:
            windows = evidence.windows(self.choices, name, sentence=self.words is None, words=self.words)
            for window in islice(windows, MAX_SPANS):
                yield from self._with_lines(window.hits)

    def report(self, evidence: Evidence) -> ConditionReport:
        """With the smallest distance that was seen within one paragraph."""
        nearest, held = evidence.nearest(self.choices), self.holds(evidence)
        hits = self.hits(evidence) if held else self._with_lines(nearest.hits) if nearest else ()
        distance = nearest.gap if nearest else None
        detail = "" if held and self.words is None else self._how_near(distance, evidence)
        return ConditionReport(self.condition, held, detail, distance, evidence.spans(hits))

    def _with_lines(self, hits: Iterable[Found]) -> Iterator[Found]:
        return (found._replace(line=self.lines[found.operand]) for found in hits)

    def _how_near(self, distance: int | None, evidence: Evidence) -> str:
        missing = [name for name, choice in zip(self.names, self.choices, strict=True) if not evidence.has_some(choice)]
        if missing:
            return f"no hit of {' nor '.join(missing)}"
        if distance is None:
            return "all hit, but never in one paragraph"
        apart = f"nearest: {distance} word{'' if distance == 1 else 's'} between"
        return apart if self.words is not None else f"never in one sentence; {apart}"


@dataclass(frozen=True, slots=True)
class _NotCheck:
    """A condition that must not hold."""

    condition: str
    gates: tuple[Gate, ...]
    part: Check

    def holds(self, evidence: Evidence) -> bool:
        return not self.part.holds(evidence)

    def hits(self, evidence: Evidence) -> Iterator[Found]:  # noqa: ARG002 - what is not there has no hits
        return iter(())

    def report(self, evidence: Evidence) -> ConditionReport:
        part = self.part.report(evidence)
        return ConditionReport(self.condition, not part.held, "it is there" if part.held else "", parts=(part,))


@dataclass(frozen=True, slots=True)
class _CountCheck:
    """At least `needed` of the parts: all of them, any, or some number."""

    condition: str
    gates: tuple[Gate, ...]
    needed: int
    parts: tuple[Check, ...]

    def holds(self, evidence: Evidence) -> bool:
        missing = len(self.parts) - self.needed
        needed = self.needed
        for part in self.parts:
            if part.holds(evidence):
                needed -= 1
            else:
                missing -= 1
            if not needed or missing < 0:
                break
        return not needed

    def hits(self, evidence: Evidence) -> Iterator[Found]:
        if self.holds(evidence):
            for part in self._holding(evidence):
                yield from part.hits(evidence)

    def report(self, evidence: Evidence) -> ConditionReport:
        parts = tuple(part.report(evidence) for part in self.parts)
        held = sum(part.held for part in parts)
        detail = f"{held} of {len(parts)} hold" + ("" if held >= self.needed else f", {self.needed} needed")
        return ConditionReport(self.condition, held >= self.needed, detail, parts=parts)

    def _holding(self, evidence: Evidence) -> Iterator[Check]:
        return (part for part in self.parts if part.holds(evidence))
