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
from monitor.kinds import KINDS, read_entries
from monitor.kinds.hints import read_hints
from monitor.kinds.identity import has_known_address, has_known_words, identities, is_new, url_name
from monitor.models import Article, Outcome, Page, Purpose
from monitor.pipeline import mirrors
from monitor.pipeline.fill_gap import fill_gap, further_index
from monitor.sources.edits import Item, find_edits, recall
from monitor.sources.gaps import is_gap, known_names, with_gap
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
# What is counted of a document that is older than one that was read before.
_NEW_ITEMS = frozenset({"entries", "entries:old", "entries:left-out"})
# Some twenty minutes, since an attempt is made each HINT_AGAIN.
_UNKNOWN_ATTEMPTS = 30


@dataclass(frozen=True, slots=True)
class IndexReading:
    """What an index document came to: names to remember; articles complete in the feed, and pages to fetch, by id.

    `edited` are articles complete in the feed that were read before, `again` pages of such with the time to fetch each;
    both with the bound of age that held when they were new. `oldest` is that of what is new now.
    """

    outcome: Outcome
    reason: str = ""
    items: int = 0
    seen: tuple[str, ...] = ()
    articles: tuple[tuple[str, Entry], ...] = ()
    pages: tuple[tuple[str, Entry], ...] = ()
    published: tuple[datetime | None, ...] = ()
    edited: tuple[tuple[str, Entry, datetime | None], ...] = ()
    again: tuple[tuple[str, Entry, datetime, datetime | None], ...] = ()
    oldest: datetime | None = None
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
        late = before.read_until is not None and document.fetched < before.read_until
        reading = without_edits(reading) if late else reading
        if source.id == CANARY:
            reading = without_trace(reading)
        backlog = not before.primed
        articles = [article_from_entry(name, entry, source, partial=not entry.text) for name, entry in reading.articles]
        for article in articles:
            self._alert(article, source, backlog=backlog, oldest=reading.oldest)
        edited = []
        for name, entry, oldest in reading.edited:
            edited.append(article_from_entry(name, entry, source, partial=not entry.text))
            self._alert(edited[-1], source, backlog=False, oldest=oldest)
        after, soon = (before, False) if late else self._after(document, source, before, reading, now)
        after = replace(after, primed=before.primed or reading.outcome.good)
        pages = {
            Page(id=name, source=source.id, entry=entry, backlog=backlog, oldest=reading.oldest): now
            for name, entry in reading.pages
        }
        pages |= {
            Page(id=name, source=source.id, entry=entry, oldest=oldest): due
            for name, entry, due, oldest in reading.again
        }
        if reading.gap and (further := further_index(document, source, after.history, now)):
            pages[self._reaching_back(further)] = now
        gap_look = now + after.interval if reading.gap and not source.every else None
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
            due=None if soon or late else self._due(source, after, reading.outcome, document.fetched),
            soon=now + mirrors.SOON if soon else gap_look,
            now=now,
        )

    def _after(
        self, document: Document, source: Source, before: SourceState, reading: IndexReading, now: datetime
    ) -> tuple[SourceState, bool]:
        """The state of the source when its document was read, and whether another address is to be asked soon."""
        after = before.after(reading.outcome, now, reading.reason)
        history = reading.history or before.history
        after = replace(after, items=reading.items, reason=reading.reason, history=history, read_until=document.fetched)
        if not reading.outcome.good:
            asked = mirrors.in_use(source.addresses, before)
            after, soon = mirrors.failed(source.addresses, asked, before, after, now)
            # Whatever was not read well is asked for whole again, so that no 304 can hide it.
            return after.forgotten(), soon
        arrivals = with_arrivals(before.arrivals, reading.published, before.succeeded, document.fetched)
        after = replace(after, arrivals=arrivals, hints=read_hints(document.body))
        interval = wait_of(source, after, self._pace, now)
        return replace(after, interval=interval, read_from=host_and_port(document.url)), False

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
        if not names and not last and KINDS[source.kind].may_be_empty:
            return IndexReading(Outcome.UNCHANGED)
        items = self._items(listed.entries, names, unseen, source, last, elsewhere=elsewhere)
        # What is older was there before this source, or its other address, was looked at.
        looked = before.succeeded if before.primed else now
        oldest = (looked or now) - self._backlog_age if elsewhere or not before.primed else None
        known = names[len(listed.entries) :]
        reading = decide_index(
            items,
            last,
            before,
            oldest=oldest,
            has_page=self._has_page,
            now=now,
            unchanged=known,
            elsewhere=elsewhere,
        )
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
        further: bool = False,
    ) -> tuple[Item, ...]:
        """The entries with their names and the ids of their articles: those that they had when they were new.

        `further`: of an index that fills a gap.
        """
        items = []
        for entry, group in zip(entries, names, strict=False):
            # An address is all that some items are known by: there a new headline is an edit.
            edited = entry.key == entry.url and recall([url_name(entry.url)], last)
            new = is_new(group, unseen) and not edited and not (elsewhere and has_known_words(group, unseen))
            # A page of links has headlines of its own for what the feed had.
            new = new and not (further and entry.key == entry.url and has_known_address(group, unseen))
            own = has_own_address(entry, group, unseen if new else set(group))
            item = Item(entry, group, article_id(entry, source, own_address=own), new)
            known = None if new else recall(item.own_names, last)
            items.append(replace(item, article=known.article) if known else item)
        return tuple(items)

    def _has_page(self, entry: Entry) -> bool:
        return has_page(entry, self._needs_page)

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
        failed = page.anew(attempts=page.attempts + attempts)
        due = page_retry(failed.attempts, self._clock(), self._random)
        return (failed, due) if due else None

    def _read_further(self, document: Document, source: Source, page: Page, attempt: int) -> None:
        """Read an index that fills a gap. It is no check of the source, whose outcome and rhythm stay as they are."""
        before, now = self._jobs.state(source.id), self._clock()

        def listed(entries: Sequence[Entry]) -> tuple[Item, ...]:
            return self._items(entries, *self._named(entries, source), source, {}, further=True)

        filling = fill_gap(document, source, page, listed, self._has_page, give_up=attempt > READ_ATTEMPTS)
        articles = [article_from_entry(name, entry, source, partial=not entry.text) for name, entry in filling.articles]
        for article in articles:
            self._alert(article, source, backlog=False, oldest=page.oldest)
        self._documents.read_index(
            document,
            before,
            before,
            seen=filling.seen,
            pages=dict.fromkeys(map(self._reaching_back, filling.pages), now),
            articles=articles,
            counts={"articles": len(articles), **filling.counts},
            filled=filling.counts.get("gaps:items", 0),
            now=now,
        )

    def _reaching_back(self, page: Page) -> Page:
        """A further index that takes the place of one for an earlier gap reaches as far back as that."""
        pending = self._jobs.page(page.id) if page.index else None
        if pending is None or pending.oldest is None or page.oldest is None:
            return page
        return page.model_copy(update={"oldest": min(page.oldest, pending.oldest)})

    def _alert(self, article: Article, source: Source, *, backlog: bool, oldest: datetime | None = None) -> bool:
        """Alert on an article, unless it is older than `oldest` and told nothing before. Says whether a rule holds.

        Of what a first check found, often only the page tells the date. In a gap, `oldest` is where it began.
        """
        oldest = oldest or (self._clock() - self._backlog_age if backlog else None)
        if oldest and article.published and article.published < oldest and not self._alerting.has_told(article.id):
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


