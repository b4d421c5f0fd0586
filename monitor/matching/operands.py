"""What rules speak of: lists, and terms that stand in a rule, each with the patterns that make it hit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.matching.vocabulary import Vocabulary
from monitor.rules import Term, hits_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.rules import Watch


@dataclass(slots=True, eq=False)
class Operand:
    """A list, or a term inside a rule, which has no name. A pattern that two of its terms share is the first one's."""

    number: int
    name: str | None
    terms: dict[int, Term] = field(default_factory=dict)
    exceptions: frozenset[int] = frozenset()


class Operands:
    """All operands of a watch file, and the vocabulary of their terms."""

    def __init__(self, watch: Watch) -> None:
        self.vocabulary = Vocabulary()
        self.of: dict[str | Term, Operand] = {}
        self._having: dict[int, tuple[int, ...]] = {}
        for term_list in watch.lists.values():
            self._add(term_list.name, term_list.terms, term_list.exceptions)
        for hit in (hit for rule in watch.rules for hit in hits_of(rule.condition)):
            if isinstance(hit.of, Term) and hit.of not in self.of:
                self._add(hit.of, (hit.of,), ())
        self.all = tuple(self.of.values())

    def having(self, pattern: int) -> tuple[int, ...]:
        """The numbers of the operands with that pattern, as a term or as an exception."""
        return self._having[pattern]

    def _add(self, key: str | Term, terms: Iterable[Term], exceptions: Iterable[Term]) -> None:
        operand = self.of[key] = Operand(len(self.of), key if isinstance(key, str) else None)
        for term in terms:
            for pattern in self.vocabulary.add(term):
                operand.terms.setdefault(pattern, term)
        operand.exceptions = frozenset(pattern for term in exceptions for pattern in self.vocabulary.add(term))
        for pattern in {*operand.terms, *operand.exceptions}:
            self._having[pattern] = (*self._having.get(pattern, ()), operand.number)
