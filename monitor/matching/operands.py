"""What rules speak of: lists, and terms that stand in a rule, each with the patterns that make it hit."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, get_args

from monitor.matching.vocabulary import Vocabulary
from monitor.models import FieldName
from monitor.rules import Scope, Term, hits_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from monitor.rules import Hit, Watch

FIELDS: tuple[FieldName, ...] = get_args(FieldName)
IN_SCOPE: Mapping[Scope, tuple[FieldName, ...]] = {
    Scope.ANYWHERE: FIELDS,
    Scope.TITLE: ("title",),
    Scope.BODY: ("lead", "text"),
}


@dataclass(slots=True, eq=False)
class Operand:
    """A list, or a term inside a rule, which has no name.

    `terms` says which term a pattern is of, the first where two share it. A hit does not count inside a hit of one of
    the `exceptions`, nor where a pattern that its own has in `dropped` hits the same words. Where there are neither,
    the operand is plain: every hit counts.
    """

    number: int
    name: str | None
    terms: dict[int, Term] = field(default_factory=dict)
    dropped: dict[int, frozenset[int]] = field(default_factory=dict)
    exceptions: frozenset[int] = frozenset()
    is_plain: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The operands of which near takes one hit, by the field it may stand in. There is one object for equal ones."""

    in_field: Mapping[FieldName, frozenset[int]]


class Operands:
    """All operands of a watch file, and the vocabulary of their terms."""

    def __init__(self, watch: Watch) -> None:
        self.vocabulary = Vocabulary()
        self._of: dict[str | Term, Operand] = {}
        self._choices: dict[frozenset[tuple[int, Scope]], Choice] = {}
        having: defaultdict[int, tuple[int, ...]] = defaultdict(tuple)
        for term_list in watch.lists.values():
            self._add(term_list.name, term_list.terms, term_list.exceptions)
        for hit in (hit for rule in watch.rules for hit in hits_of(rule.condition)):
            if isinstance(hit.of, Term) and _anywhere(hit.of) not in self._of:
                self._add(_anywhere(hit.of), (hit.of,), ())
        self.all = tuple(self._of.values())
        for operand in self.all:
            for pattern in operand.terms:
                having[pattern] += (operand.number,)
        self._having = list(map(having.__getitem__, range(len(self.vocabulary))))
        self.not_plain = frozenset(operand.number for operand in self.all if not operand.is_plain)

    def number(self, of: str | Term) -> int:
        """The number of a list, or of a term that stands in a rule: wherever it stands, it is one operand."""
        return self._of[of if isinstance(of, str) else _anywhere(of)].number

    def of_lists(self, names: Iterable[str]) -> set[int]:
        """The numbers of the lists of these names, as far as there are such."""
        return {self._of[name].number for name in names if name in self._of}

    def choice(self, hits: Iterable[Hit]) -> Choice:
        """The operands of some hits, one of which is wanted."""
        key = frozenset((self.number(hit.of), hit.scope) for hit in hits)
        if key not in self._choices:
            in_field = {name: frozenset(n for n, scope in key if name in IN_SCOPE[scope]) for name in FIELDS}
            self._choices[key] = Choice(in_field)
        return self._choices[key]

    def size(self, number: int) -> int:
        """How many terms an operand has."""
        return len(self.all[number].terms)

    def having(self, patterns: Iterable[int]) -> set[int]:
        """The numbers of the operands that have a term of one of these patterns."""
        return set(chain.from_iterable(map(self._having.__getitem__, patterns)))

    def _add(self, key: str | Term, terms: Iterable[Term], exceptions: Iterable[Term]) -> None:
        operand = self._of[key] = Operand(len(self._of), key if isinstance(key, str) else None)
        for term in terms:
            dropped = self.vocabulary.add_dropped(term)
            for pattern in self.vocabulary.add(term):
                operand.terms.setdefault(pattern, term)
                operand.dropped[pattern] = operand.dropped.get(pattern, dropped) & dropped
        operand.exceptions = frozenset(pattern for term in exceptions for pattern in self.vocabulary.add(term))
        operand.is_plain = not operand.exceptions and not any(operand.dropped.values())


def _anywhere(term: Term) -> Term:
    return replace(term, line=0)