def has_page(entry: Entry, needs_page: Callable[[Entry], bool]) -> bool:
    """Whether the text of an entry is on its page, and the page is to be fetched."""
    return bool(entry.url) and not entry.text and needs_page(entry)


def refused_as(error: UnreadableDocument) -> Outcome:
    """The outcome of an index that could not be read."""
    return Outcome.BLOCKED if isinstance(error, BlockedPage) else Outcome.NOT_A_FEED


def look_again(page: Page, now: datetime) -> tuple[Page, datetime] | None:
    """When the page of an article on which a rule holds is looked at again: outlets correct without saying so."""
    if page.looks >= len(LOOKS_AGAIN) or not page.entry.url:
        return None
    looked = page.anew(looks=page.looks + 1, attempts=0, backlog=False)
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
    elsewhere: bool = False,
) -> IndexReading:
    """What to do with an index of so many items; those published before `oldest` are only remembered.

    `unchanged` are the names of further entries, which are known to be as they were at the last reading. `elsewhere`
    says that the last reading was of another address.
    An entry whose whole text is there, or that has no page or needs none, is an article at once.
    """
    groups = [*(item.names for item in listed), *unchanged]
    if not groups:
        return IndexReading(Outcome.EMPTY, "no item in it")
    new = [item for item in listed if item.new]
    wanted = [item for item in new if not (oldest and item.entry.published and item.entry.published < oldest)]
    edits = find_edits(listed, last, now, has_page, unchanged, oldest=oldest)
    gap = before.primed and is_gap([*known_names(listed, elsewhere=elsewhere), *unchanged], last)
    history = heard(before.history, times_of(new, before, now), now)
    return IndexReading(
        Outcome.NEW if new else Outcome.UNCHANGED,
        items=len(groups),
        seen=tuple(name for group in groups for name in group),
        articles=tuple((item.article, item.entry) for item in wanted if not has_page(item.entry)),
        pages=tuple((item.article, item.entry) for item in wanted if has_page(item.entry)),
        published=tuple(item.entry.published for item in new),
        edited=tuple((item.article, item.entry, bound) for item, _, bound in edits.due if not has_page(item.entry)),
        again=tuple((item.article, item.entry, due, bound) for item, due, bound in edits.due if has_page(item.entry)),
        oldest=oldest,
        entries=edits.remembered,
        history=with_gap(history, listed, last, before, now) if gap else history,
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


def without_edits(reading: IndexReading) -> IndexReading:
    """What a document that is older than one read before still adds: items that were new, and nothing else.

    Where it differs from what is known, that is what the outlet has changed since.
    """
    counts = {name: number for name, number in reading.counts.items() if name in _NEW_ITEMS}
    return replace(reading, edited=(), again=(), entries={}, history=None, gap=False, memory=b"", counts=counts)


def without_trace(reading: IndexReading) -> IndexReading:
    """A canary leaves no trace but that it came through. Its feed holds another item each time, which is no gap."""
    return replace(reading, edited=(), again=(), entries={}, gap=False, history=None)


def left_out(listed: Listed) -> str:
    """In words, how many items a document held beyond what is read at once; empty where it held none."""
    read = len(listed.entries) + len(listed.known)
    total = read + listed.left_out
    return f"{read:,} of {total:,} items are read: the newest, and none of endless markup" if listed.left_out else ""


def times_of(new: Sequence[Item], before: SourceState, now: datetime) -> list[datetime]:
    """When new entries came: as they say, but not before the last look, which did not find them; else now.

    Of a first check nobody knows when the undated came.
    """
    if before.primed:
        return [max(item.entry.published or now, before.succeeded or now) for item in new]
    return [item.entry.published for item in new if item.entry.published]


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
