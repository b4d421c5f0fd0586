"""Fetch what is due, as long as anything is: no batches, so a slow host holds up nobody.

Each job ends in one call that stores the result, the next due time and the document to read, or nothing at all.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from monitor.errors import FetchError
from monitor.kinds import KINDS
from monitor.models import Document, Outcome, Page, Purpose
from monitor.pipeline import mirrors
from monitor.pipeline.robots import ROBOTS_BYTES, Answer, judge_robots, origin_of
from monitor.sources.rhythm import Pace
from monitor.sources.schedule import (
    BUSY_STATUSES,
    HINT_AGAIN,
    NO_NEWS,
    Home,
    HostNews,
    SourceState,
    host_pause,
    next_due,
    page_retry,
    wait_of,
)
from monitor.urls import host_and_port

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from random import Random

    from monitor.models import Source
    from monitor.pipeline.ports import DocumentStore, Fetcher, JobStore, Response, RobotsStore
    from monitor.pipeline.robots import Robots
    from monitor.sources.schedule import Claim

_IDLE = 0.1
_UNKNOWN = timedelta(minutes=1)
_HOLD_EACH = timedelta(seconds=1)
# New sources, and those that a stop left behind, are spread over so long.
_SPREAD = timedelta(seconds=5)
# A source that is due for longer was not late but left behind.
_OVERDUE = timedelta(seconds=10)
# Another drain asks for robots.txt: this long at most, and looked for this often.
_ROBOTS_LEASE = timedelta(seconds=30)
_ROBOTS_WAIT = timedelta(milliseconds=500)
_MOST_HOPS = 5
# The page of an alerted article that is not found is gone when it was not for a quarter of an hour.
NOT_FOUND_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is fetched at once, and how often: `spacing` between two requests to a host, None for its default."""

    concurrency: int = 100
    spacing: timedelta | None = None
    pace: Pace = field(default_factory=Pace)
    agent: str = "*"


