"""An article that was read -> at most one alert, or one more report of a story that was alerted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.errors import StoreError
from monitor.stories import find_story, fingerprint, join_story, open_story, raise_alert

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from monitor.models import Article, Source
    from monitor.pipeline.ports import AlertStore, ArticleMatcher

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
        """Alert if any rule holds and neither the article nor its story was alerted; say whether a rule holds.

        Stories may change while this decides; then it decides again, so two outlets at one moment make one alert.
        Raises StoreError when they change without end.
        """
        matches = self._matcher.match(article, tags=source.tags)
        if not matches:
            return False
        if self._alerts.alerted(article.id):
            return True
        mark, now = fingerprint(article), self._clock()
        snippet = self._matcher.snippet(article, matches[0])
        alert = raise_alert(article, matches, source, snippet, now=now, backlog=backlog)
        for _ in range(_TRIES):
            candidates, version = self._alerts.candidates(mark)
            known = find_story(mark, candidates)
            if known:
                entry = self._alerts.put(article, None, join_story(known, article, now), version=version)
            else:
                entry = self._alerts.put(article, alert, open_story(alert, article, mark), version=version)
            if entry:
                if entry not in {"joined", "known"}:
                    self._queued()
                return True
        raise StoreError(f"the story of article {article.id} changed {_TRIES} times while it was decided on")
