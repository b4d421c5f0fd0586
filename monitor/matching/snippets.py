"""The sentence that shows why a rule holds."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

from monitor.matching.sentences import sentence_starts
from monitor.models import Article, FieldName, Match, Snippet, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LONGEST = 300
ELLIPSIS = "…"
_AROUND = 1_000  # characters before and after a hit in which its sentence is looked for


class _Passage(NamedTuple):
    """A stretch of a field, and the hits in it in order."""

    field: FieldName
    start: int
    end: int
    spans: tuple[Span, ...]

    @property
    def worth(self) -> tuple[int, int]:
        """Different lists and terms count for more than many hits of one."""
        return len({span.list or span.term for span in self.spans}), len(self.spans)


def snippet(article: Article, match: Match) -> Snippet:
    """The sentence with most of the match's hits, the first of equals; at most 300 characters and two ellipses.

    A longer sentence is cut at blanks to the part with most hits, an ellipsis standing for what is left out.
    """
    sentence = max(_sentences(article, match.spans), key=lambda passage: passage.worth, default=None)
    if sentence is None:
        return Snippet(text="")
    text = getattr(article, sentence.field)
    passage = _window(text, sentence)
    before = ELLIPSIS if passage.start > sentence.start else ""
    after = ELLIPSIS if passage.end < sentence.end else ""
    shown = text[passage.start : passage.end].replace("\n", " ")
    shift = len(before) - passage.start
    inside = ((span.start + shift, min(span.end, passage.end) + shift) for span in passage.spans)
    return Snippet(text=f"{before}{shown}{after}", marks=tuple(_merged(inside)))


def _sentences(article: Article, spans: Iterable[Span]) -> Iterator[_Passage]:
    """The sentences that hold hits, each with its hits, in reading order."""
    by_sentence: dict[tuple[FieldName, int, int], list[Span]] = {}
    bounds: tuple[FieldName, int, int] = ("title", 0, 0)
    for span in spans:
        if not (bounds[0] == span.field and bounds[1] <= span.start and span.end <= bounds[2]):
            bounds = (span.field, *_bounds(getattr(article, span.field), span))
        by_sentence.setdefault(bounds, []).append(span)
    for (field, start, end), inside in by_sentence.items():
        yield _Passage(field, start, end, tuple(inside))


def _bounds(text: str, span: Span) -> tuple[int, int]:
    """Where the sentence of a hit begins and ends. A hit across a line end has both its lines."""
    low, high = max(0, span.start - _AROUND), min(len(text), span.end + _AROUND)
    starts = [low + start for start in sentence_starts(text[low:high])]
    ends = [*starts[1:], high]
    start = starts[bisect_right(starts, span.start) - 1]
    return _stripped(text, start, ends[bisect_left(ends, span.end)])


def _window(text: str, sentence: _Passage) -> _Passage:
    """The part of a sentence, at most LONGEST characters, that holds most of its hits."""
    if sentence.end - sentence.start <= LONGEST:
        return sentence
    groups = (_fitting(sentence, at) for at in range(len(sentence.spans)))
    spans = max(groups, key=lambda group: sentence._replace(spans=group).worth)
    room = LONGEST - (spans[-1].end - spans[0].start)
    start = max(sentence.start, min(spans[0].start - room // 2, sentence.end - LONGEST))
    end = min(sentence.end, start + LONGEST)
    return _Passage(sentence.field, *_at_blanks(text, start, end, sentence, spans), spans)


def _fitting(sentence: _Passage, at: int) -> tuple[Span, ...]:
    """The hit of that index and those after it that fit beside it; the first in any case."""
    limit = sentence.spans[at].start + LONGEST
    return (sentence.spans[at], *(span for span in sentence.spans[at + 1 :] if span.end <= limit))


def _at_blanks(text: str, start: int, end: int, sentence: _Passage, spans: Sequence[Span]) -> tuple[int, int]:
    """The nearest blanks inside start and end that leave the hits whole; without blanks, the place itself."""
    if start > sentence.start:
        start = text.find(" ", start, spans[0].start) + 1 or start
    if end < sentence.end:
        blank = text.rfind(" ", max(span.end for span in spans), end + 1)
        end = blank if blank > 0 else end
    return _stripped(text, start, end)


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _merged(marks: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The marks in order, those that overlap as one."""
    start, end = 0, 0
    for next_start, next_end in sorted(marks):
        if next_start >= end:
            if end > start:
                yield start, end
            start = next_start
        end = max(end, next_end)
    if end > start:
        yield start, end
