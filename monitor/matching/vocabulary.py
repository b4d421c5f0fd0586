"""All terms of a watch file in one index: what a distinct word of a text can be part of, in a look-up.

A distinct word test has a number; `form -> numbers` is a dict, prefixes are a dict by length, phrases a trie over the
numbers (a single word is a phrase of one). Terms that accept the same texts share one pattern.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.matching.patterns import Forms, dropped_by, patterns_of

if TYPE_CHECKING:
    from monitor.matching.patterns import Pattern, WordTest
    from monitor.rules import Term


@dataclass(slots=True, eq=False)
class Node:
    """A place in the trie of phrases: the patterns that end here, and where a next word leads.

    A number leads on where the gap joins the words, its complement (~number) where any gap may stand.
    """

    ends: tuple[int, ...] = ()
    after: dict[int, Node] = field(default_factory=dict)


class Vocabulary:
    """The index. Patterns are numbered from 0 in the order in which they were first added."""

    def __init__(self) -> None:
        self._begin: dict[int, Node] = {}
        self._begun: dict[tuple[int, ...], tuple[tuple[int, ...], tuple[Node, ...]]] = {}
        self._expansions = Forms()
        self._patterns: dict[Pattern, int] = {}
        self._tests: dict[WordTest, int] = {}
        self._cased: dict[int, WordTest] = {}
        self._forms: dict[str, tuple[int, ...]] = {}
        self._prefixes: dict[int, dict[str, tuple[int, ...]]] = {}

    def __len__(self) -> int:
        """The number of patterns."""
        return len(self._patterns)

    def add(self, term: Term) -> tuple[int, ...]:
        """The numbers of the patterns that the term stands for."""
        return tuple(map(self._number_pattern, patterns_of(term, self._expansions)))

    def add_dropped(self, term: Term) -> frozenset[int]:
        """The numbers of the patterns of forms that do not count as hits of the term."""
        return frozenset(map(self._number_pattern, dropped_by(term)))

    def numbers(self, raw: str, folded: str) -> tuple[int, ...]:
        """The numbers of the word tests that a word passes, as it is written and as it folds."""
        found = self.tests(folded)
        if self.depend_on_capitals(found):
            return tuple(n for n in found if n not in self._cased or self._cased[n].accepts_capitals(raw))
        return found

    def tests(self, folded: str) -> tuple[int, ...]:
        """The numbers of the word tests that a word passes as it folds, capitals left out of account."""
        found = self._forms.get(folded, ())
        for length, prefixes in self._prefixes.items():
            if folded[:length] in prefixes:
                found += prefixes[folded[:length]]
        return found

    def depend_on_capitals(self, numbers: tuple[int, ...]) -> bool:
        """Whether one of these tests asks for capitals."""
        return bool(self._cased) and not self._cased.keys().isdisjoint(numbers)

    def complete(self) -> tuple[set[str], set[str]]:
        """The folded words with which a term can begin, and the prefixes.

        Nothing can be added afterwards: what that takes, a fifth of the memory, is given up.
        """
        forms: set[str] = set()
        prefixes: set[str] = set()
        for test, number in self._tests.items():
            if number in self._begin:
                (prefixes if test.prefix else forms).update(test.forms)
        self._tests, self._patterns, self._expansions = {}, {}, Forms()
        return forms, prefixes

    def begun(self, numbers: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[Node, ...]]:
        """What a word that passes these tests is: the patterns it is all of, and the nodes where longer ones go on."""
        if numbers not in self._begun:
            nodes = [self._begin[number] for number in numbers if number in self._begin]
            alone = tuple(pattern for node in nodes for pattern in node.ends)
            self._begun[numbers] = alone, tuple(node for node in nodes if node.after)
        return self._begun[numbers]

    def _number_pattern(self, pattern: Pattern) -> int:
        if pattern in self._patterns:
            return self._patterns[pattern]
        number = self._patterns[pattern] = len(self._patterns)
        steps = list(map(self._number_test, pattern.tests))
        node = self._begin.setdefault(steps[0], Node())
        for step, open_gap in zip(steps[1:], pattern.open_gaps, strict=True):
            node = node.after.setdefault(~step if open_gap else step, Node())
        node.ends += (number,)
        return number

    def _number_test(self, test: WordTest) -> int:
        if test in self._tests:
            return self._tests[test]
        number = self._tests[test] = len(self._tests)
        if test.capitals:
            self._cased[number] = test
        alone = (number,)
        for form in test.forms:
            index = self._prefixes.setdefault(len(form), {}) if test.prefix else self._forms
            index[form] = index[form] + alone if form in index else alone
        return number
