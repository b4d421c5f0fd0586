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
from monitor.errors import BlockedPage, UnreadableDocument
from monitor.extract import Selectors, extract, language_of
from monitor.kinds import read_entries
from monitor.kinds.hints import read_hints
from monitor.kinds.identity import has_known_words, identities, is_new, url_name
from monitor.models import Article, Outcome, Page, Purpose
from monitor.pipeline import mirrors
from monitor.pipeline.fill_gap import fill_gap, further_index
from monitor.sources.edits import Item, find_edits, recall
from monitor.sources.gaps import is_gap, with_gap
from monitor.sources.history import History, heard
from monitor.sources.rhythm import with_arrivals
from monitor.sources.schedule import HINT_AGAIN, LOOKS_AGAIN, next_due, page_retry, wait_of
from monitor.urls import host_and_port, identity

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime, timedelta
    from random import Random

    from monitor.extract import Extracted
    from monitor.kinds.identity import Marks
    from monitor.kinds.kind import Listed
    from monitor.models import Document, Entry, Source
    from monitor.pipeline.ports import DocumentStore, JobStore
    from monitor.pipeline.raise_alert import Alerting
    from monitor.sources.edits import Remembered
    from monitor.sources.rhythm import Pace
    from monitor.sources.schedule import SourceState

# A document that killed its reader this often is given up; an article then keeps the text of the feed.
READ_ATTEMPTS = 3
# A page that gave less than the feed counts as so many failed attempts: it is tried twice more, within a day.
THIN_PAGE = 8
# Some twenty minutes, since an attempt is made each HINT_AGAIN.
_UNKNOWN_ATTEMPTS = 30