class Drain:
    """One run of the fetcher. `hint` tells a reader that a document waits."""

    def __init__(
        self,
        jobs: JobStore,
        documents: DocumentStore,
        fetcher: Fetcher,
        sources: Mapping[str, Source],
        robots: RobotsStore,
        *,
        limits: Limits,
        hint: Callable[[str], None],
        clock: Callable[[], datetime],
        random: Random,
    ) -> None:
        self._jobs = jobs
        self._documents = documents
        self._fetcher = fetcher
        self._sources = sources
        self._robots = robots
        self._limits = limits
        self._hint = hint
        self._clock = clock
        self._random = random
        self._under_way: set[Claim] = set()
        self._held = clock()

    async def run(self, go_on: Callable[[], bool], stop: Callable[[], bool]) -> int:
        """Claim and fetch until `go_on` says no, then finish what is under way; `stop` gives that back instead.

        Returns how many jobs were done.
        """
        self._schedule_sources()
        done, running = 0, set[asyncio.Task[None]]()
        try:
            while go_on():
                self._repeat_hints()
                for claim in self._jobs.claim(self._clock(), self._limits.concurrency - len(running)):
                    running.add(asyncio.create_task(self._do(claim)))
                ended, running = await self._some_end(running)
                done += len(ended)
            while running and not stop():
                ended, running = await self._some_end(running)
                done += len(ended)
        finally:
            # Before the client is closed under them: what is not finished is given back.
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        return done

    def _repeat_hints(self) -> None:
        for name in self._documents.overdue(self._clock(), self._clock() + HINT_AGAIN):
            self._hint(name)

    async def _some_end(
        self, running: set[asyncio.Task[None]]
    ) -> tuple[set[asyncio.Task[None]], set[asyncio.Task[None]]]:
        if self._clock() - self._held >= _HOLD_EACH:
            self._held = self._clock()
            self._jobs.hold(self._under_way, self._held)
        if not running:
            await asyncio.sleep(_IDLE)
            return set(), running
        ended, running = await asyncio.wait(running, timeout=_IDLE, return_when=asyncio.FIRST_COMPLETED)
        return _raised(ended), running

    def _schedule_sources(self) -> None:
        """New sources are spread over some seconds, so that a start is no thunderclap."""
        now = self._clock()
        due = {
            name: now + min(source.every or _SPREAD, _SPREAD) * self._random.uniform(0, 1)
            for name, source in self._sources.items()
        }
        self._jobs.sync(due, overdue=now - _OVERDUE)

    async def _do(self, claim: Claim) -> None:
        self._under_way.add(claim)
        try:
            await self._work(claim)
        except asyncio.CancelledError:
            self._jobs.put_back(claim, self._clock())
            raise
        finally:
            self._under_way.discard(claim)

    async def _work(self, claim: Claim) -> None:
        source, page = self._target(claim)
        if source is None:
            self._postpone(claim, page)
            return
        state = None if page else self._jobs.state(claim.id)
        url = page.url if page else self._address(source, state or SourceState())
        home = Home.of(url, source, self._limits.spacing)
        if claim.home != home:
            # New, moved, or configured anew: it is claimed again when the right host may be asked.
            self._jobs.put_back(claim, self._clock(), home=home)
        elif (page or KINDS[source.kind].for_readers) and source.respect_robots:
            await self._ask(claim, source, url, page, state)
        else:
            await self._fetch(claim, source, url, page, state)

    async def _ask(self, claim: Claim, source: Source, url: str, page: Page | None, state: SourceState | None) -> None:
        """Fetch where robots.txt allows it; where it is not known, the turn at the host is spent on that instead."""
        origin, now = origin_of(url), self._clock()
        robots = self._robots.get(origin)
        if robots is None or robots.until <= now:
            await self._fetch_robots(claim, source, origin, robots)
            return
        try:
            allowed = robots.allows(url, self._limits.agent)
        except FetchError as error:
            self._failed(claim, source, url, page, state, error=error)
            return
        if allowed:
            await self._fetch(claim, source, url, page, state)
        else:
            for_good = robots.failing is None
            reason = "robots.txt disallows it" if for_good else "robots.txt cannot be fetched"
            refusal = FetchError(Outcome.ROBOTS, reason)
            self._failed(claim, source, url, page, state, error=refusal, again=not for_good)

    async def _fetch_robots(self, claim: Claim, source: Source, origin: str, before: Robots | None) -> None:
        if not self._robots.begin(origin, _ROBOTS_LEASE):
            self._jobs.put_back(claim, self._clock() + _ROBOTS_WAIT)
            return
        news = NO_NEWS
        try:
            response = await self._get(source, f"{origin}/robots.txt", most=ROBOTS_BYTES)
        except FetchError as error:
            answer, news = Answer(error.status), self._busy(claim, error)
        else:
            answer = Answer(HTTPStatus.OK, response.body)
        now = self._clock()
        self._robots.put(origin, judge_robots(answer, before, now), now)
        self._jobs.put_back(claim, now, host=news)

    def _failed(
        self,
        claim: Claim,
        source: Source,
        url: str,
        page: Page | None,
        state: SourceState | None,
        *,
        error: FetchError,
        again: bool = True,
    ) -> None:
        """No request is made. A page leaves what the feed said; one without an answer of robots.txt is tried again."""
        if page:
            self._page_failed(claim, page, error, again=again)
        elif state:
            self._check_failed(claim, source, url, state, error, started=self._clock())

    async def _fetch(
        self, claim: Claim, source: Source, url: str, page: Page | None, state: SourceState | None
    ) -> None:
        if page:
            await self._fetch_page(claim, source, page)
        else:
            await self._check(claim, source, url, state or SourceState())

    def _postpone(self, claim: Claim, page: Page | None) -> None:
        """A job of a source that this process does not know: another may have a newer configuration.

        The schedule of sources is mended by `sync`; a page whose source does not come back is given up in time.
        """
        if claim.kind == "source":
            self._jobs.put_back(claim, self._clock() + _UNKNOWN)
        elif page is None:
            self._jobs.drop(claim)
        else:
            again = page.anew(attempts=page.attempts + 1)
            due = page_retry(again.attempts, self._clock(), self._random)
            self._jobs.settle_page(claim, again, due=due, counted=(), document=None, hint=self._clock())

    def _target(self, claim: Claim) -> tuple[Source | None, Page | None]:
        if claim.kind == "source":
            return self._sources.get(claim.id), None
        page = self._jobs.page(claim.id)
        return (self._sources.get(page.source) if page else None), page

    async def _check(self, claim: Claim, source: Source, url: str, before: SourceState) -> None:
        started = self._clock()
        try:
            response = await self._get(source, url, before)
        except FetchError as error:
            self._check_failed(claim, source, url, before, error, started=started)
            return
        now, asked = self._clock(), mirrors.configured(source, before, url)
        outcome, after = judge(before, response, now)
        after = mirrors.answered(source.addresses, after.seen_at(asked, url, response.moved), asked)
        every = wait_of(source, after, self._limits.pace, now)
        after = replace(after, interval=every)
        document = _document(source, response, now) if outcome is Outcome.NEW else None
        due = self._due(outcome, source, after, started)
        # A changed body is counted by its reading: only that knows whether it held anything new.
        counted = [] if document else [outcome.value]
        moved = before.address(asked) != after.address(asked)
        hint, news = now + HINT_AGAIN, _answered(claim)
        if self._jobs.settle_source(
            claim, before, after, due=due, counted=counted, document=document, hint=hint, host=news, moved=moved
        ):
            self._tell(document)

    def _check_failed(
        self, claim: Claim, source: Source, url: str, before: SourceState, error: FetchError, *, started: datetime
    ) -> None:
        now, asked = self._clock(), mirrors.configured(source, before, url)
        after = before.after(error.outcome, now, str(error))
        after, soon = mirrors.failed(source.addresses, asked, before, after, now)
        after = replace(after, interval=wait_of(source, after, self._limits.pace, now))
        outcome = mirrors.weighed(source.addresses, error.outcome)
        due = now + mirrors.SOON if soon else self._due(outcome, source, after, started, error.retry_after)
        news = self._busy(claim, error)
        # Not the queue of the host that failed, which may be asked to wait, when another address is next.
        home = Home.of(self._address(source, after), source, self._limits.spacing)
        self._jobs.settle_source(claim, before, after, due=due, counted=[error.outcome], hint=now, home=home, host=news)

    def _address(self, source: Source, state: SourceState) -> str:
        """Where to ask: an address of the source, or where that has moved to."""
        now, used = self._clock(), mirrors.in_use(source.addresses, state)
        asked = mirrors.to_ask(source.addresses, state, now)
        if asked != used and (pause := self._jobs.pause(host_and_port(state.address(asked)))) and pause > now:
            # A mirror that works is not kept waiting for the first address.
            asked = used
        return state.address(asked)

    def _due(
        self,
        outcome: Outcome,
        source: Source,
        after: SourceState,
        started: datetime,
        retry_after: float | None = None,
    ) -> datetime:
        return next_due(
            outcome,
            every=after.interval,
            exact=source.every is not None,
            started=started,
            now=self._clock(),
            failures=after.failures,
            retry_after=retry_after,
            random=self._random,
        )

    def _busy(self, claim: Claim, error: FetchError) -> HostNews:
        """A host that is asked too much is left alone, with all that is waiting for it."""
        if error.status not in BUSY_STATUSES:
            return NO_NEWS
        strikes = claim.strikes + 1
        return HostNews(host_pause(strikes, error.retry_after, self._clock(), self._random), strikes)

    async def _get(
        self,
        source: Source,
        url: str,
        state: SourceState | None = None,
        *,
        stay: bool = False,
        most: int | None = None,
    ) -> Response:
        """Fetch for one source. The one catch-all: whatever an answer breaks, it is the failure of that source."""
        known = state if state and state.has_validators else SourceState()
        try:
            return await self._fetcher.get(
                url,
                etag=known.etag,
                last_modified=known.last_modified,
                validated=known.validated,
                allow_private=source.allow_private,
                proxy=source.proxy_url,
                stay=stay,
                most=most,
            )
        except FetchError:
            raise
        except Exception as error:
            # Nothing that one server sends may end the drain, in which a hundred others are being fetched.
            raise FetchError(Outcome.PROTOCOL_ERROR, f"{type(error).__name__}: {error}") from error

    async def _fetch_page(self, claim: Claim, source: Source, page: Page) -> None:
        try:
            response = await self._get(source, page.url, stay=True)
            if response.elsewhere:
                self._send_on(claim, source, page, response.elsewhere)
                return
            if not response.body:
                raise FetchError(Outcome.EMPTY, "the page is empty")  # noqa: TRY301 - an outcome like any other
        except FetchError as error:
            self._page_failed(claim, page, error, again=error.outcome is not Outcome.GONE)
            return
        document, hint, news = _article(page, response, self._clock()), self._clock() + HINT_AGAIN, _answered(claim)
        # A page that came is counted by its reading: only that knows whether it is an article.
        if self._jobs.settle_page(claim, page, due=None, counted=(), document=document, hint=hint, host=news):
            self._tell(document)

    def _send_on(self, claim: Claim, source: Source, page: Page, url: str) -> None:
        """The page is on another server, which has its own robots.txt and its own pace."""
        if page.hops >= _MOST_HOPS:
            raise FetchError(Outcome.PROTOCOL_ERROR, f"redirects lead through more than {_MOST_HOPS} servers")
        there = page.model_copy(update={"address": url, "hops": page.hops + 1})
        now, home = self._clock(), Home.of(url, source, self._limits.spacing)
        news = _answered(claim)
        self._jobs.settle_page(claim, there, due=now, counted=(), document=None, hint=now, home=home, host=news)

    def _page_failed(self, claim: Claim, page: Page, error: FetchError, *, again: bool) -> None:
        failed = page.anew(attempts=page.attempts + 1)
        if is_gone(failed, error.outcome):
            failed, again = failed.model_copy(update={"gone": True}), False
        now = self._clock()
        due = page_retry(failed.attempts, now, self._random, error.retry_after) if again else None
        # The reader gets what the feed said at once, and the page later if it comes; of a second look it has more.
        tell = failed.gone or (page.attempts == 0 and not page.looks)
        document = _article(failed, None, now) if tell else None
        hint, news = now + HINT_AGAIN, self._busy(claim, error)
        if self._jobs.settle_page(
            claim, failed, due=due, counted=[error.outcome], document=document, hint=hint, host=news
        ):
            self._tell(document)

    def _tell(self, document: Document | None) -> None:
        if document:
            self._hint(document.id)


