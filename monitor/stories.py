"""Stories: what an alerted story is, which one an article belongs to, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from monitor.fingerprints import Fingerprint, closeness, same_story
from monitor.models import Alert, AlertRule, AlertSource, Article, Match, Model, Severity, Snippet, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

_REPORTS = 100


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


def find_story(mark: Fingerprint, candidates: Iterable[Story]) -> Story | None:
    """The candidate that is nearest to the fingerprint, if any tells the same story."""
    alike = [story for story in candidates if same_story(mark, story.fingerprint)]
    return max(alike, key=lambda story: closeness(mark, story.fingerprint), default=None)


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
