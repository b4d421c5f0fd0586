"""What was changed between two readings of one article: decisions over texts, without a store.

What a reader would not call a change is none: white space, punctuation, capitals, and counters, which are lines of a
few words whose figures alone differ.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from monitor.models import Change, Model

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.models import Article

# What is kept of a text: 40 pages of a newspaper column are more than anybody corrects.
MOST = 20_000
_CHANGES = 5
_SHOWN = 300
_CONTEXT = 8  # words around a difference
_COUNTER = 5  # words
_WORD = re.compile(r"\w+(?:[.,]\d+)*")
_PIECE = re.compile(r"\S+\s*")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
# A sentence ends where a mark is followed by a space and something that can begin one.
_END = re.compile(r"(?<=[.!?…])[»”\"')\]]*\s+(?=[\"'«“„(\[—–-]*[\dA-ZА-ЯЁІЇЄЎҐ])")


class Reading(Model):
    """An article as it was last read, as far as a later reading is compared with it."""

    source: str
    title: str
    text: str
    partial: bool = False


def reading_of(article: Article) -> Reading:
    """What is kept of an article."""
    # Where only the feed's own words are known, its summary is the text.
    text = f"{article.lead}\n{article.text}" if article.partial else article.text
    return Reading(source=article.source, title=article.title[:MOST], text=text[:MOST], partial=article.partial)


def compare(before: Reading, after: Reading) -> tuple[Change, ...]:
    """What was changed, in the order of the article, at most five.

    Nothing where one alone was read whole. Another source that links to the page has its own title for it, and its feed
    has its own words: there the text of the page alone is compared.
    """
    elsewhere = before.source != after.source
    if before.partial != after.partial or (elsewhere and after.partial):
        return ()
    found = [*(() if elsewhere else _title(before.title, after.title)), *_text(before.text, after.text)]
    return tuple(found[:_CHANGES])


def is_gone(after: Reading) -> bool:
    """Whether nothing of the text is left."""
    return not after.partial and not _WORD.search(after.text)


def kept(after: Reading, before: Reading | None) -> Reading | None:
    """What is to be kept instead of an earlier reading, if anything; source and title are those of the first."""
    if before is None or (before.source == after.source and (before.partial or not after.partial)):
        return after
    if after.partial:
        return None
    return after.model_copy(update={"source": before.source, "title": before.title})


def _title(before: str, after: str) -> Iterator[Change]:
    if _words(before) != _words(after):
        yield Change(field="title", before=_cut(before), after=_cut(after))


def _text(before: str, after: str) -> Iterator[Change]:
    old, new = _sentences(before), _sentences(after)
    keys = [_words(sentence) for sentence in old], [_words(sentence) for sentence in new]
    for kind, start, end, new_start, new_end in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        if kind != "equal" and not _is_counter(keys[0][start:end], keys[1][new_start:new_end]):
            yield _change(" ".join(old[start:end]), " ".join(new[new_start:new_end]))


def _sentences(text: str) -> list[str]:
    """The sentences that have words, white space made single."""
    found = [" ".join(part.split()) for line in text.splitlines() for part in _END.split(line)]
    return [sentence for sentence in found if _WORD.search(sentence)]


def _words(sentence: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(sentence.casefold().replace("ё", "е")))


def _is_counter(old: Sequence[tuple[str, ...]], new: Sequence[tuple[str, ...]]) -> bool:
    """Whether these are short lines whose figures alone differ: readers, comments, the time of the last change."""
    if len(old) != len(new):
        return False
    return all(
        max(len(one), len(other)) <= _COUNTER and _without_figures(one) == _without_figures(other)
        for one, other in zip(old, new, strict=True)
    )


def _without_figures(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if not _FIGURE.fullmatch(word))


def _change(before: str, after: str) -> Change:
    """The two texts, cut to what differs and a few words around it."""
    if not before or not after:
        return Change(field="text", before=_cut(before), after=_cut(after))
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    first = next(
        (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))
    )
    rest = min(len(old), len(new)) - first
    pairs = zip(reversed(old), reversed(new), strict=False)
    last = next((at for at, (one, other) in enumerate(pairs) if one != other), rest)
    return Change(field="text", before=_around(old, first, min(last, rest)), after=_around(new, first, min(last, rest)))


def _around(pieces: list[str], first: int, last: int) -> str:
    """The pieces without the first and last ones that both texts share, but for a few."""
    start, end = max(0, first - _CONTEXT), len(pieces) - max(0, last - _CONTEXT)
    text = "".join(pieces[start:end]).strip()
    return _cut(("… " if start else "") + text + (" …" if end < len(pieces) else ""))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1].rstrip() + "…"
