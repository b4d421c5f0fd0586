"""Whether an article tells a story that is known: a small fingerprint of each, and the comparison of two.

Three things are kept of a text, each as the smallest hashes of a set (a bottom-k sketch, Cohen and Kaplan 2007), so
that the share of one set in another can be estimated: its words without their endings, its three-word phrases, and the
words of its headline. Copying shows in the phrases. Rewording breaks phrases and keeps words, all over the text; a
paragraph of background that two stories share, or the formula that they are written to, keeps both together. So what
tells rewording is the share of words in common beyond the share that stands in common phrases.

A missed retelling costs the reader a second alert, a false one a story, so in doubt two texts are two
stories; and figures that disagree part what is otherwise alike: the daily exchange rates are the same sentence with
other numbers. docs/performance.md has the curves.

Grouping across languages would add a sketch of what does not change with the language (figures, names in one script)
to `Fingerprint`, and a way of telling one story to `same_story`; nothing else knows how likeness is found.
"""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeAlias

from pydantic import BeforeValidator, ConfigDict, PlainSerializer

from monitor.matching.fold import fold
from monitor.matching.words import words
from monitor.models import Article, Model

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Hashes kept of each set, of three bytes, which are four characters of base64: 0.5 KB.
WORDS, PHRASES, HEADLINE, FIGURES = 64, 40, 8, 8
_BYTES = 3
_PACKED = re.compile("[A-Za-z0-9_-]{4}")
_AFTER_ALL = "~"
# A story is found by so many of its words: at half of them in common, one retelling in 65,000 shares none.
INDEXED = 16

# Shorter words are mostly of grammar; most endings come after six letters, in all four languages.
_SHORTEST, _STEM = 5, 6
_PHRASE = 3
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")

# A text of fewer phrases is a dateline or a byline: it must be the same almost to the word, and so must the headlines
# be almost, of at least so many words.
_TEXT = 16
_THIN_ALIKE, _THIN_HEADLINES, _THIN_HEADLINE_WORDS = 0.95, 0.7, 4
# Fewer phrases in common say nothing.
_PHRASES_NEEDED = 6
# Of the article's phrases: it says nothing new.
_REPEATED = 0.85
# Of the phrases of the longer text: one text, more or less; and surely one, whatever its headline.
_ALIKE, _SURELY_ALIKE = 0.7, 0.9
# Of the headline of the longer text: the shorter is about that.
_ON_HEADLINE = 0.3

# Of the shorter headline, and how many words: the headlines say the same.
_HEADLINES_AGREE, _HEADLINE_WORDS = 0.6, 2
# Of the shorter text's phrases, and how many: what has the same headline is the same story.
_EXCERPT, _EXCERPT_PHRASES = 0.33, 8
# Of the longer text's words, beyond those in common phrases, and how many: the text was reworded. More where the
# headlines have nothing in common.
_REWORDED, _REWORDED_AFRESH = 0.37, 0.44
_REWORDED_WORDS = 24
# The same of the shorter text, under a headline that agrees: it was shortened and reworded.
_SHORTENED, _SHORTENED_WORDS = 0.5, 12

# Fewer figures in common disagree. Below so many on either side a difference means little (a date, an age), unless
# the text has not many words beside them.
_FIGURES_ALIKE = 0.6
_FIGURES_NEEDED = 3
_WORDS_A_FIGURE = 20


def _unpacked(value: object) -> object:
    return tuple(_PACKED.findall(value)) if isinstance(value, str) else value


Sketch: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(_unpacked), PlainSerializer("".join, when_used="json")]
"""The smallest hashes of a set, in rising order; all of them when there are fewer than its limit."""


class Fingerprint(Model):
    """What is kept of a text to find its retellings: at most 0.5 KB as JSON.

    The fingerprint of another version of the program reads as one that is like no other.
    """

    model_config = ConfigDict(extra="ignore")

    words: Sketch = ()
    phrases: Sketch = ()
    headline: Sketch = ()
    figures: Sketch = ()

    @property
    def indexed(self) -> Sketch:
        """The hashes that a story with this fingerprint is found by."""
        return self.words[:INDEXED]

    @property
    def sought(self) -> Sketch:
        """The hashes that an article with this fingerprint is sought by: of a story that is like it, one is indexed."""
        return self.words


def fingerprint(article: Article) -> Fingerprint:
    """The fingerprint of an article; the headline is kept apart from lead and text.

    Without a text the whole headline is the one phrase, so only the very same headline is like it.
    """
    body = f"{article.lead}\n{article.text}"
    folded = [fold(raw) for raw, _, _ in words(body)]
    phrases = {" ".join(folded[at : at + _PHRASE]) for at in range(len(folded) - _PHRASE + 1)}
    headline = [fold(raw) for raw, _, _ in words(article.title)]
    if not phrases:
        folded, phrases = headline, {" ".join(headline)}
    return Fingerprint(
        words=_smallest(set(_stems(folded)), WORDS),
        phrases=_smallest(phrases, PHRASES),
        headline=_smallest(set(_stems(headline)), HEADLINE),
        figures=_smallest(set(_FIGURE.findall(f"{article.title}\n{body}")), FIGURES),
    )


def same_story(article: Fingerprint, story: Fingerprint) -> bool:
    """Whether the article tells the story of which the other fingerprint is one telling.

    The two are not quite exchangeable: an article that says nothing new joins, a story that is not half told does not.
    """
    if _figures_disagree(article, story):
        return False
    if min(len(article.phrases), len(story.phrases)) < _TEXT:
        return _same_words(article, story)
    return _copied(article, story) or _excerpted(article, story) or _reworded(article, story)


