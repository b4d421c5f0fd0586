"""Read one document: a feed or listing gives entries, an article gives at most one alert. No network.

The order makes every step repeatable: alerts are queued first (an article never alerts twice), then what was seen is
remembered and the document dropped, in one write. A reader that dies in between is followed by another.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from monitor.canary import CANARY
from monitor.errors import UnreadableDocument
from monitor.extract import Selectors, extract, language_of
from monitor.kinds import read_entries
from monitor.kinds.entries import identities, is_new, url_name
from monitor.kinds.hints import read_hints
from monitor.models import Article, Outcome, Page, Purpose
from monitor.rhythm import with_arrivals
from monitor.schedule import HINT_AGAIN, next_due, page_retry, wait_of
from monitor.urls import identity

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime, timedelta
    from random import Random

    from monitor.extract import Extracted
    from monitor.models import Document, Entry, Source
    from monitor.pipeline.ports import DocumentStore, JobStore
    from monitor.pipeline.raise_alert import Alerting
    from monitor.rhythm import Pace
    from monitor.schedule import SourceState

# A document that killed its reader this often is given up; an article then keeps the text of the feed.
READ_ATTEMPTS = 3
# A page that gave less than the feed counts as so many failed attempts: it is tried twice more, within a day.
THIN_PAGE = 8
# Some twenty minutes, since an attempt is made each HINT_AGAIN.
_UNKNOWN_ATTEMPTS = 30


@dataclass(frozen=True, slots=True)
class IndexReading:
    """What an index document came to: names to remember; articles complete in the feed, and pages to fetch, by id."""

    outcome: Outcome
    reason: str = ""
    items: int = 0
    seen: tuple[str, ...] = ()
    articles: tuple[tuple[str, Entry], ...] = ()
    pages: tuple[tuple[str, Entry], ...] = ()
    published: tuple[datetime | None, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


class Reading:
    """The reader of documents."""

    def __init__(
        self,
        jobs: JobStore,
        documents: DocumentStore,
        alerting: Alerting,
        sources: Mapping[str, Source],
        *,
        pace: Pace,
        backlog_age: timedelta,
        backlog_digest: bool,
        needs_page: Callable[[Entry], bool],
        clock: Callable[[], datetime],
        random: Random,
    ) -> None:
        self._jobs = jobs
        self._documents = documents
        self._alerting = alerting
        self._sources = sources
        self._pace = pace
        self._backlog_age = backlog_age
        self._backlog_digest = backlog_digest
        self._needs_page = needs_page
        self._clock = clock
        self._random = random

    def read(self, name: str) -> None:
        """Read a document by its id; one that was read already is no work."""
        taken = self._documents.take(name, self._clock() + HINT_AGAIN)
        if not taken:
            return
        document, attempt = taken
        source = self._sources.get(document.source)
        if source is None:
            # Another process may have a newer configuration: the document waits, and is dropped when none comes.
            if attempt > _UNKNOWN_ATTEMPTS:
                self._documents.read_article(document, again=None, articles=(), counts={"dropped": 1})
        elif document.purpose is Purpose.INDEX:
            self._read_index(document, source, attempt)
        else:
            self._read_article(document, source, attempt)

    def _read_index(self, document: Document, source: Source, attempt: int) -> None:
        before, now = self._jobs.state(source.id), self._clock()
        reading = self._index(document, source, before, attempt)
        backlog = not before.primed
        articles = [article_from_entry(name, entry, source, partial=not entry.text) for name, entry in reading.articles]
        for article in articles:
            self._alert(article, source, backlog=backlog)
        after = replace(before.after(reading.outcome, now, reading.reason), items=reading.items)
        if reading.outcome.good:
            arrivals = with_arrivals(before.arrivals, reading.published, before.succeeded, document.fetched)
            after = replace(after, arrivals=arrivals, hints=read_hints(document.body))
            after = replace(after, interval=wait_of(source, after, self._pace, now))
        # Whatever was not read well is asked for whole again, so that no 304 can hide it.
        after = replace(after, primed=True) if reading.outcome.good else after.forgotten()
        pages = [Page(id=name, source=source.id, entry=entry, backlog=backlog) for name, entry in reading.pages]
        self._documents.read_index(
            document,
            before,
            after,
            seen=reading.seen,
            pages=dict.fromkeys(pages, now),
            articles=articles if source.id != CANARY else (),
            counts={f"source:{reading.outcome}": 1, "articles": len(articles), **reading.counts},
            due=self._due(source, after, reading.outcome, document.fetched),
            now=now,
        )

    def _due(self, source: Source, state: SourceState, outcome: Outcome, fetched: datetime) -> datetime | None:
        """When to look again at the soonest: later than was planned, where the feed asks for it or is no good."""
        now = self._clock()
        if outcome.good:
            return None if source.every else fetched + state.interval
        return next_due(
            outcome,
            every=wait_of(source, state, self._pace, now),
            exact=source.every is not None,
            started=now,
            now=now,
            failures=state.failures,
            retry_after=None,
            random=self._random,
        )

    def _index(self, document: Document, source: Source, before: SourceState, attempt: int) -> IndexReading:
        if attempt > READ_ATTEMPTS:
            return IndexReading(Outcome.UNREADABLE, f"reading it failed {READ_ATTEMPTS} times")
        try:
            entries = read_entries(document, source)
        except UnreadableDocument as error:
            return IndexReading(Outcome.NOT_A_FEED, str(error))
        names = identities(entries)
        unseen = self._documents.unseen(source.id, {name for group in names for name in group})
        new = [
            (article_id(entry, source, own_address=has_own_address(entry, group, unseen)), entry)
            for entry, group in zip(entries, names, strict=True)
            if is_new(group, unseen)
        ]
        oldest = None if before.primed else self._clock() - self._backlog_age
        return decide_index(entries, new, [name for group in names for name in group], oldest, self._needs_page)

    def _read_article(self, document: Document, source: Source, attempt: int) -> None:
        page = document.page
        if page is None:
            raise UnreadableDocument(f"document {document.id} is an article without its page")
        if attempt > 2 * READ_ATTEMPTS:
            # Even the words of the feed kill the reader.
            self._documents.read_article(document, again=None, articles=(), counts={"unreadable": 1})
            return
        article, again = self._article(document, source, page, attempt)
        self._alert(article, source, backlog=page.backlog)
        counts = {"articles": 1, "partial": int(article.partial)}
        self._documents.read_article(document, again=again, articles=(article,), counts=counts)

    def _article(
        self, document: Document, source: Source, page: Page, attempt: int
    ) -> tuple[Article, tuple[Page, datetime] | None]:
        """The article, and another attempt at its page where that could still give more."""
        if not document.body:  # the page could not be fetched
            return article_from_entry(page.id, page.entry, source, partial=True), None
        if attempt > READ_ATTEMPTS:
            return article_from_entry(page.id, page.entry, source, partial=True), None
        try:
            found = extract(
                document.body,
                document.url,
                content_type=document.content_type,
                selectors=selectors_of(source),
                now=self._clock(),
            )
        except UnreadableDocument:
            return article_from_entry(page.id, page.entry, source, partial=True), self._again(page)
        article = article_from_page(page.id, found, page.entry, source)
        return article, self._again(page, THIN_PAGE) if article.partial else None

    def _again(self, page: Page, attempts: int = 1) -> tuple[Page, datetime] | None:
        """The page with one failed attempt more (or `attempts`), and when to try it again, unless that was the last."""
        failed = page.model_copy(update={"attempts": page.attempts + attempts})
        due = page_retry(failed.attempts, self._clock(), self._random)
        return (failed, due) if due else None

    def _alert(self, article: Article, source: Source, *, backlog: bool) -> None:
        """Alert on an article, unless a first check found an old story and only its page told the date."""
        oldest = self._clock() - self._backlog_age
        if not (backlog and article.published and article.published < oldest):
            self._alerting.consider(article, source, backlog=backlog and self._backlog_digest)


def decide_index(
    entries: tuple[Entry, ...],
    new: list[tuple[str, Entry]],
    seen: list[str],
    oldest: datetime | None,
    needs_page: Callable[[Entry], bool],
) -> IndexReading:
    """What to do with the entries of an index; a first check only remembers those published before `oldest`.

    An entry whose whole text is there, or that has no page or needs none, is an article at once.
    """
    if not entries:
        return IndexReading(Outcome.EMPTY, "no item in it")
    wanted = [item for item in new if not (oldest and item[1].published and item[1].published < oldest)]
    pages = {name: entry for name, entry in wanted if entry.url and not entry.text and needs_page(entry)}
    complete = tuple((name, entry) for name, entry in wanted if name not in pages)
    return IndexReading(
        Outcome.NEW if new else Outcome.UNCHANGED,
        items=len(entries),
        seen=tuple(seen),
        articles=complete,
        pages=tuple(pages.items()),
        published=tuple(entry.published for _, entry in new),
        counts=Counter({"entries": len(new), "entries:old": len(new) - len(wanted)}),
    )


def selectors_of(source: Source) -> Selectors | None:
    """The selectors of a source's article pages, as extraction takes them."""
    return Selectors(**source.article.model_dump()) if source.article else None


