"""Whether a condition can be of use: it must be able to hold, and must not hold for a text without any of its words."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

from monitor.rules.conditions import AllOf, AnyOf, AtLeast, Condition, Hit, Near, Not, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from monitor.rules.terms import Term, TermList

MAX_WORLDS = 2_000  # ways to fulfil a condition that are tried before it is taken for possible

_World: TypeAlias = "tuple[tuple[Hit | Near, bool], ...]"


class Logic:
    """Decides over conditions that name these lists."""

    def __init__(self, lists: Mapping[str, TermList]) -> None:
        self._lists = lists
        self._listed = {name: _by_text(term_list.terms) for name, term_list in lists.items()}
        self._own = {name: _by_text(term_list.exceptions) for name, term_list in lists.items()}

    def objection(self, condition: Condition) -> str:
        """Why the condition must be refused, or an empty text. Every list it names is known."""
        if _holds_for_nothing(condition):
            return "the rule is made of exclusions only: it holds for texts without any of its words"
        for count, world in enumerate(_worlds(condition, wanted=True)):
            if count == MAX_WORLDS or self._possible(world):
                return ""
        return "the rule can never match: what it asks for it also excludes"

    def _possible(self, world: _World) -> bool:
        absent = [literal for literal, wanted in world if not wanted]
        return all(self._can_stand(literal, absent) for literal, wanted in world if wanted)

    def _can_stand(self, literal: Hit | Near, absent: list[Hit | Near]) -> bool:
        """Whether the hit, or every operand of the near in one field, can be there without what must be absent."""
        if isinstance(literal, Near) and any(isinstance(other, Near) and _includes(other, literal) for other in absent):
            return False
        operands = literal.operands if isinstance(literal, Near) else ((literal,),)
        hits = [hit for hit in absent if isinstance(hit, Hit)]
        return any(
            all(any(self._free(hit, field, hits) for hit in choice) for choice in operands)
            for field in (Scope.TITLE, Scope.BODY)
        )

    def _free(self, hit: Hit, field: Scope, absent: list[Hit]) -> bool:
        """Whether some term of the hit may stand in the field."""
        if hit.scope not in {Scope.ANYWHERE, field}:
            return False
        banned = [other.of for other in absent if other.scope in {Scope.ANYWHERE, field}]
        if not isinstance(hit.of, str):
            return not self._covered(hit.of, banned)
        own = self._own[hit.of]
        return hit.of not in banned and any(
            not _covers(own, term) and not self._covered(term, banned) for term in self._lists[hit.of].terms
        )

    def _covered(self, term: Term, banned: list[Term | str]) -> bool:
        """Whether any of these lists and terms has every hit of the term. A list with exceptions leaves it a place."""
        return any(
            not self._own[other] and _covers(self._listed[other], term)
            if isinstance(other, str)
            else other.covers(term)
            for other in banned
        )


def _by_text(terms: Iterable[Term]) -> dict[str, list[Term]]:
    found: dict[str, list[Term]] = {}
    for term in terms:
        found.setdefault(term.plain, []).append(term)
    return found


def _covers(by_text: Mapping[str, list[Term]], term: Term) -> bool:
    return any(other.covers(term) for other in by_text.get(term.plain, ()))


def _includes(wide: Near, tight: Near) -> bool:
    """Whether the first near holds wherever the second does."""
    same = set(wide.operands) == set(tight.operands)
    if wide.words is None or tight.words is None:
        return same and wide.words is tight.words
    return same and wide.words >= tight.words


def _holds_for_nothing(condition: Condition) -> bool:
    if isinstance(condition, Hit | Near):
        return False
    if isinstance(condition, Not):
        return not _holds_for_nothing(condition.part)
    wanted, parts = _threshold(condition)
    return sum(map(_holds_for_nothing, parts)) >= wanted


def _threshold(condition: AllOf | AnyOf | AtLeast) -> tuple[int, tuple[Condition, ...]]:
    """How many of the parts must hold, and the parts."""
    if isinstance(condition, AtLeast):
        return condition.count, condition.parts
    return len(condition.parts) if isinstance(condition, AllOf) else 1, condition.parts


def _worlds(condition: Condition, *, wanted: bool) -> Iterator[_World]:
    """The ways in which hits being there or not make the condition hold, or not hold."""
    if isinstance(condition, Hit | Near):
        yield ((condition, wanted),)
    elif isinstance(condition, Not):
        yield from _worlds(condition.part, wanted=not wanted)
    else:
        needed, parts = _threshold(condition)
        for chosen in combinations(parts, needed if wanted else len(parts) - needed + 1):
            yield from _together(chosen, wanted=wanted)


def _together(parts: tuple[Condition, ...], *, wanted: bool) -> Iterator[_World]:
    if not parts:
        yield ()
        return
    for first in _worlds(parts[0], wanted=wanted):
        for rest in _together(parts[1:], wanted=wanted):
            yield first + rest
