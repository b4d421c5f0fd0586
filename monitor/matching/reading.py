"""One field of an article, read: which patterns hit where, in characters, words, sentences and paragraphs.

Looking for hits costs little; offsets, word counts and sentences are worked out only when a rule asks for them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from functools import cached_property
from itertools import accumulate, compress, islice
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from monitor.matching.chunks import BREAK, cut
from monitor.matching.sentences import paragraph_starts, sentence_starts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.matching.chunks import Memo, Word
    from monitor.matching.vocabulary import Node

MAX_CHUNKS = 100_000  # with a word that begins a term, of one field: no article has as many, and a megabyte must end
_SIZE = attrgetter("size")

Occurrence: TypeAlias = tuple[int, int, int, int]
"""The first word of a hit and the last, each as the index of its chunk and its index within the chunk."""


class Place(NamedTuple):
    """A hit in characters (start, end; end is exclusive) and in words of the field (first, last), all from 0."""

    start: int
    end: int
    first: int
    last: int


class Reading:
    """One field. `hits` has for each pattern that hits its occurrences, in order."""

    def __init__(self, text: str, memo: Memo) -> None:
        self.text = text
        self._texts = cut(text)
        self._chunks = memo.read(self._texts)
        self._places: dict[Occurrence, Place] = {}
        self.hits = self._scan()

    def extent(self, hit: Occurrence) -> tuple[int, int]:
        """The offsets of the hit in the text: its first character, and the one after its last."""
        first, word, last, last_word = hit
        start = self._offset(first) + self._chunks[first].words[word].start
        return start, self._offset(last) + self._chunks[last].words[last_word].end

    def place(self, hit: Occurrence) -> Place:
        """The same, and where the hit is among the words."""
        if hit not in self._places:
            first, word, last, last_word = hit
            self._places[hit] = Place(*self.extent(hit), self._counts[first] + word, self._counts[last] + last_word)
        return self._places[hit]

    @cached_property
    def paragraphs(self) -> Sequence[int]:
        """The offsets at which paragraphs begin, the first at 0."""
        return paragraph_starts(self.text)

    @cached_property
    def sentences(self) -> Sequence[int]:
        """The offsets at which sentences begin, the first at 0; a paragraph begins one."""
        return sentence_starts(self.text)

    @cached_property
    def _counts(self) -> list[int]:
        """The number of words before each chunk."""
        return list(accumulate(map(_SIZE, self._chunks), initial=0))

    @cached_property
    def _lengths(self) -> list[int]:
        """The number of characters in the chunks before each chunk."""
        return list(accumulate(map(len, self._texts), initial=0))

    @cached_property
    def _line_ends(self) -> list[int]:
        return list(compress(range(len(self._texts)), map(BREAK.__eq__, self._texts)))

    def _offset(self, chunk: int) -> int:
        """Where a chunk begins: `cut` has added two blanks around every line end."""
        added = 2 * bisect_right(self._line_ends, chunk) if self._line_ends else 0
        return self._lengths[chunk] + chunk - added

    def _scan(self) -> dict[int, list[Occurrence]]:
        hits: defaultdict[int, list[Occurrence]] = defaultdict(list)
        chunks = self._chunks
        for at in islice(compress(range(len(chunks)), chunks), MAX_CHUNKS):
            for number, alone, leads in chunks[at]:
                hit = (at, number, at, number)
                for pattern in alone:
                    hits[pattern].append(hit)
                if leads:
                    for pattern, end in self._phrases(leads, (at, number)):
                        hits[pattern].append((at, number, *end))
        return hits

    def _phrases(self, nodes: Sequence[Node], end: tuple[int, int]) -> Iterator[tuple[int, tuple[int, int]]]:
        """The phrases of several words whose first word, which led to these nodes, stands here; and where each ends."""
        while nodes and (step := self._next(*end)):
            word, joined, end = step
            keys = [key for number in word.numbers for key in ((number, ~number) if joined else (~number,))]
            nodes = [node.after[key] for node in nodes for key in keys if key in node.after]
            for node in nodes:
                for pattern in node.ends:
                    yield pattern, end

    def _next(self, at: int, index: int) -> tuple[Word, bool, tuple[int, int]] | None:
        """The next word that belongs to a term, whether the gap joins it, and its place; None where there is none."""
        chunk = self._chunks[at]
        if index + 1 < chunk.size:
            word = chunk.words[index + 1]
            return word, word.joined, (at, index + 1)
        joined, line_ends = chunk.closes, 0
        for ahead in range(at + 1, len(self._chunks)):
            chunk = self._chunks[ahead]
            joined = joined and chunk.opens
            line_ends += self._texts[ahead] == BREAK
            if line_ends > 1:
                return None
            if chunk.size:
                return (chunk.words[0], joined, (ahead, 0)) if chunk.words else None
        return None
