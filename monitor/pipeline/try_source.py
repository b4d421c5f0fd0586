"""Look at one source once, and store nothing: what would come of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from monitor.errors import FetchError, UnreadableDocument
from monitor.extract import extract
from monitor.kinds import KINDS, read_entries
from monitor.models import Document, Outcome, Purpose
from monitor.pipeline.read import (
    article_from_entry,
    article_from_page,
    has_page,
    left_out,
    refused_as,
    selectors_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta

    from monitor.extract import Extracted
    from monitor.models import Article, Entry, Match, Source
    from monitor.pipeline.polite import PoliteFetcher
    from monitor.pipeline.ports import ArticleMatcher

# The newest entries whose pages are read too: enough to see whether the selectors fit, few enough to be polite.
PAGES = 3


@dataclass(frozen=True, slots=True)
class TriedArticle:
    """One entry as the program would read it; `warnings` in words."""

    article: Article
    matches: tuple[Match, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """What one look came to. `seconds` is the time of the first request."""

    outcome: Outcome
    reason: str
    seconds: float
    entries: tuple[Entry, ...] = ()
    articles: tuple[TriedArticle, ...] = ()


class Trying:
    """Looks at sources. `needs_page` and `max_age` are what fetch.only_touching and first_check.max_age say."""

    def __init__(
        self,
        fetcher: PoliteFetcher,
        matcher: ArticleMatcher,
        *,
        needs_page: Callable[[Entry], bool],
        max_age: timedelta,
        clock: Callable[[], datetime],
    ) -> None:
        self._fetcher = fetcher
        self._matcher = matcher
        self._needs_page = needs_page
        self._max_age = max_age
        self._clock = clock

    async def try_source(self, source: Source, *, articles: bool = True) -> Trial:
        """Fetch the source and the pages of its first entries, and match them, unless only its index is wanted.

        Never raises for what a source does. Where the first address fails, its mirrors are tried in turn; the reason
        then tells what failed before.
        """
        reasons: list[str] = []
        for url in source.addresses:
            trial = await self._try_address(url, source, articles=articles)
            well = trial.outcome.good or trial.outcome is Outcome.EMPTY
            if well:
                break
            reasons.append(f"{url}: {trial.outcome}, {trial.reason}")
        if len(source.addresses) == 1 or not reasons:
            return trial
        return replace(trial, reason="; ".join([*reasons, f"{url} is read"] if well else reasons))

    async def _try_address(self, url: str, source: Source, *, articles: bool) -> Trial:
        began = None
        try:
            await self._fetcher.turn(source, url, page=KINDS[source.kind].for_readers)
            began = time.monotonic()
            response = await self._fetcher.get(source, url)
        except FetchError as error:
            return Trial(error.outcome, str(error), time.monotonic() - began if began else 0.0)
        seconds, now = time.monotonic() - began, self._clock()
        document = Document("", source.id, Purpose.INDEX, response.url, response.body, response.content_type, now)
        try:
            listed = read_entries(document, source)
        except UnreadableDocument as error:
            return Trial(refused_as(error), str(error), seconds)
        entries = listed.entries
        if not entries:
            well = KINDS[source.kind].may_be_empty
            return Trial(Outcome.UNCHANGED if well else Outcome.EMPTY, "no item in it", seconds)
        tried = await self._read(entries, source, now) if articles else []
        return Trial(Outcome.NEW, left_out(listed), seconds, entries, tuple(tried))

    async def _read(self, entries: Sequence[Entry], source: Source, now: datetime) -> list[TriedArticle]:
        """Articles as the program would have them, but that only the first pages are fetched."""
        with_page = [entry for entry in entries if has_page(entry, self._needs_page)][:PAGES]
        return [
            await self._page(entry, source, now)
            if entry in with_page
            else self._judged(article_from_entry(entry.key, entry, source, partial=not entry.text), source, now)
            for entry in entries
        ]

    async def _page(self, entry: Entry, source: Source, now: datetime) -> TriedArticle:
        try:
            response = await self._fetcher.get_page(source, entry.url or "")
            selectors, content_type = selectors_of(source), response.content_type
            found = extract(response.body, response.url, content_type=content_type, selectors=selectors, now=now)
        except (FetchError, UnreadableDocument) as error:
            partial = article_from_entry(entry.key, entry, source, partial=True)
            return self._judged(partial, source, now, f"its page is not read: {error}")
        article = article_from_page(entry.key, found, entry, source)
        return self._judged(article, source, now, *_unmatched(found, source))

    def _judged(self, article: Article, source: Source, now: datetime, *warnings: str) -> TriedArticle:
        """What would be alerted of an article by a first check."""
        if article.published and article.published < now - self._max_age:
            return TriedArticle(article, (), (*warnings, "older than first_check.max_age, would be remembered only"))
        return TriedArticle(article, self._matcher.match(article, tags=source.tags), warnings)


def _unmatched(found: Extracted, source: Source) -> list[str]:
    """A warning for each selector that matches nothing."""
    asked = source.article
    wanted = {name: getattr(asked, name) for name in ("title", "body", "date")} if asked else {}
    return [
        f"the selector of article.{name} matches nothing: {selector}"
        for name, selector in wanted.items()
        if selector and name not in found.selected
    ]