def retells(article: Fingerprint, story: Fingerprint) -> bool:
    """Whether two texts, not datelines, tell one story whichever of them came first."""
    if min(len(article.phrases), len(story.phrases)) < _TEXT:
        return False
    return same_story(article, story) and same_story(story, article)


def repeats(article: Fingerprint, story: Fingerprint) -> bool:
    """Whether the two are one text, phrase for phrase."""
    return _compare(article.phrases, story.phrases, PHRASES).of_longer >= _SURELY_ALIKE


def closeness(article: Fingerprint, story: Fingerprint) -> tuple[bool, int]:
    """How near two texts of one story are: the greatest is the story to join."""
    shared = (
        _compare(article.words, story.words, WORDS).shared + _compare(article.phrases, story.phrases, PHRASES).shared
    )
    return _headlines_agree(article, story), shared


class _Common(NamedTuple):
    """What two sets have in common, as far as their sketches tell: how many, of how many of each."""

    shared: int
    first: int
    second: int

    @property
    def of_first(self) -> float:
        return self.shared / max(1, self.first)

    @property
    def of_shorter(self) -> float:
        return self.shared / max(1, min(self.first, self.second))

    @property
    def of_longer(self) -> float:
        return self.shared / max(1, self.first, self.second)


def _compare(first: Sketch, second: Sketch, limit: int) -> _Common:
    """A full sketch tells nothing of hashes above its last, so only those below are compared."""
    end = min((sketch[-1] for sketch in (first, second) if len(sketch) == limit), default=_AFTER_ALL)
    one, other = ({value for value in sketch if value <= end} for sketch in (first, second))
    return _Common(len(one & other), len(one), len(other))


def _same_words(article: Fingerprint, story: Fingerprint) -> bool:
    """Next to no text: what there is must be the same."""
    phrases = _compare(article.phrases, story.phrases, PHRASES)
    headlines = _compare(article.headline, story.headline, HEADLINE)
    return (
        phrases.of_longer >= _THIN_ALIKE
        and headlines.shared >= _THIN_HEADLINE_WORDS
        and headlines.of_longer >= _THIN_HEADLINES
    )


def _copied(article: Fingerprint, story: Fingerprint) -> bool:
    """A reprint, whole or cut, or one more text of the same length.

    A text may stand whole inside one about something else, a digest or an answer to it: then its own headline does not
    say what the longer one is headed by.
    """
    phrases = _compare(article.phrases, story.phrases, PHRASES)
    if phrases.shared < _PHRASES_NEEDED:
        return False
    if phrases.of_longer >= _SURELY_ALIKE:
        return True
    if phrases.of_longer < _ALIKE and phrases.of_first < _REPEATED:
        return False
    longer, shorter = (article, story) if phrases.first > phrases.second else (story, article)
    return _on_headline(shorter, longer)


def _on_headline(shorter: Fingerprint, longer: Fingerprint) -> bool:
    if not longer.headline or _compare(shorter.headline, longer.headline, HEADLINE).of_shorter >= _ON_HEADLINE:
        return True
    end = shorter.words[-1] if len(shorter.words) == WORDS else _AFTER_ALL
    told = {value for value in longer.headline if value <= end}
    return len(told & set(shorter.words)) >= max(1, _ON_HEADLINE * len(told))


def _excerpted(article: Fingerprint, story: Fingerprint) -> bool:
    """The same headline, and a good part of the text."""
    phrases = _compare(article.phrases, story.phrases, PHRASES)
    return phrases.shared >= _EXCERPT_PHRASES and phrases.of_shorter >= _EXCERPT and _headlines_agree(article, story)


def _reworded(article: Fingerprint, story: Fingerprint) -> bool:
    """The same words in other phrases; of a shorter text too, when the headlines agree."""
    stems, phrases = _compare(article.words, story.words, WORDS), _compare(article.phrases, story.phrases, PHRASES)
    if not phrases.shared:
        return False
    headlines = _compare(article.headline, story.headline, HEADLINE)
    needed = _REWORDED if headlines.of_shorter >= _ON_HEADLINE else _REWORDED_AFRESH
    if stems.shared >= _REWORDED_WORDS and _beyond(stems.of_longer, phrases.of_longer) >= needed:
        return True
    return (
        stems.shared >= _SHORTENED_WORDS
        and _headlines_agree(article, story)
        and _beyond(stems.of_shorter, phrases.of_shorter) >= _SHORTENED
    )


def _beyond(stems: float, phrases: float) -> float:
    """The share of words in common among those that do not stand in common phrases."""
    return (stems - phrases) / (1 - phrases) if phrases < 1 else 0.0


def _headlines_agree(article: Fingerprint, story: Fingerprint) -> bool:
    headlines = _compare(article.headline, story.headline, HEADLINE)
    return headlines.shared >= _HEADLINE_WORDS and headlines.of_shorter >= _HEADLINES_AGREE


def _figures_disagree(article: Fingerprint, story: Fingerprint) -> bool:
    figures = _compare(article.figures, story.figures, FIGURES)
    fewer = min(figures.first, figures.second)
    stems = min(len(article.words), len(story.words))
    many = fewer >= _FIGURES_NEEDED or 0 < stems <= fewer * _WORDS_A_FIGURE
    return many and figures.shared < _FIGURES_ALIKE * fewer


def _stems(folded: Iterable[str]) -> Iterator[str]:
    return (word[:_STEM] for word in folded if len(word) >= _SHORTEST and not word[0].isdigit())


def _smallest(members: set[str], limit: int) -> Sketch:
    return tuple(sorted(map(_hash, members))[:limit])


@lru_cache(maxsize=1 << 14)
def _hash(member: str) -> str:
    return urlsafe_b64encode(hashlib.blake2b(member.encode(errors="replace"), digest_size=_BYTES).digest()).decode()
