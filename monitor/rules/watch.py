"""The whole watch file: lists and rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.models import Severity
    from monitor.rules.conditions import Condition
    from monitor.rules.terms import TermList


@dataclass(frozen=True, slots=True)
class RuleTest:
    """A text for which the rule must hold, or must not.

    `source` is a source id or tag:NAME. Line and column are those of the watch file.
    """

    holds: bool
    title: str
    text: str
    source: str | None
    language: str | None
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Rule:
    """One question. `only` and `skip` name sources by id or as tag:NAME; no `languages` means all of them."""

    id: str
    name: str
    severity: Severity
    tags: tuple[str, ...]
    condition: Condition
    only: frozenset[str]
    skip: frozenset[str]
    languages: frozenset[str]
    tests: tuple[RuleTest, ...]
    line: int

    def admits(self, names: frozenset[str], language: str | None) -> bool:
        """Whether an article of a source that has these names (its id, and tag:NAME each) and this language counts."""
        return (
            (not self.only or not self.only.isdisjoint(names))
            and self.skip.isdisjoint(names)
            and (not self.languages or language is None or language in self.languages)
        )


@dataclass(frozen=True, slots=True)
class Watch:
    """Lists by name, and rules in the order of the file."""

    lists: Mapping[str, TermList]
    rules: tuple[Rule, ...]