@dataclass(frozen=True, slots=True)
class IndexReading:
    """What an index document came to: names to remember; articles complete in the feed, and pages to fetch, by id.

    `edited` are articles complete in the feed that were read before, `again` pages of such with the time to fetch each.
    """

    outcome: Outcome
    reason: str = ""
    items: int = 0
    seen: tuple[str, ...] = ()
    articles: tuple[tuple[str, Entry], ...] = ()
    pages: tuple[tuple[str, Entry], ...] = ()
    published: tuple[datetime | None, ...] = ()
    edited: tuple[tuple[str, Entry], ...] = ()
    again: tuple[tuple[str, Entry, datetime], ...] = ()
    entries: Mapping[str, Remembered] = field(default_factory=dict)
    history: History | None = None
    gap: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)
    memory: bytes = b""


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
        elif document.page and document.page.index:
            self._read_further(document, source, document.page, attempt)
        else:
            self._read_article(document, source, attempt)

    def _read_index(self, document: Document, source: Source, attempt: int) -> None:
        before, now = self._jobs.state(source.id), self._clock()
        reading = self._index(document, source, before, attempt)
        if source.id == CANARY:
            reading = without_trace(reading)
        backlog = not before.primed
        articles = [article_from_entry(name, entry, source, partial=not entry.text) for name, entry in reading.articles]
        for article in articles:
            self._alert(article, source, backlog=backlog)
        edited = [article_from_entry(name, entry, source, partial=not entry.text) for name, entry in reading.edited]
        for article in edited:
            self._alert(article, source, backlog=False)
        after, soon = before.after(reading.outcome, now, reading.reason), False
        history = reading.history or before.history
        after = replace(after, items=reading.items, reason=reading.reason, history=history)
        if reading.outcome.good:
            arrivals = with_arrivals(before.arrivals, reading.published, before.succeeded, document.fetched)
            after = replace(after, arrivals=arrivals, hints=read_hints(document.body))
            after = replace(after, interval=wait_of(source, after, self._pace, now))
            after = replace(after, read_from=host_and_port(document.url))
        else:
            asked = mirrors.in_use(source.addresses, before)
            after, soon = mirrors.failed(source.addresses, asked, before, after, now)
        # Whatever was not read well is asked for whole again, so that no 304 can hide it.
        after = replace(after, primed=True) if reading.outcome.good else after.forgotten()
        found = [Page(id=name, source=source.id, entry=entry, backlog=backlog) for name, entry in reading.pages]
        pages = dict.fromkeys(found, now)
        pages |= {Page(id=name, source=source.id, entry=entry): due for name, entry, due in reading.again}
        if reading.gap and (further := further_index(document, source, after.history, now)):
            pages[further] = now
        counts = {f"source:{reading.outcome}": 1, "articles": len(articles), **reading.counts}
        self._documents.read_index(
            document,
            before,
            after,
            seen=reading.seen,
            memory=reading.memory,
            pages=pages,
            articles=[*articles, *edited] if source.id != CANARY else (),
            counts=counts if source.id != CANARY else {},
            entries=reading.entries,
            due=None if soon else self._due(source, after, reading.outcome, document.fetched),
            soon=now + mirrors.SOON if soon else None,
            now=now,
        )
        if reading.gap and not source.every:
            self._jobs.hurry(source.id, now + after.interval)

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
            listed, names, unseen = self._list(document, source)
        except UnreadableDocument as error:
            return IndexReading(refused_as(error), str(error))
        last, now = self._documents.last_entries(source.id), self._clock()
        # On another host than before the same entry has another address, and often another id.
        elsewhere = before.read_from not in {"", host_and_port(document.url)}
        items = self._items(listed.entries, names, unseen, source, last, elsewhere=elsewhere)
        oldest = None if before.primed else now - self._backlog_age
        known = names[len(listed.entries) :]
        reading = decide_index(items, last, before, oldest=oldest, has_page=self._has_page, now=now, unchanged=known)
        counts = {**reading.counts, "entries:left-out": listed.left_out} if listed.left_out else reading.counts
        reason = left_out(listed) or reading.reason
        return replace(reading, reason=reason, counts=counts, memory=listed.memory)

    def _list(self, document: Document, source: Source) -> tuple[Listed, list[tuple[str, ...]], set[str]]:
        """What the document lists, the names of all of it, and those of them that the source never had.

        An item that was passed over as known and yet is new (its names were forgotten, or are its own only now that
        another item left the feed) has the document read once more, in full.
        """
        listed = read_entries(document, source, self._documents.memory(source.id))
        names, unseen = self._named(listed.entries, source, listed.known)
        if any(is_new(group, unseen) for group in names[len(listed.entries) :]):
            listed = read_entries(document, source)
            names, unseen = self._named(listed.entries, source)
        return listed, names, unseen

    def _named(
        self, entries: Sequence[Entry], source: Source, known: Sequence[Marks] = ()
    ) -> tuple[list[tuple[str, ...]], set[str]]:
        names = identities(entries, known)
        return names, self._documents.unseen(source.id, {name for group in names for name in group})

    def _items(
        self,
        entries: Sequence[Entry],
        names: Sequence[tuple[str, ...]],
        unseen: set[str],
        source: Source,
        last: Mapping[str, Remembered],
        *,
        elsewhere: bool = False,
    ) -> tuple[Item, ...]:
        """The entries with their names and the ids of their articles: those that they had when they were new."""
        items = []
        for entry, group in zip(entries, names, strict=False):
            # An address is all that some items are known by: there a new headline is an edit.
            edited = entry.key == entry.url and recall([url_name(entry.url)], last)
            new = is_new(group, unseen) and not edited and not (elsewhere and has_known_words(group, unseen))
            own = has_own_address(entry, group, unseen if new else set(group))
            item = Item(entry, group, article_id(entry, source, own_address=own), new)
            known = None if new else recall(item.own_names, last)
            items.append(replace(item, article=known.article) if known else item)
        return tuple(items)

    def _has_page(self, entry: Entry) -> bool:
        return bool(entry.url) and not entry.text and self._needs_page(entry)

    def _read_article(self, document: Document, source: Source, attempt: int) -> None:
        page = document.page
        if page is None:
            raise UnreadableDocument(f"document {document.id} is an article without its page")
        if attempt > 2 * READ_ATTEMPTS:
            # Even the words of the feed kill the reader.
            counts = {"unreadable": 1, f"page:{Outcome.UNREADABLE}": 1}
            self._documents.read_article(document, again=None, articles=(), counts=counts)
            return
        if page.gone:
            self._alerting.withdraw(page, source)
            self._documents.read_article(document, again=None, articles=(), counts={"articles:gone": 1})
            return
        reading = self._article(document, source, page, attempt)
        article = reading.article
        held = self._alert(article, source, backlog=page.backlog, oldest=page.oldest)
        counts = {"articles": 1, "partial": int(article.partial), "articles:cut": int(reading.cut)}
        if reading.outcome:
            counts[f"page:{reading.outcome}"] = 1
        again = reading.again or (look_again(page, self._clock()) if held and not article.partial else None)
        self._documents.read_article(
            document, again=again, articles=(article,), counts=counts, selected=reading.selected
        )

    def _article(self, document: Document, source: Source, page: Page, attempt: int) -> ArticleReading:
        partial = article_from_entry(page.id, page.entry, source, partial=True)
        if not document.body:  # the page could not be fetched, which is counted
            return ArticleReading(partial)
        if attempt > READ_ATTEMPTS:
            return ArticleReading(partial, Outcome.UNREADABLE)
        try:
            found = extract(
                document.body,
                document.url,
                content_type=document.content_type,
                selectors=selectors_of(source),
                now=self._clock(),
            )
        except UnreadableDocument as error:
            outcome = Outcome.BLOCKED if isinstance(error, BlockedPage) else Outcome.UNREADABLE
            return ArticleReading(partial, outcome, self._again(page))
        article = article_from_page(page.id, found, page.entry, source)
        again = self._again(page, THIN_PAGE) if article.partial else None
        selected = "body" in found.selected if source.article and source.article.body else None
        return ArticleReading(article, Outcome.NEW, again, selected=selected, cut=found.cut)

    def _again(self, page: Page, attempts: int = 1) -> tuple[Page, datetime] | None:
        """The page with one failed attempt more (or `attempts`), and when to try it again, unless that was the last."""
        failed = page.model_copy(update={"attempts": page.attempts + attempts})
        due = page_retry(failed.attempts, self._clock(), self._random)
        return (failed, due) if due else None

    def _read_further(self, document: Document, source: Source, page: Page, attempt: int) -> None:
        """Read an index that fills a gap. It is no check of the source, whose outcome and rhythm stay as they are."""
        before, now = self._jobs.state(source.id), self._clock()

        def listed(entries: Sequence[Entry]) -> tuple[Item, ...]:
            return self._items(entries, *self._named(entries, source), source, {})

        filling = fill_gap(document, source, page, listed, self._has_page, give_up=attempt > READ_ATTEMPTS)
        articles = [article_from_entry(name, entry, source, partial=not entry.text) for name, entry in filling.articles]
        for article in articles:
            self._alert(article, source, backlog=False, oldest=page.oldest)
        self._documents.read_index(
            document,
            before,
            before,
            seen=filling.seen,
            pages=dict.fromkeys(filling.pages, now),
            articles=articles,
            counts={"articles": len(articles), **filling.counts},
            filled=filling.counts.get("gaps:items", 0),
            now=now,
        )

    def _alert(self, article: Article, source: Source, *, backlog: bool, oldest: datetime | None = None) -> bool:
        """Alert on an article, unless a first check found an old story and only its page told the date.

        In a gap, `oldest` is where it began: what is older was there before. Says whether a rule holds.
        """
        oldest = self._clock() - self._backlog_age if backlog else oldest
        if oldest and article.published and article.published < oldest:
            return False
        return self._alerting.consider(article, source, backlog=backlog and self._backlog_digest)


