"""A text is cut at blanks into chunks; each distinct chunk is analysed once and remembered.

News repeats itself: of the chunks of an article nine in ten were seen before, so that the cost of a text is little more
than that of cutting it up and looking each chunk up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from monitor.matching.words import quiet, words

if TYPE_CHECKING:
    from monitor.matching.vocabulary import Node, Vocabulary

BREAK = "\n"  # the chunk that stands for the end of a paragraph

_BLANKS = "\xa0\u202f\u2009\t\r\f\v"  # one character each, as a blank is, so that offsets stay
_LONGEST_KEPT = 100  # characters; longer chunks do not come again


def cut(text: str) -> list[str]:
    """The chunks of a text; runs of blanks give empty ones, a line end gives BREAK.

    The chunk at index i, with n BREAKs before it, begins at sum of the lengths before it + i - 2n.
    """
    for blank in _BLANKS:
        text = text.replace(blank, " ")
    return text.replace(BREAK, f" {BREAK} ").split(" ")


_SHARED = 8  # words


class Word(NamedTuple):
    """A word that some term contains: which tests it passes, what it is by itself, where it may lead.

    Offsets count from the start of the chunk; `joined` tells whether the gap before it joins it to the word before.
    """

    numbers: tuple[int, ...]
    alone: tuple[int, ...]
    leads: tuple[Node, ...]
    start: int
    end: int
    joined: bool
    folded: str


NOTHING = Word((), (), (), 0, 0, joined=True, folded="")


class Chunk(tuple[int, ...]):  # noqa: SLOT001 - a tuple has no room for slots
    """The indexes of those words of a chunk that begin a term; empty, and so false, for most chunks.

    `size` is the number of words, `words` is empty where no word belongs to any term. `opens` and `closes` tell whether
    what stands before the first word and after the last lets a phrase go on.
    """

    size: int
    opens: bool
    closes: bool
    words: tuple[Word, ...]

    @classmethod
    def of(cls, size: int, *, opens: bool, closes: bool, words: tuple[Word, ...] = ()) -> Chunk:
        """A chunk with these words."""
        chunk = cls(index for index, word in enumerate(words) if word.alone or word.leads)
        chunk.size, chunk.opens, chunk.closes, chunk.words = size, opens, closes, words
        return chunk


class Memo(dict[str, Chunk]):
    """Analysed chunks, at most two generations of `limit`.

    What is used again moves to the younger generation; when that is full the older one is dropped.
    """

    def __init__(self, vocabulary: Vocabulary, limit: int) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self._limit = limit
        self._older: dict[str, Chunk] = {}
        self._plain: dict[tuple[int, bool, bool], Chunk] = {}

    def __missing__(self, text: str) -> Chunk:
        """The chunk, remembered from the older generation or analysed now."""
        chunk = self._older.get(text)
        if chunk is None:
            chunk = self._analyse(text)
        if len(text) <= _LONGEST_KEPT:
            if len(self) >= self._limit:
                self._older = dict(self)
                self.clear()
            self[text] = chunk
        return chunk

    def _analyse(self, text: str) -> Chunk:
        if text == BREAK:
            return self._without_terms(0, opens=True, closes=True)
        found = [(raw, self._vocabulary.numbers(raw)) for raw in words(text)]
        if not found:
            return self._without_terms(0, opens=quiet(text), closes=quiet(text))
        last = found[-1][0]
        opens, closes = quiet(text[: found[0][0].start]), quiet(text[last.end :])
        if not any(numbers for _, numbers in found):
            return self._without_terms(len(found), opens=opens, closes=closes)
        kept = tuple(
            self._word(numbers, raw.start, raw.start + len(raw.text), raw.joined, raw.folded) if numbers else NOTHING
            for raw, numbers in found
        )
        return Chunk.of(len(found), opens=opens, closes=closes, words=kept)

    def _word(self, numbers: tuple[int, ...], start: int, end: int, joined: bool, folded: str) -> Word:  # noqa: FBT001
        begin = self._vocabulary.begin.after
        nodes = [begin[number] for number in numbers if number in begin]
        alone = tuple(pattern for node in nodes for pattern in node.ends)
        return Word(numbers, alone, tuple(node for node in nodes if node.after), start, end, joined, folded)

    def _without_terms(self, size: int, *, opens: bool, closes: bool) -> Chunk:
        """One shared chunk for all that differ in nothing else."""
        if size > _SHARED:
            return Chunk.of(size, opens=opens, closes=closes)
        key = (size, opens, closes)
        if key not in self._plain:
            self._plain[key] = Chunk.of(size, opens=opens, closes=closes)
        return self._plain[key]
