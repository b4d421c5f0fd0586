"""Where the patterns of a vocabulary hit in a text.

Of the plain words of a text those that begin a term are found together, as what two sets have in common; where they
stand is worked out when somebody asks. An odd word is folded and looked up if its skeleton is that of a term's word.
"""

from __future__ import annotations

from itertools import chain, compress, islice
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from monitor.matching.coded import Coded, coded_lines, decoded, encoded_words
from monitor.matching.fold import fold
from monitor.matching.skeleton import skeletons
from monitor.matching.words import joins, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from monitor.matching.vocabulary import Node, Vocabulary

MAX_WORDS = 100_000  # that begin a term, of one field: no article has as many, and a megabyte must end

_REMEMBERED = 50_000  # words, or stretches of odd words
_LONGEST_REMEMBERED = 100  # characters; longer ones do not come again
_HEAD = 4  # letters of a prefix that are looked for first, since the words of a text are gone through for each length
_START = itemgetter(1)

Value = TypeVar("Value")


class Word(NamedTuple):
    """What a word begins: the patterns it is all of, and the nodes where longer ones go on.

    `cased` says that all of it depends on the word's capitals.
    """

    alone: tuple[int, ...]
    leads: tuple[Node, ...]
    cased: bool = False


Having: TypeAlias = "Callable[[Iterable[int]], set[int]]"
FoundWord: TypeAlias = tuple[Word, int, int, int]
"""A word in a text: where it begins, where it ends without a possessive 's, and where with it. Ends are exclusive."""

Hits: TypeAlias = tuple[tuple[int, ...], int, int]
"""Patterns that hit the same words of a text, and the offsets of these: of the first character, and after the last."""


class Finder:
    """Finds the patterns of a vocabulary, which it makes complete. `having` tells the operands that have a pattern."""

    def __init__(self, vocabulary: Vocabulary, having: Having = set) -> None:
        self._vocabulary = vocabulary
        self.having = having
        forms, prefixes = vocabulary.complete()
        self._plain_forms = encoded_words(forms)
        self._plain_heads = _Heads(encoded_words(prefixes))
        parts = (line.split() for line in coded_lines(skeletons(forms)))
        self._odd_forms = {max(several, key=len, default=b"") for several in parts}.difference(self._plain_forms)
        self._odd_heads = _Heads(line.split()[0] for line in coded_lines(skeletons(prefixes)) if line)
        self._plain = _PlainWords(vocabulary)
        self._operands = _OperandsOfWords(self._plain, having)
        self._odd: dict[str, Sequence[FoundWord]] = {}
        self._numbered: dict[str, tuple[int, ...]] = {}

    def plain_words(self, coded: Coded) -> set[bytes]:
        """Those plain words of a text that begin a term."""
        found = self._plain_forms.intersection(coded.words)
        if self._plain_heads:
            found |= self._plain_heads.of(coded.words)
        return found

    def operands(self, plain: set[bytes], odd: Sequence[FoundWord]) -> set[int] | None:
        """The operands that these words hit; None where that depends on other words, or on capitals."""
        known = list(map(self._operands.__getitem__, plain))
        if None in known or any(word.leads for word, *_ in odd):
            return None
        hit = set(chain.from_iterable(filter(None, known)))
        return hit.union(*(self.having(word.alone) for word, *_ in odd))

    def odd_words(self, text: str, coded: Coded) -> list[FoundWord]:
        """Those odd words of a text that begin a term, in order."""
        if not coded.odd:
            return []
        stretches = [text[begin:end] for begin, end in coded.odd]
        known = {stretch: self._odd[stretch] for stretch in self._odd.keys() & set(stretches)}
        known |= self._look_up(list({*stretches}.difference(known)))
        found = (
            (word, begin + start, begin + end, begin + whole_end)
            for (begin, _), stretch in zip(coded.odd, stretches, strict=True)
            for word, start, end, whole_end in known[stretch]
        )
        return list(islice(found, MAX_WORDS))

    def hits(self, text: str, coded: Coded, plain: set[bytes], odd: Sequence[FoundWord]) -> list[Hits]:
        """All hits, in order of where they begin, given the words that begin a term."""
        found: list[Hits] = []
        for word, start, end, whole_end in chain(odd, islice(self._located(coded, plain), MAX_WORDS)):
            if word.cased:
                word = self._word(text[start:end])  # noqa: PLW2901 - the same one, now with its capitals
            if word.alone:
                found.append((word.alone, start, end))
            if word.leads:
                found += self._phrases(word.leads, text, start, whole_end)
        if odd:
            found.sort(key=_START)
        return found

    def _word(self, raw: str) -> Word:
        alone, leads = self._vocabulary.begun(self._numbers(raw))
        return Word(alone, leads)

    def _look_up(self, stretches: list[str]) -> dict[str, Sequence[FoundWord]]:
        """The words of each stretch that begin a term, with offsets from its start."""
        looked_up: dict[str, Sequence[FoundWord]] = dict.fromkeys(stretches, ())
        lines = coded_lines(skeletons(stretches))
        parts = b" ".join(lines).split()
        likely = {word for forms in (self._plain_forms, self._odd_forms) for word in forms.intersection(parts)}
        likely |= self._odd_heads.of(parts)
        if likely:
            for stretch, line in zip(stretches, lines, strict=True):
                if not likely.isdisjoint(line.split()):
                    looked_up[stretch] = list(self._words_of(stretch))
        if len(self._odd) + len(looked_up) > _REMEMBERED:
            self._odd.clear()
        short = {stretch: found for stretch, found in looked_up.items() if len(stretch) <= _LONGEST_REMEMBERED}
        self._odd.update(islice(short.items(), _REMEMBERED))
        return looked_up

    def _words_of(self, stretch: str) -> Iterator[FoundWord]:
        for raw, start, whole_end in words(stretch):
            word = self._word(raw)
            if word.alone or word.leads:
                yield word, start, start + len(raw), whole_end

    def _located(self, coded: Coded, plain: set[bytes]) -> Iterator[FoundWord]:
        """Where these words of a text stand, in order."""
        starts = coded.starts
        for index, word in compress(enumerate(coded.words), map(plain.__contains__, coded.words)):
            start = starts[index] + index
            end = start + len(word)
            yield self._plain[word], start, end, end

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
        known = self._numbered.get(raw)
        if known is None:
            known = self._vocabulary.numbers(raw, fold(raw))
            if len(raw) <= _LONGEST_REMEMBERED:
                if len(self._numbered) >= _REMEMBERED:
                    self._numbered.clear()
                self._numbered[raw] = known
        return known