def judge(before: SourceState, response: Response, now: datetime) -> tuple[Outcome, SourceState]:
    """Whether a good answer is new, and the state to save with it. Validators are verbatim; gone ones are forgotten."""
    if response.unchanged and not before.has_validators:
        # Nothing read well is known that could be unchanged: after a failed reading it would be the failure.
        reason = "304 Not Modified in answer to a request without conditions"
        return Outcome.PROTOCOL_ERROR, before.after(Outcome.PROTOCOL_ERROR, now, reason)
    if response.unchanged:
        seen = replace(
            before,
            etag=response.etag or before.etag,
            last_modified=response.last_modified or before.last_modified,
            fresh=response.fresh,
        )
        return Outcome.UNCHANGED, seen.after(Outcome.UNCHANGED, now)
    digest = hashlib.sha256(response.body).hexdigest()
    seen = replace(
        before,
        etag=response.etag,
        last_modified=response.last_modified,
        validated=response.url,
        body_hash=digest,
        fresh=response.fresh,
    )
    if digest == before.body_hash:
        return Outcome.UNCHANGED, seen.after(Outcome.UNCHANGED, now)
    return Outcome.NEW, replace(seen, checked=now)


def _answered(claim: Claim) -> HostNews:
    return HostNews(strikes=0) if claim.strikes else NO_NEWS


def is_gone(page: Page, outcome: Outcome) -> bool:
    """Whether a page that was read before is gone for good: by its own word, or not found so many times in a row."""
    return bool(page.looks) and (
        outcome is Outcome.GONE or (outcome is Outcome.NOT_FOUND and page.attempts >= NOT_FOUND_ATTEMPTS)
    )


def _raised(ended: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
    """Let an error of a job end the run: jobs turn what a source does into outcomes, so it is Redis or a bug."""
    for task in ended:
        task.result()
    return ended


def _document(source: Source, response: Response, now: datetime) -> Document:
    return Document(
        id=secrets.token_hex(8),
        source=source.id,
        purpose=Purpose.INDEX,
        url=response.url,
        body=response.body,
        content_type=response.content_type,
        fetched=now,
    )


def _article(page: Page, response: Response | None, now: datetime) -> Document:
    return Document(
        id=secrets.token_hex(8),
        source=page.source,
        purpose=Purpose.ARTICLE,
        url=response.url if response else page.url,
        body=response.body if response else b"",
        content_type=response.content_type if response else "",
        fetched=now,
        page=page,
    )
