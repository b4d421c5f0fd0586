"""Where the patterns of a vocabulary hit in a text.

An automaton goes once through the skeleton of the text and names the places where a word that begins a term may stand.
What really stands there is folded and looked up, each differently written word once; phrases are followed from there.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from ahocorasick_rs import BytesAhoCorasick, Implementation

from monitor.matching.fold import fold
from monitor.matching.skeleton import SEPARATOR, of_words
from monitor.matching.words import joins, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from monitor.matching.skeleton import Skeleton
    from monitor.matching.vocabulary import Node, Vocabulary

MAX_PLACES = 100_000  # with a word that begins a term, of one field: no article has as many, and a megabyte must end

_REMEMBERED = 100_000  # differently written words that begin a term: 20 MB
_LONGEST_REMEMBERED = 100  # characters; longer words do not come again
_AT_ONCE = 50_000  # characters, so that not all that is found in a long text is held at once

Word: TypeAlias = "tuple[tuple[int, ...], tuple[Node, ...]]"
"""What a word begins: the patterns it is all of, and the nodes where longer ones go on."""

Hits: TypeAlias = tuple[tuple[int, ...], int, int]
"""Patterns that hit the same words of a text, and the offsets of these: of the first character, and after the last."""


class Finder(dict[str, Word]):
    """Finds the patterns of a complete vocabulary. As a dict it has the words that it met, as they were written."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        forms, prefixes = vocabulary.beginnings()
        by_kind = sorted(of_words(forms), key=_has_separator)
        self._one_word = sum(not _has_separator(word) for word in by_kind)
        patterns = [SEPARATOR + word + SEPARATOR for word in by_kind]
        patterns += [SEPARATOR + word for word in of_words(prefixes)]
        self._longest = max(map(len, patterns), default=0)
        self._automaton = BytesAhoCorasick(patterns, implementation=Implementation.ContiguousNFA)

    def __missing__(self, raw: str) -> Word:
        """The word, looked up now."""
        word = self._vocabulary.begun(self._numbers(raw))
        if len(raw) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[raw] = word
        return word

    def find(self, text: str, skeleton: Skeleton) -> list[Hits]:
        """All hits, in order of where they begin."""
        found: list[Hits] = []
        done = 0
        one_word, all_plain, is_plain = self._one_word, skeleton.is_all_plain, skeleton.is_plain
        for pattern, start, end in islice(self._places(skeleton.reduced), MAX_PLACES):
            if start < done:
                continue
            if pattern < one_word and (all_plain or is_plain(start, end)):
                done = end - 2
                alone, leads = self[text[start:done]]
                if alone:
                    found.append((alone, start, done))
                if leads:
                    found += self._phrases(leads, text, start, done)
            else:
                begin, done = skeleton.around(start)
                for raw, first, last in words(text, begin, done):
                    alone, leads = self[raw]
                    if alone:
                        found.append((alone, first, first + len(raw)))
                    found += self._phrases(leads, text, first, last)
        return found

    def _places(self, reduced: bytes) -> Iterable[tuple[int, int, int]]:
        """Where the automaton's patterns stand, in order of their ends: the number of one, and from where to where."""
        if len(reduced) <= _AT_ONCE:
            return self._automaton.find_matches_as_indexes(reduced, overlapping=True)
        return (
            (pattern, begin + start, begin + end)
            for begin in range(0, len(reduced), _AT_ONCE)
            for pattern, start, end in self._automaton.find_matches_as_indexes(
                reduced[begin : begin + _AT_ONCE + self._longest], overlapping=True
            )
            if start < _AT_ONCE
        )

    def _phrases(self, nodes: Sequence[Node], text: str, start: int, end: int) -> Iterator[Hits]:
        """The phrases of several words whose first word, which led to these nodes, stands there."""
        while nodes and (step := self._next(text, end)):
            numbers, joined, last_end, end = step
            keys = [key for number in numbers for key in ((number, ~number) if joined else (~number,))]
            nodes = [node.after[key] for node in nodes for key in keys if key in node.after]
            for node in nodes:
                if node.ends:
                    yield node.ends, start, last_end

    def _next(self, text: str, end: int) -> tuple[tuple[int, ...], bool, int, int] | None:
        """The tests that the next word passes, whether the gap joins it, where it ends and where with a possessive 's.

        None where it passes none, or where an empty line stands before it.
        """
        following = next(words(text, end), None)
        if following is None:
            return None
        raw, start, whole_end = following
        gap, numbers = text[end:start], self._numbers(raw)
        if not numbers or gap.count("\n") > 1:
            return None
        return numbers, joins(gap, raw), start + len(raw), whole_end

    def _numbers(self, raw: str) -> tuple[int, ...]:
        return self._vocabulary.numbers(raw, fold(raw))


def _has_separator(word: bytes) -> bool:
    return SEPARATOR in word
