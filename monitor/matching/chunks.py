"""A text is cut at blanks into chunks; each distinct chunk is analysed once and remembered.

News repeats itself: of the chunks of an article nine in ten were seen before, so that the cost of a text is little more
than that of cutting it up and looking each chunk up.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from monitor.matching.fold import fold
from monitor.matching.words import joined, quiet, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.matching.vocabulary import Node, Vocabulary

# Words in small letters that fold to themselves for sure: of one alphabet, no soft sign that may be classical.
_PLAIN = re.compile("^(?:[a-z]+|[а-щъыэюяіїє]++(?:ь(?![бвдезлмнпсфцьюя])[а-щъыэюяіїє]*+)*+)$", re.MULTILINE)
_CLASSICAL = "дздз"

BREAK = "\n"  # the chunk that stands for the end of a paragraph

_BLANKS = "\xa0\u202f\t\r"  # one character each, as a blank is, so that offsets stay; rarer ones stay inside chunks
_PUNCTUATION = ".,:;!?…()[]«»“”„\"'-–—"  # what stands around most words; the rest takes the longer way
_TOGETHER = 5_000  # chunks
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


NOTHING = Word((), (), (), 0, 0, joined=True)


Beginning: TypeAlias = "tuple[int, tuple[int, ...], tuple[Node, ...]]"
"""A word that begins a term: its number in the chunk, the patterns that it hits alone, and where it may lead."""


class Chunk(tuple[Beginning, ...]):  # noqa: SLOT001 - a tuple has no room for slots
    """Those words of a chunk that begin a term, as Beginnings; empty, and so false, for most chunks.

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
        chunk = cls((at, word.alone, word.leads) for at, word in enumerate(words) if word.alone or word.leads)
        chunk.size, chunk.opens, chunk.closes, chunk.words = size, opens, closes, words
        return chunk


class Memo(dict[str, Chunk]):
    """Analysed chunks, at most `limit`; when it is full the older half goes.

    What is often used is soon there again, so that keeping count of use would cost more than it saves.
    """

    def __init__(self, vocabulary: Vocabulary, limit: int) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self._limit = limit
        self._ahead: Sequence[str] = ()
        self._plain: dict[tuple[int, bool, bool], Chunk] = {}
        self._one_word = [
            [Chunk.of(1, opens=opens, closes=closes) for closes in (False, True)] for opens in (False, True)
        ]

    def read(self, texts: Sequence[str]) -> list[Chunk]:
        """The chunks with these texts."""
        found: list[Chunk] = []
        for begin in range(0, len(texts), _TOGETHER):
            self._ahead = texts[begin : begin + _TOGETHER]
            found += map(self.__getitem__, self._ahead)
        return found

    def __missing__(self, text: str) -> Chunk:
        """The chunk, analysed now; and with it, once, the other new ones of the text that is being read."""
        ahead, self._ahead = self._ahead, ()
        new = [other for other in {*ahead} if other not in self and other != BREAK]
        if len(new) > 1:
            self._keep_strangers(new)
        chunk = self.get(text)
        if chunk is None:
            chunk = self._analyse(text)
            self._keep(text, chunk)
        return chunk

    def _keep(self, text: str, chunk: Chunk) -> None:
        if len(text) > _LONGEST_KEPT:
            return
        if len(self) >= self._limit:
            for old in list(islice(self, self._limit // 2 + 1)):
                del self[old]
        self[text] = chunk

    def _keep_strangers(self, texts: list[str]) -> None:
        """Keep those of the chunks that are plainly one word of no term: together this takes a third of the time."""
        cores = [text.strip(_PUNCTUATION) for text in texts]
        lowered = "\n".join(cores).lower()
        if _CLASSICAL in lowered:
            return
        strangers = self._vocabulary.strangers(set(_PLAIN.findall(lowered)))
        for text, core, word in zip(texts, cores, lowered.split("\n"), strict=True):
            if word not in strangers:
                continue
            if core == text:
                self._keep(text, self._one_word[True][True])
            else:
                before, _, after = text.partition(core)
                self._keep(text, self._one_word[quiet(before)][quiet(after)])

    def _analyse(self, text: str) -> Chunk:
        if text.isalpha():
            start, opens, closes, core = 0, True, True, text
        else:
            core = text.strip(_PUNCTUATION)
            if not core.isalpha():
                return self._analyse_words(text)
            start = text.index(core)
            opens, closes = quiet(text[:start]), quiet(text[start + len(core) :])
        if numbers := self._vocabulary.numbers(core, fold(core)):
            word = self._word(numbers, start, start + len(core), joined=True)
            return Chunk.of(1, opens=opens, closes=closes, words=(word,))
        return self._one_word[opens][closes]

    def _analyse_words(self, text: str) -> Chunk:
        """Any number of words, with anything between them."""
        found = list(words(text))
        if not found:
            return self._without_terms(0, opens=quiet(text), closes=quiet(text))
        opens, closes = quiet(text[: found[0][1]]), quiet(text[found[-1][2] :])
        numbers: dict[str, tuple[int, ...]] = {}
        for raw, _, _ in found:
            if raw not in numbers:
                numbers[raw] = self._vocabulary.numbers(raw, fold(raw))
        if not any(numbers.values()):
            return self._without_terms(len(found), opens=opens, closes=closes)
        kept = (
            self._word(numbers[raw], start, start + len(raw), joined=joins) if numbers[raw] else NOTHING
            for (raw, start, _), joins in zip(found, joined(text, found), strict=True)
        )
        return Chunk.of(len(found), opens=opens, closes=closes, words=tuple(kept))

    def _word(self, numbers: tuple[int, ...], start: int, end: int, *, joined: bool) -> Word:
        alone, leads = self._vocabulary.begun(numbers)
        return Word(numbers, alone, leads, start, end, joined)

    def _without_terms(self, size: int, *, opens: bool, closes: bool) -> Chunk:
        """One shared chunk for all that differ in nothing else."""
        if size > _SHARED:
            return Chunk.of(size, opens=opens, closes=closes)
        key = (size, opens, closes)
        if key not in self._plain:
            self._plain[key] = Chunk.of(size, opens=opens, closes=closes)
        return self._plain[key]
