"""Conditions made ready for the evidence of articles: does it hold, which hits make it hold, what was missing.

`gate` of a check: operands of which at least one must have a hit for it to hold; None where there are no such. A rule
is looked at only when its gate has a hit, so that rules about other things cost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from monitor.matching.evidence import IN_SCOPE, Choice, Evidence
from monitor.rules import AllOf, AnyOf, AtLeast, Condition, Hit, Near, Not, Scope, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from monitor.matching.evidence import Found
    from monitor.matching.operands import Operands
    from monitor.models import FieldName, Span

MAX_SPANS = 50  # of one list or near in one field; more would tell a reader nothing new


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
    def gate(self) -> frozenset[int] | None:
        """See the head of this module."""

    def holds(self, evidence: Evidence) -> bool:
        """Whether the condition holds."""

    def spans(self, evidence: Evidence) -> Iterator[Span]:
        """The hits that make it hold, at most MAX_SPANS for each list in each field; none where it does not hold."""

    def report(self, evidence: Evidence) -> ConditionReport:
        """The same for people, failed parts included."""


def check(condition: Condition, operands: Operands) -> Check:
    """The condition made ready."""
    match condition:
        case Hit(of, scope):
            return _HitCheck(written(condition), operands.of[of].number, scope)
        case Near(choices, words):
            numbers = tuple(tuple((operands.of[hit.of].number, hit.scope) for hit in choice) for choice in choices)
            names = tuple(written(AnyOf(choice)) for choice in choices)
            return _NearCheck(written(condition), names, numbers, words)
        case Not(part):
            return _NotCheck(written(condition), check(part, operands))
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            needed = (
                condition.count if isinstance(condition, AtLeast) else len(parts) if isinstance(condition, AllOf) else 1
            )
            return _CountCheck(written(condition), needed, tuple(check(part, operands) for part in parts))


@dataclass(frozen=True, slots=True)
class _HitCheck:
    """A hit of one operand."""

    condition: str
    operand: int
    scope: Scope

    @property
    def gate(self) -> frozenset[int]:
        return frozenset({self.operand})

    def holds(self, evidence: Evidence) -> bool:
        return evidence.has(self.operand, self.scope)

    def spans(self, evidence: Evidence) -> Iterator[Span]:
        for name in IN_SCOPE[self.scope]:
            yield from _shown(evidence.found(((self.operand, self.scope),), name), name, evidence)

    def report(self, evidence: Evidence) -> ConditionReport:
        spans = tuple(self.spans(evidence))
        detail = "" if spans else self._what_is_missing(evidence)
        return ConditionReport(self.condition, bool(spans), detail, spans=spans)

    def _what_is_missing(self, evidence: Evidence) -> str:
        elsewhere = [name for name in evidence.readings if evidence.found(((self.operand, Scope.ANYWHERE),), name)]
        if elsewhere:
            return f"hits only in {' and '.join(elsewhere)}"
        return "hits only inside exceptions" if evidence.hidden(self.operand) else "no hit"


@dataclass(frozen=True, slots=True)
class _NearCheck:
    """One hit of each choice, close together."""

    condition: str
    names: tuple[str, ...]
    choices: tuple[Choice, ...]
    words: int | None

    @property
    def gate(self) -> frozenset[int]:
        return min((frozenset(operand for operand, _ in choice) for choice in self.choices), key=len)

    def holds(self, evidence: Evidence) -> bool:
        return evidence.is_near(self.choices, self.words)

    def spans(self, evidence: Evidence) -> Iterator[Span]:
        for name in evidence.readings:
            windows = evidence.windows(self.choices, name, sentence=self.words is None)
            near = (hits for window, hits in windows if self.words is None or window.gap <= self.words)
            yield from _shown((hit for hits in near for hit in hits), name, evidence)

    def report(self, evidence: Evidence) -> ConditionReport:
        """With the smallest distance that was seen within one paragraph."""
        seen = [
            (window.gap, place, name, hits)
            for place, name in enumerate(evidence.readings)
            for window, hits in evidence.windows(self.choices, name, sentence=False)
        ]
        distance, _, name, hits = min(seen, key=lambda entry: entry[:2], default=(None, 0, None, []))
        held = self.holds(evidence)
        spans = self.spans(evidence) if held else _shown(hits, name, evidence) if name else ()
        detail = "" if held and self.words is None else self._how_near(distance, evidence)
        return ConditionReport(self.condition, held, detail, distance, tuple(spans))

    def _how_near(self, distance: int | None, evidence: Evidence) -> str:
        missing = [
            name
            for name, choice in zip(self.names, self.choices, strict=True)
            if not any(evidence.has(operand, scope) for operand, scope in choice)
        ]
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
    part: Check

    @property
    def gate(self) -> None:
        return None

    def holds(self, evidence: Evidence) -> bool:
        return not self.part.holds(evidence)

    def spans(self, evidence: Evidence) -> Iterator[Span]:  # noqa: ARG002 - what is not there has no hits
        return iter(())

    def report(self, evidence: Evidence) -> ConditionReport:
        part = self.part.report(evidence)
        return ConditionReport(self.condition, not part.held, "it is there" if part.held else "", parts=(part,))


@dataclass(frozen=True, slots=True)
class _CountCheck:
    """At least `needed` of the parts: all of them, any, or some number."""

    condition: str
    needed: int
    parts: tuple[Check, ...]

    @property
    def gate(self) -> frozenset[int] | None:
        """Of any so many parts one must hold; the smallest gates make the narrowest such choice."""
        gates = sorted((gate for part in self.parts if (gate := part.gate) is not None), key=len)
        enough = len(self.parts) - self.needed + 1
        return frozenset().union(*gates[:enough]) if len(gates) >= enough else None

    def holds(self, evidence: Evidence) -> bool:
        if self.needed == len(self.parts):
            return all(part.holds(evidence) for part in self.parts)
        return any(True for _ in islice(self._holding(evidence), self.needed - 1, None))

    def spans(self, evidence: Evidence) -> Iterator[Span]:
        if self.holds(evidence):
            for part in self._holding(evidence):
                yield from part.spans(evidence)

    def report(self, evidence: Evidence) -> ConditionReport:
        parts = tuple(part.report(evidence) for part in self.parts)
        held = sum(part.held for part in parts)
        detail = f"{held} of {len(parts)} hold" + ("" if held >= self.needed else f", {self.needed} needed")
        return ConditionReport(self.condition, held >= self.needed, detail, parts=parts)

    def _holding(self, evidence: Evidence) -> Iterator[Check]:
        return (part for part in self.parts if part.holds(evidence))


def _shown(hits: Iterable[Found], name: FieldName, evidence: Evidence) -> Iterator[Span]:
    return (evidence.span(hit, name) for hit in islice(dict.fromkeys(hits), MAX_SPANS))
