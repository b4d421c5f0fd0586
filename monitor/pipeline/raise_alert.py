"""An article that was read -> at most one alert, or one more report of a story that was alerted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.canary import CANARY, canary_of
from monitor.errors import StoreError
from monitor.stories import find_story, fingerprint, join_story, make_alert, open_story, raise_story

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from monitor.models import Alert, Article, Source
    from monitor.pipeline.ports import AlertStore, ArticleMatcher
    from monitor.stories import Fingerprint, Story

_TRIES = 50


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
        """Alert if a rule holds and its story was not alerted, or was with a lower severity; say whether a rule holds.

        Stories may change while this decides; then it decides again, so two outlets at one moment make one alert.
        Raises StoreError when they change without end.
        """
        matches = self._matcher.match(article, tags=source.tags)
        if not matches:
            return False
        if source.id == CANARY:
            self._alerts.add_canary(canary_of(article, self._clock()))
            self._queued()
            return True
        mark, now = fingerprint(article), self._clock()
        snippet = self._matcher.snippet(article, matches[0])
        alert = make_alert(article, matches, source, snippet, now=now, backlog=backlog)
        for _ in range(_TRIES):
            candidates, version = self._alerts.candidates(mark)
            known = self._alerts.story_of(article.id) or find_story(mark, candidates)
            entry = self._put(article, alert, mark, known, version)
            if entry:
                if entry not in {"joined", "known"}:
                    self._queued()
                return True
        raise StoreError(f"the story of article {article.id} changed {_TRIES} times while it was decided on")

    def _put(self, article: Article, alert: Alert, mark: Fingerprint, known: Story | None, version: str) -> str | None:
        if known is None:
            return self._alerts.put(article.id, alert, open_story(alert, article, mark), version=version)
        if alert.severity.rank <= known.severity.rank:
            return self._alerts.put(article.id, None, join_story(known, article, alert.detected), version=version)
        # A graver rule holds now: the story alerts anew. The key lets the article alert once at each severity.
        key = f"{article.id}/{alert.severity}"
        graver = alert.model_copy(update={"id": f"{alert.id}-{alert.severity}", "story": known.id})
        return self._alerts.put(key, graver, raise_story(known, graver, article), version=version)
