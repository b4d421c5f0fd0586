"""One field of an article, read: which patterns hit where, in characters, words, sentences and paragraphs.

Looking for hits costs little; offsets, word counts and sentences are worked out only when a rule asks for them.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from itertools import accumulate, compress
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from monitor.matching.chunks import BREAK, cut
from monitor.matching.sentences import paragraph_starts, sentence_starts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.matching.chunks import Chunk, Memo, Word
    from monitor.matching.vocabulary import Node, Vocabulary

MAX_HITS = 1_000  # of one pattern in one field: some 50,000 words of a text that is about nothing else

Occurrence: TypeAlias = tuple[int, int, int, int]
"""The first word of a hit and the last, each as the index of its chunk and its index within the chunk."""


class Place(NamedTuple):
    """A hit in characters (start, end; end is exclusive) and in words of the field (first, last), all from 0."""

    start: int
    end: int
    first: int
    last: int


class Reading:
    """One field. `hits` has for each pattern that hits its first MAX_HITS occurrences, in order."""

    def __init__(self, text: str, memo: Memo, vocabulary: Vocabulary) -> None:
        self.text = text
        self.hits: dict[int, list[Occurrence]] = {}
        self._dropped = vocabulary.dropped
        self._texts = cut(text)
        self._chunks = list(map(memo.__getitem__, self._texts))
        for at in compress(range(len(self._chunks)), self._chunks):
            self._scan(at, self._chunks[at])

    def place(self, hit: Occurrence) -> Place:
        """Where the hit is."""
        chunk, word, last_chunk, last_word = hit
        return Place(
            self._offset(chunk) + self._chunks[chunk].words[word].start,
            self._offset(last_chunk) + self._chunks[last_chunk].words[last_word].end,
            self._counts[chunk] + word,
            self._counts[last_chunk] + last_word,
        )

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
        return list(accumulate((chunk.size for chunk in self._chunks), initial=0))

    @cached_property
    def _lengths(self) -> list[int]:
        """The number of characters in the chunks before each chunk."""
        return list(accumulate(map(len, self._texts), initial=0))

    @cached_property
    def _line_ends(self) -> list[int]:
        return [at for at, text in enumerate(self._texts) if text == BREAK]

    def _offset(self, chunk: int) -> int:
        """Where a chunk begins: `cut` has added two blanks around every line end."""
        return self._lengths[chunk] + chunk - 2 * bisect_right(self._line_ends, chunk)

    def _scan(self, at: int, chunk: Chunk) -> None:
        for index in chunk:
            word = chunk.words[index]
            for pattern in word.alone:
                self._note(pattern, (at, index, at, index), (word.folded,))
            if word.leads:
                self._follow(word, at, index)

    def _follow(self, word: Word, at: int, index: int) -> None:
        """Note the phrases that begin with this word."""
        nodes: Sequence[Node] = word.leads
        path: tuple[str, ...] = (word.folded,)
        end = (at, index)
        while nodes and (step := self._next(*end)):
            word, joined, end = step
            path = (*path, word.folded)
            keys = [key for number in word.numbers for key in ((number, ~number) if joined else (~number,))]
            nodes = [node.after[key] for node in nodes for key in keys if key in node.after]
            for node in nodes:
                for pattern in node.ends:
                    self._note(pattern, (at, index, *end), path)

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

    def _note(self, pattern: int, hit: Occurrence, path: tuple[str, ...]) -> None:
        if pattern in self._dropped and path in self._dropped[pattern]:
            return
        hits = self.hits.setdefault(pattern, [])
        if len(hits) < MAX_HITS:
            hits.append(hit)
