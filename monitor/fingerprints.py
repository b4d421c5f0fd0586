"""Whether two texts tell one story: a small fingerprint of each, and the comparison of two.

A fingerprint is the SKETCH_SIZE smallest hashes of the text's three-word shingles, and its figures. Two articles tell
one story when much of the shorter one stands in the other; a shared paragraph of background is not enough. Nor are
they one when their figures disagree: the daily exchange rates are the same sentence with other numbers, and another
story every day. docs/performance.md has the figures.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from monitor.models import Article, Model

if TYPE_CHECKING:
    from collections.abc import Sequence

SKETCH_SIZE = 48
# At least so many hashes in common, and this share of the shorter text. Measured between a light edit (0.5) and a
# common paragraph of background (0.27 at 40 of 150 words).
SHARED = 6
CONTAINED = 0.4
_SHINGLE = 3
_WORD = re.compile(r"\w+")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
# Below this many figures on either side a difference means little: a date, an age.
_FIGURES_NEEDED = 3
_FIGURES_ALIKE = 0.5


class Fingerprint(Model):
    """What is kept of a text to find its retellings: at most 0.5 KB."""

    hashes: tuple[str, ...]
    figures: tuple[str, ...] = ()


def fingerprint(article: Article) -> Fingerprint:
    """The fingerprint of title, lead and text together."""
    whole = f"{article.title}\n{article.lead}\n{article.text}".lower()
    words = _WORD.findall(whole)
    shingles = {" ".join(words[at : at + _SHINGLE]) for at in range(max(1, len(words) - _SHINGLE + 1))}
    hashes = sorted(hashlib.blake2b(shingle.encode(), digest_size=6).hexdigest() for shingle in shingles)
    return Fingerprint(hashes=tuple(hashes[:SKETCH_SIZE]), figures=tuple(sorted(set(_FIGURE.findall(whole)))))


def same_story(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether two texts tell one story."""
    if one == other:
        return True
    return _contained(one, other) >= CONTAINED and not _figures_disagree(one.figures, other.figures)


def _contained(one: Fingerprint, other: Fingerprint) -> float:
    """An estimate of the share of the shorter text that stands in the other; 0 when too few hashes tell.

    A sketch has the smallest hashes, so two sketches can be compared up to where the first of them ends.
    """
    if not one.hashes or not other.hashes:
        return 0.0
    whole = [mark for mark in (one, other) if len(mark.hashes) == SKETCH_SIZE]
    end = min((mark.hashes[-1] for mark in whole), default=max(one.hashes[-1], other.hashes[-1]))
    first = {value for value in one.hashes if value <= end}
    second = {value for value in other.hashes if value <= end}
    shared = len(first & second)
    return shared / min(len(first), len(second)) if shared >= SHARED else 0.0


def _figures_disagree(one: Sequence[str], other: Sequence[str]) -> bool:
    fewer = min(len(one), len(other))
    return fewer >= _FIGURES_NEEDED and len(set(one) & set(other)) < _FIGURES_ALIKE * fewer