def has_own_address(entry: Entry, names: Sequence[str], unseen: Collection[str]) -> bool:
    """Whether the address of a new entry is of this story alone, and not of a page that holds one after another."""
    if not entry.url or url_name(entry.url) not in names:
        return False
    return url_name(entry.url) in unseen or entry.key == entry.url


def article_id(entry: Entry, source: Source, *, own_address: bool) -> str:
    """Equal for one address, whoever links to it; where the address does not tell, by source, key and words."""
    name = identity(entry.url) if entry.url and own_address else f"{source.id} {entry.key} {entry.title}"
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:20]


def article_from_entry(name: str, entry: Entry, source: Source, *, partial: bool) -> Article:
    """The article as far as the feed tells it."""
    return Article(
        id=name,
        source=source.id,
        url=entry.url,
        title=entry.title,
        lead=entry.lead,
        text=entry.text,
        language=language_of(f"{entry.title}\n{entry.lead}\n{entry.text}") or source.language,
        published=entry.published,
        author=entry.author,
        partial=partial,
    )


def article_from_page(name: str, found: Extracted, entry: Entry, source: Source) -> Article:
    """The page as it was read; where it is thinner than the feed's own text, the feed's text stands in."""
    thin = len(found.text) < len(entry.lead)
    lead = entry.lead or found.lead
    return Article(
        id=name,
        source=source.id,
        url=entry.url,
        title=entry.title or found.title,
        lead="" if lead and lead in found.text else lead,
        text="" if thin else found.text,
        language=found.language or source.language,
        # A guess may be the date of an event in the text, and a first check would take the story for an old one.
        published=entry.published or (None if found.guessed else found.published),
        modified=found.modified,
        author=found.author or entry.author,
        site=found.site,
        partial=thin,
    )
