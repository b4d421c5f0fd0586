"""What a rule asks of an article, as a tree of frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.rules.terms import Term

MAX_NEAR = 8  # operands of one near: the work doubles with each


class Scope(StrEnum):
    """The fields of an article that a hit may stand in; the body is lead and text."""

    ANYWHERE = ""
    TITLE = "title"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class Hit:
    """A hit of a term, or of any term of the list of that name."""

    of: Term | str
    scope: Scope = Scope.ANYWHERE


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `count` of the parts hold."""

    count: int
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Near:
    """One hit of each operand, in any order, that do not overlap, in one paragraph of one field.

    At most `words` words that belong to none of them stand between the first and the last; None asks for one
    sentence instead. An operand is a choice of hits.
    """

    operands: tuple[tuple[Hit, ...], ...]
    words: int | None


Condition: TypeAlias = Hit | AllOf | AnyOf | AtLeast | Not | Near


def hits_of(condition: Condition) -> Iterator[Hit]:
    """Every hit that the condition speaks of, negated ones as well."""
    if isinstance(condition, Hit):
        yield condition
    elif isinstance(condition, Not):
        yield from hits_of(condition.part)
    elif isinstance(condition, Near):
        for choice in condition.operands:
            yield from choice
    else:
        for part in condition.parts:
            yield from hits_of(part)


def written(condition: Condition) -> str:
    """The condition as `when` spells it."""
    match condition:
        case Hit(of, scope):
            name = f"${of}" if isinstance(of, str) else f'"{of.text}"'
            return f"{scope}:{name}" if scope else name
        case Not(part):
            return f"not {_bracketed(part)}"
        case Near(operands, words):
            limit = "sentence" if words is None else words
            return f" near/{limit} ".join(_bracketed(AnyOf(choice)) for choice in operands)
        case AtLeast(count, parts):
            return f"{count} of ({', '.join(map(written, parts))})"
        case AllOf(parts) | AnyOf(parts):
            word = " and " if isinstance(condition, AllOf) else " or "
            return word.join(map(_bracketed, parts)) if len(parts) > 1 else written(parts[0])


def _bracketed(part: Condition) -> str:
    several = isinstance(part, AllOf | AnyOf) and len(part.parts) > 1
    return f"({written(part)})" if several or isinstance(part, Near) else written(part)
