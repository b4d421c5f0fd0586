"""Look at one source once, and store nothing: what would come of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from monitor.errors import FetchError, UnreadableDocument
from monitor.extract import extract
from monitor.kinds import read_entries
from monitor.models import Document, Outcome, Purpose
from monitor.pipeline.read import article_from_entry, article_from_page, left_out, selectors_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from monitor.extract import Extracted
    from monitor.models import Article, Entry, Match, Source
    from monitor.pipeline.ports import ArticleMatcher, Fetcher

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


async def try_source(source: Source, fetcher: Fetcher, matcher: ArticleMatcher, clock: Callable[[], datetime]) -> Trial:
    """Fetch the source and the pages of its first entries, and match them. Never raises for what a source does.

    Where the first address fails, its mirrors are tried in turn; the reason then tells what failed before.
    """
    reasons: list[str] = []
    for url in source.addresses:
        trial = await _try_address(url, source, fetcher, matcher, clock)
        if trial.outcome in {Outcome.NEW, Outcome.EMPTY}:
            break
        reasons.append(f"{url}: {trial.outcome}, {trial.reason}")
    if len(source.addresses) == 1 or not reasons:
        return trial
    read = [] if trial.outcome not in {Outcome.NEW, Outcome.EMPTY} else [f"{url} is read"]
    return replace(trial, reason="; ".join([*reasons, *read]))


async def _try_address(
    url: str, source: Source, fetcher: Fetcher, matcher: ArticleMatcher, clock: Callable[[], datetime]
) -> Trial:
    began = time.monotonic()
    try:
        response = await fetcher.get(url, allow_private=source.allow_private, proxy=source.proxy_url)
    except FetchError as error:
        return Trial(error.outcome, str(error), time.monotonic() - began)
    seconds = time.monotonic() - began
    document = Document("", source.id, Purpose.INDEX, response.url, response.body, response.content_type, clock())
    try:
        listed = read_entries(document, source)
    except UnreadableDocument as error:
        return Trial(Outcome.NOT_A_FEED, str(error), seconds)
    entries = listed.entries
    if not entries:
        return Trial(Outcome.EMPTY, "no item in it", seconds)
    read = [await _page(entry, source, fetcher, matcher, clock) for entry in entries[:PAGES]]
    rest = [
        _matched(article_from_entry(entry.key, entry, source, partial=True), source, matcher)
        for entry in entries[PAGES:]
    ]
    return Trial(Outcome.NEW, left_out(listed), seconds, entries, (*read, *rest))


async def _page(
    entry: Entry, source: Source, fetcher: Fetcher, matcher: ArticleMatcher, clock: Callable[[], datetime]
) -> TriedArticle:
    if entry.text or not entry.url:
        return _matched(article_from_entry(entry.key, entry, source, partial=False), source, matcher)
    try:
        response = await fetcher.get(entry.url, allow_private=source.allow_private, proxy=source.proxy_url)
        selectors = selectors_of(source)
        found = extract(
            response.body, response.url, content_type=response.content_type, selectors=selectors, now=clock()
        )
    except (FetchError, UnreadableDocument) as error:
        partial = article_from_entry(entry.key, entry, source, partial=True)
        return _matched(partial, source, matcher, f"its page is not read: {error}")
    return _matched(article_from_page(entry.key, found, entry, source), source, matcher, *_unmatched(found, source))


def _unmatched(found: Extracted, source: Source) -> list[str]:
    """A warning for each selector that matches nothing."""
    asked = source.article
    wanted = {name: getattr(asked, name) for name in ("title", "body", "date")} if asked else {}
    return [
        f"the selector of article.{name} matches nothing: {selector}"
        for name, selector in wanted.items()
        if selector and name not in found.selected
    ]


def _matched(article: Article, source: Source, matcher: ArticleMatcher, *warnings: str) -> TriedArticle:
    return TriedArticle(article, matcher.match(article, tags=source.tags), warnings)
