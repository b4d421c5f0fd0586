"""Stories: what an alerted story is, which one an article belongs to, and what becomes of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import Field

from monitor.models import Alert, AlertRule, AlertSource, Article, Match, Model, Severity, Snippet, Source
from monitor.stories.fingerprints import Fingerprint, closeness, repeats, retells, same_story

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_REPORTS = 100
_OUTLETS = 500
# Tellings that articles are compared with: half a kilobyte each.
TELLINGS = 3


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
    headline: str = Field(description="the title of its alert")
    rules: tuple[AlertRule, ...] = Field(description="all that ever held for it")
    fingerprint: Fingerprint = Field(description="of its first article, as it was read whole")
    tellings: tuple[Fingerprint, ...] = Field((), description="of a few others, in words of their own")
    reports: tuple[Report, ...] = Field(min_length=1, description="the first and the latest")
    told: int = Field(1, description="how many articles tell it")
    outlets: tuple[AlertSource, ...] = Field((), description="the sources of all of them, in order, each once")
    gathered: datetime | None = Field(None, description="when a first check found its alert, which goes in a digest")

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """Of all the tellings that are kept, the first one first."""
        return (self.fingerprint, *self.tellings)

    @property
    def indexed(self) -> tuple[str, ...]:
        """The hashes that the story is found by, each once."""
        return tuple(dict.fromkeys(value for mark in self.fingerprints for value in mark.indexed))


def find_story(mark: Fingerprint, candidates: Iterable[Story]) -> Story | None:
    """The candidate with the telling that is nearest to the fingerprint, if any tells the same story."""
    tellings = [(story, known) for story in candidates for known in story.fingerprints]
    alike = [(closeness(mark, known), story) for story, known in tellings if same_story(mark, known)]
    return max(alike, key=lambda found: found[0])[1] if alike else None


def with_telling(story: Story, mark: Fingerprint) -> Story:
    """The story with one more telling to compare with, if it is in other words and there is room.

    Each must tell the story of the first one, whichever came first of the two: compared with the last one alone, a
    story could drift into another.
    """
    kept = story.fingerprints
    if len(kept) >= TELLINGS or not retells(mark, kept[0]) or any(repeats(mark, known) for known in kept):
        return story
    return story.model_copy(update={"tellings": (*story.tellings, mark)})


def read_whole(story: Story, article: Article, mark: Fingerprint) -> Story:
    """The story after an article of it was read whole, of which only the feed's own words were known before."""
    if story.reports[0].article != article.id:
        return with_telling(story, mark)
    kept = (story.fingerprint, *story.tellings)[: TELLINGS - 1]
    return story.model_copy(update={"fingerprint": mark, "tellings": kept})


def join_story(story: Story, article: Article, source: AlertSource, now: datetime) -> Story:
    """The story with one more report; of very many the first and the latest are kept."""
    reports = (*story.reports, _report(article, now))
    known = any(outlet.id == source.id for outlet in story.outlets)
    outlets = story.outlets if known else some_of((*story.outlets, source), _OUTLETS)
    kept = (*reports[:1], *reports[1:][-_REPORTS:])
    return story.model_copy(update={"reports": kept, "told": story.told + 1, "outlets": outlets})


def some_of(outlets: Sequence[AlertSource], most: int) -> tuple[AlertSource, ...]:
    """At most so many of the outlets, in their order: the first with each tag, and of the others the latest."""
    seen: set[str] = set()
    first: list[int] = []
    rest: list[int] = []
    for number, outlet in enumerate(outlets):
        (rest if seen.issuperset(outlet.tags) else first).append(number)
        seen.update(outlet.tags)
    first = first[:most]
    chosen = sorted([*first, *rest[max(0, len(rest) - most + len(first)) :]])
    return tuple(outlets[number] for number in chosen)


def with_rules(story: Story, rules: Iterable[AlertRule]) -> Story:
    """The story for which further rules hold."""
    all_rules = {rule.id: rule for rule in (*rules, *story.rules)}
    return story.model_copy(update={"rules": tuple(all_rules.values())})


def raise_story(story: Story, alert: Alert) -> Story:
    """The story after an alert of a higher severity."""
    raised = with_rules(story, alert.rules)
    gathered = alert.detected if alert.backlog else None
    changed = {"severity": alert.severity, "alert": alert.id, "headline": alert.title, "gathered": gathered}
    return raised.model_copy(update=changed)


def open_story(alert: Alert, article: Article, mark: Fingerprint) -> Story:
    """The story that a new alert begins."""
    return Story(
        id=alert.story,
        alert=alert.id,
        severity=alert.severity,
        headline=alert.title,
        rules=alert.rules,
        fingerprint=mark,
        reports=(_report(article, alert.detected),),
        outlets=(alert.source,),
        gathered=alert.detected if alert.backlog else None,
    )


def make_alert(
    article: Article, matches: Sequence[Match], source: Source, snippet: Snippet, *, now: datetime, backlog: bool
) -> Alert:
    """The alert of an article; `matches` has the highest severity first. Ids depend on the article alone."""
    rules = rules_of(matches)
    spans = {(span.field, span.start, span.end, span.term): span for match in matches for span in match.spans}
    order = ("title", "lead", "text")
    return Alert(
        id=f"a-{article.id}",
        story=f"s-{article.id}",
        severity=rules[0].severity,
        rules=rules,
        title=article.title,
        url=article.url,
        source=outlet_of(source),
        published=article.published,
        detected=now,
        language=article.language,
        snippet=snippet,
        matches=tuple(sorted(spans.values(), key=lambda span: (order.index(span.field), span.start, span.end))),
        partial=article.partial,
        backlog=backlog,
    )


def rules_of(matches: Iterable[Match]) -> tuple[AlertRule, ...]:
    """The rules of matches, in their order."""
    return tuple(
        AlertRule(id=match.rule, name=match.name, severity=match.severity, tags=match.tags) for match in matches
    )


def outlet_of(source: Source) -> AlertSource:
    """A source as messages name it."""
    return AlertSource(id=source.id, name=source.label, tags=source.tags)


def _report(article: Article, now: datetime) -> Report:
    return Report(article=article.id, source=article.source, url=article.url, at=now.isoformat())
