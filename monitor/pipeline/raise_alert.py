"""An article that was read -> messages: an alert, an update of a story that was alerted, or none; seldom both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.canary import CANARY, canary_of
from monitor.errors import StoreError
from monitor.models import Article
from monitor.stories.corrections import kept, reading_of
from monitor.stories.fingerprints import fingerprint
from monitor.stories.story import find_story
from monitor.stories.updates import Telling, forgotten, opened, read_again, told

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from monitor.models import Page, Source
    from monitor.pipeline.ports import AlertStore, ArticleMatcher
    from monitor.stories.corrections import Reading
    from monitor.stories.fingerprints import Fingerprint
    from monitor.stories.story import Story
    from monitor.stories.updates import Event

_TRIES = 50
_SILENT = frozenset({"joined", "known", "nothing"})


class Alerting:
    """Matches articles and puts what matches into the queue. `queued` is told that channels have something to do."""

    def __init__(
        self, matcher: ArticleMatcher, alerts: AlertStore, *, queued: Callable[[], None], clock: Callable[[], datetime]
    ) -> None:
        self._matcher = matcher
        self._alerts = alerts
        self._queued = queued
        self._clock = clock

    def consider(self, article: Article, source: Source, *, backlog: bool) -> bool:
        """Queue what an article brings, as `monitor.stories.updates` says; say whether a rule holds for it.

        One that told a story is compared with what it said before. Stories may change while this decides; then it
        decides again, so two outlets at one moment make one alert. Raises StoreError when they change without end.
        """
        matches = self._matcher.match(article, tags=source.tags)
        if not matches and self._alerts.story_of(article.id) is None:
            return False
        if source.id == CANARY:
            self._alerts.add_canary(canary_of(article, self._clock()))
            self._queued()
            return True
        telling = Telling(
            article,
            source,
            matches,
            snippet=lambda match: self._matcher.snippet(article, match),
            now=self._clock(),
            backlog=backlog,
        )
        before, after = self._alerts.reading(article.id), reading_of(article)
        if self._put(telling, before, after) not in _SILENT:
            self._queued()
        if reading := kept(after, before):
            self._alerts.keep_reading(article.id, reading)
        return bool(matches)

    def has_told(self, article: str) -> bool:
        """Whether an article is part of a story that was alerted."""
        return self._alerts.story_of(article) is not None

    def withdraw(self, page: Page, source: Source) -> None:
        """Queue the removal of an article whose page is gone, if it told a story and its text is known.

        It is told of the source that told the story, whichever linked to the page last.
        """
        before, story = self._alerts.reading(page.id), self._alerts.story_of(page.id)
        if before is None or story is None:
            return
        for outlet in story.outlets:
            if outlet.id == before.source != source.id:
                source = source.model_copy(update={"id": outlet.id, "name": outlet.name, "tags": outlet.tags})
        url, published = page.entry.url, page.entry.published
        article = Article(id=page.id, source=before.source, title=before.title, url=url, published=published)
        self.consider(article, source, backlog=False)

    def _put(self, telling: Telling, before: Reading | None, after: Reading) -> str:
        mark, stored = fingerprint(telling.article), ""
        for _ in range(_TRIES):
            candidates, version = self._alerts.candidates(mark)
            event = self._event(telling, mark, candidates, before, after)
            if event is None:
                return stored or "nothing"
            if entry := self._alerts.put(event.key, event.message, event.story, version=version):
                if not event.more or entry in _SILENT:
                    return stored or entry
                stored = entry
        raise StoreError(f"the story of article {telling.article.id} changed {_TRIES} times while it was decided on")

    def _event(
        self, telling: Telling, mark: Fingerprint, candidates: Sequence[Story], before: Reading | None, after: Reading
    ) -> Event | None:
        if again := self._alerts.story_of(telling.article.id):
            return read_again(telling, again, mark, before, after)
        if not telling.matches:
            return None
        known = find_story(mark, candidates)
        if severity := self._alerts.severity_of(telling.article.id):
            return forgotten(telling, severity, known, mark)
        return told(telling, known, mark) if known else opened(telling, mark)
