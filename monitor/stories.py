"""Which articles tell one story: decisions over fingerprints, without a store.

A fingerprint is the SKETCH_SIZE smallest hashes of the text's three-word shingles, and its figures. Two articles tell
one story when much of the shorter one stands in the other; a shared paragraph of background is not enough. Nor are
they one when their figures disagree: the daily exchange rates are the same sentence with other numbers, and another
story every day. docs/performance.md has the figures.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from pydantic import Field

from monitor.models import Alert, AlertRule, AlertSource, Article, Match, Model, Severity, Snippet, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

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
_REPORTS = 100


class Fingerprint(Model):
    """What is kept of a text to find its retellings: at most 0.5 KB."""

    hashes: tuple[str, ...]
    figures: tuple[str, ...] = ()


class Report(Model):
    """One article that tells the story."""

    article: str
    source: str
    url: str | None
    at: str


class Story(Model):
    """A story that was alerted, and who reported it since."""

    id: str
    alert: str
    severity: Severity
    rules: tuple[str, ...]
    fingerprint: Fingerprint
    reports: tuple[Report, ...] = Field(min_length=1)


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


def find_story(mark: Fingerprint, candidates: Iterable[Story]) -> Story | None:
    """The candidate that shares most with the fingerprint, if any tells the same story."""
    alike = [story for story in candidates if same_story(mark, story.fingerprint)]
    return max(alike, key=lambda story: len(set(mark.hashes) & set(story.fingerprint.hashes)), default=None)


def join_story(story: Story, article: Article, now: datetime) -> Story:
    """The story with one more report; of very many the first and the latest are kept."""
    reports = (*story.reports, _report(article, now))
    return story.model_copy(update={"reports": (*reports[:1], *reports[1:][-_REPORTS:])})


def raise_story(story: Story, alert: Alert, article: Article) -> Story:
    """The story after an alert of a higher severity."""
    joined = join_story(story, article, alert.detected)
    rules = tuple(dict.fromkeys((*(rule.id for rule in alert.rules), *story.rules)))
    return joined.model_copy(update={"severity": alert.severity, "rules": rules, "alert": alert.id})


def open_story(alert: Alert, article: Article, mark: Fingerprint) -> Story:
    """The story that a new alert begins."""
    return Story(
        id=alert.story,
        alert=alert.id,
        severity=alert.severity,
        rules=tuple(rule.id for rule in alert.rules),
        fingerprint=mark,
        reports=(_report(article, alert.detected),),
    )


def make_alert(
    article: Article, matches: Sequence[Match], source: Source, snippet: Snippet, *, now: datetime, backlog: bool
) -> Alert:
    """The alert of an article; `matches` has the highest severity first. Ids depend on the article alone."""
    rules = [AlertRule(id=match.rule, name=match.name, severity=match.severity, tags=match.tags) for match in matches]
    spans = {(span.field, span.start, span.end, span.term): span for match in matches for span in match.spans}
    order = ("title", "lead", "text")
    return Alert(
        id=f"a-{article.id}",
        story=f"s-{article.id}",
        severity=rules[0].severity,
        rules=tuple(rules),
        title=article.title,
        url=article.url,
        source=AlertSource(id=source.id, name=source.label, tags=source.tags),
        published=article.published,
        detected=now,
        language=article.language,
        snippet=snippet,
        matches=tuple(sorted(spans.values(), key=lambda span: (order.index(span.field), span.start, span.end))),
        partial=article.partial,
        backlog=backlog,
    )


def _report(article: Article, now: datetime) -> Report:
    return Report(article=article.id, source=article.source, url=article.url, at=now.isoformat())
