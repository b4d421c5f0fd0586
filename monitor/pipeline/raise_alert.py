"""An article that was read -> at most one message: an alert, or an update of a story that was alerted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.canary import CANARY, canary_of
from monitor.errors import StoreError
from monitor.models import Article
from monitor.stories.corrections import reading_of, replaces
from monitor.stories.fingerprints import fingerprint
from monitor.stories.story import find_story
from monitor.stories.updates import Telling, opened, read_again, told

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from monitor.models import Source
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
        if replaces(after, before):
            self._alerts.keep_reading(article.id, after)
        return bool(matches)

    def withdraw(self, article: str, source: Source) -> None:
        """Queue the removal of an article whose page is gone, if it told a story and its text is known."""
        before = self._alerts.reading(article)
        if before is not None and before.source == source.id:
            self.consider(Article(id=article, source=source.id, title=before.title), source, backlog=False)

    def _put(self, telling: Telling, before: Reading | None, after: Reading) -> str:
        mark = fingerprint(telling.article)
        for _ in range(_TRIES):
            candidates, version = self._alerts.candidates(mark)
            event = self._event(telling, mark, candidates, before, after)
            if event is None:
                return "nothing"
            if entry := self._alerts.put(event.key, event.message, event.story, version=version):
                return entry
        raise StoreError(f"the story of article {telling.article.id} changed {_TRIES} times while it was decided on")

    def _event(
        self, telling: Telling, mark: Fingerprint, candidates: Sequence[Story], before: Reading | None, after: Reading
    ) -> Event | None:
        if again := self._alerts.story_of(telling.article.id):
            return read_again(telling, again, mark, before, after)
        if not telling.matches:
            return None
        known = find_story(mark, candidates)
        return told(telling, known, mark) if known else opened(telling, mark)