class _PlainWords(dict[bytes, Word]):
    """What plain words begin; each is looked up once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._vocabulary = vocabulary

    def __missing__(self, coded: bytes) -> Word:
        """The word, looked up now."""
        tests = self._vocabulary.tests(decoded(coded))
        word = Word(*self._vocabulary.begun(tests), self._vocabulary.depend_on_capitals(tests))
        _remember(self, coded, word)
        return word


class _OperandsOfWords(dict[bytes, "tuple[int, ...] | None"]):
    """The operands that plain words hit; None where that depends on other words, or on capitals."""

    def __init__(self, plain: _PlainWords, having: Having) -> None:
        super().__init__()
        self._plain = plain
        self._having = having
        self._shared: dict[tuple[int, ...], tuple[int, ...]] = {}  # few, and so at hand in the processor's cache

    def __missing__(self, coded: bytes) -> tuple[int, ...] | None:
        """The operands, looked up now."""
        word = self._plain[coded]
        operands = None
        if not (word.leads or word.cased):
            having = tuple(self._having(word.alone))
            operands = self._shared.setdefault(having, having)
        _remember(self, coded, operands)
        return operands


class _Heads:
    """The first letters of prefixes, by how many they are."""

    def __init__(self, prefixes: Iterable[bytes]) -> None:
        self._by_length: dict[int, set[bytes]] = {}
        for prefix in prefixes:
            head = prefix[:_HEAD]
            self._by_length.setdefault(len(head), set()).add(head)

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._by_length)

    def of(self, found: Sequence[bytes]) -> set[bytes]:
        """The words that begin with one of them."""
        begun: set[bytes] = set()
        for length, heads in self._by_length.items():
            begun.update(compress(found, map(heads.__contains__, map(itemgetter(slice(length)), found))))
        return begun


def _remember(memory: dict[bytes, Value], key: bytes, value: Value) -> None:
    if len(key) <= _LONGEST_REMEMBERED:
        if len(memory) >= _REMEMBERED:
            memory.clear()
        memory[key] = value
