"""One field of an article, read: which patterns hit where, in characters, words, sentences and paragraphs.

Looking for hits costs little; word counts and sentences are worked out only when a rule asks for them.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from monitor.matching.coded import Coded
from monitor.matching.sentences import paragraph_starts, sentence_starts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.matching.finder import Finder

Occurrence: TypeAlias = tuple[int, int]
"""The offsets of a hit in the text: its first character, and the one after its last."""


class Place(NamedTuple):
    """A hit in characters (start, end; end is exclusive) and in words of the field (first, last), all from 0."""

    start: int
    end: int
    first: int
    last: int


class Reading:
    """One field, and the patterns that hit in it."""

    def __init__(self, text: str, finder: Finder) -> None:
        self.text = text
        self._finder = finder
        self._coded = Coded(text)
        self._plain = finder.plain_words(self._coded)
        self._odd = finder.odd_words(text, self._coded)

    def operands(self) -> set[int]:
        """The operands with a pattern that hits."""
        known = self._finder.operands(self._plain, self._odd)
        return self._finder.having(self.hits) if known is None else known

    @cached_property
    def hits(self) -> Mapping[int, Sequence[Occurrence]]:
        """The occurrences of each pattern that hits, in order."""
        hits: defaultdict[int, list[Occurrence]] = defaultdict(list)
        for patterns, start, end in self._finder.hits(self.text, self._coded, self._plain, self._odd):
            for pattern in patterns:
                hits[pattern].append((start, end))
        return hits

    def place(self, hit: Occurrence) -> Place:
        """The hit, and where it is among the words."""
        start, end = hit
        return Place(start, end, self._coded.words_before(start), self._coded.words_before(end) - 1)

    @cached_property
    def paragraphs(self) -> Sequence[int]:
        """The offsets at which paragraphs begin, the first at 0."""
        return paragraph_starts(self.text)

    @cached_property
    def sentences(self) -> Sequence[int]:
        """The offsets at which sentences begin, the first at 0; a paragraph begins one."""
        return sentence_starts(self.text)