@dataclass(frozen=True, slots=True)
class ArticleReading:
    """What an article page came to: the outcome to count, another attempt, whether the selector of its text matched."""

    article: Article
    outcome: Outcome | None = None
    again: tuple[Page, datetime] | None = None
    selected: bool | None = None
    cut: bool = False


def refused_as(error: UnreadableDocument) -> Outcome:
    """The outcome of an index that could not be read."""
    return Outcome.BLOCKED if isinstance(error, BlockedPage) else Outcome.NOT_A_FEED


def look_again(page: Page, now: datetime) -> tuple[Page, datetime] | None:
    """When the page of an article on which a rule holds is looked at again: outlets correct without saying so."""
    if page.looks >= len(LOOKS_AGAIN) or not page.entry.url:
        return None
    looked = page.model_copy(update={"looks": page.looks + 1, "attempts": 0, "backlog": False})
    return looked, now + LOOKS_AGAIN[page.looks]


def decide_index(
    listed: Sequence[Item],
    last: Mapping[str, Remembered],
    before: SourceState,
    *,
    oldest: datetime | None,
    has_page: Callable[[Entry], bool],
    now: datetime,
    unchanged: Sequence[Sequence[str]] = (),
) -> IndexReading:
    """What to do with an index of so many items; a first check only remembers those published before `oldest`.

    `unchanged` are the names of further entries, which are known to be as they were at the last reading.
    An entry whose whole text is there, or that has no page or needs none, is an article at once.
    """
    groups = [*(item.names for item in listed), *unchanged]
    if not groups:
        return IndexReading(Outcome.EMPTY, "no item in it")
    new = [item for item in listed if item.new]
    wanted = [item for item in new if not (oldest and item.entry.published and item.entry.published < oldest)]
    edits = find_edits(listed, last, now, has_page, unchanged)
    gap = before.primed and is_gap(groups, last)
    history = heard(before.history, times_of(new, before, now), now)
    return IndexReading(
        Outcome.NEW if new else Outcome.UNCHANGED,
        items=len(groups),
        seen=tuple(name for group in groups for name in group),
        articles=tuple((item.article, item.entry) for item in wanted if not has_page(item.entry)),
        pages=tuple((item.article, item.entry) for item in wanted if has_page(item.entry)),
        published=tuple(item.entry.published for item in new),
        edited=tuple((item.article, item.entry) for item, _ in edits.due if not has_page(item.entry)),
        again=tuple((item.article, item.entry, due) for item, due in edits.due if has_page(item.entry)),
        entries=edits.remembered,
        history=with_gap(history, listed, before, now) if gap else history,
        gap=gap,
        counts=Counter(
            {
                "entries": len(new),
                "entries:old": len(new) - len(wanted),
                "entries:edited": len(edits.due),
                "entries:changed with the feed": edits.noise,
                "gaps": int(gap),
            }
        ),
    )


def without_trace(reading: IndexReading) -> IndexReading:
    """A canary leaves no trace but that it came through. Its feed holds another item each time, which is no gap."""
    return replace(reading, edited=(), again=(), entries={}, gap=False, history=None)


def left_out(listed: Listed) -> str:
    """In words, how many items a document held beyond what is read at once; empty where it held none."""
    read = len(listed.entries) + len(listed.known)
    total = read + listed.left_out
    return f"{read:,} of {total:,} items are read: the newest, and none of endless markup" if listed.left_out else ""


def times_of(new: Sequence[Item], before: SourceState, now: datetime) -> list[datetime]:
    """When new entries came: as they say, else now; of a first check nobody knows when the undated came."""
    return [item.entry.published or now for item in new if item.entry.published or before.primed]


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
