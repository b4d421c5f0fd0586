"""Fetch what is due, as long as anything is: no batches, so a slow host holds up nobody.

Each job ends in one call that stores the result, the next due time and the document to read, or nothing at all.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.errors import FetchError
from monitor.gaps import shortened
from monitor.models import Document, Outcome, Page, Purpose
from monitor.schedule import HINT_AGAIN, next_due, page_retry
from monitor.urls import host

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from random import Random

    from monitor.models import Source
    from monitor.pipeline.ports import DocumentStore, Fetcher, JobStore, Response
    from monitor.schedule import Claim, SourceState

_IDLE = 0.2
_HOST_BUSY = timedelta(milliseconds=500)
# Jobs that wait for a busy host hold a slot of the drain, so only a few may, and not for long.
_WAITING_PER_HOST = 10
_WAIT_SECONDS = 5.0
_LONGEST_AWAY = 20  # times _HOST_BUSY
_UNKNOWN = timedelta(minutes=1)
# The page of an alerted article that is not found is gone when it was not for a quarter of an hour.
NOT_FOUND_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is fetched at once."""

    concurrency: int = 100
    per_host: int = 2


class Door:
    """The door of one host: so many requests inside at once, and a short queue before it."""

    def __init__(self, inside: int) -> None:
        self._inside = asyncio.Semaphore(inside)
        self._queue = 0
        self._turned_away = 0

    async def enter(self) -> bool:
        """Wait for a place; False when too many wait already, or none came free in time."""
        if self._inside.locked() and self._queue >= _WAITING_PER_HOST:
            return False
        self._queue += 1
        try:
            await asyncio.wait_for(self._inside.acquire(), _WAIT_SECONDS)
        except TimeoutError:
            return False
        finally:
            self._queue -= 1
        return True

    def leave(self) -> None:
        """Make room for the next."""
        self._turned_away = max(0, self._turned_away - 1)
        self._inside.release()

    def come_back(self) -> timedelta:
        """How long to stay away: the longer, the more were turned away, so that a long queue is no busy loop."""
        self._turned_away += 1
        return _HOST_BUSY * min(1 + self._turned_away // _WAITING_PER_HOST, _LONGEST_AWAY)


class Drain:
    """One run of the fetcher. `hint` tells a reader that a document waits."""

    def __init__(
        self,
        jobs: JobStore,
        documents: DocumentStore,
        fetcher: Fetcher,
        sources: Mapping[str, Source],
        *,
        every: timedelta,
        limits: Limits,
        hint: Callable[[str], None],
        clock: Callable[[], datetime],
        random: Random,
    ) -> None:
        self._jobs = jobs
        self._documents = documents
        self._fetcher = fetcher
        self._sources = sources
        self._every = every
        self._limits = limits
        self._hint = hint
        self._clock = clock
        self._random = random
        self._doors = defaultdict[str, Door](lambda: Door(limits.per_host))

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
        if not running:
            await asyncio.sleep(_IDLE)
            return set(), running
        ended, running = await asyncio.wait(running, timeout=_IDLE, return_when=asyncio.FIRST_COMPLETED)
        return _raised(ended), running

    def _schedule_sources(self) -> None:
        now = self._clock()
        spread = {name: self._first_delay(source) for name, source in self._sources.items()}
        self._jobs.sync({name: now + delay for name, delay in spread.items()})

    def _first_delay(self, source: Source) -> timedelta:
        """New sources are spread over some seconds, so that a start is no thunderclap."""
        return min(source.every or self._every, timedelta(seconds=5)) * self._random.uniform(0, 1)

    async def _do(self, claim: Claim) -> None:
        source, page = self._target(claim)
        if source is None:
            self._postpone(claim, page)
            return
        door = self._doors[host(page.entry.url if page and page.entry.url else source.url)]
        try:
            if not await door.enter():
                self._jobs.put_back(claim, self._clock() + door.come_back())
                return
            try:
                await (self._fetch_page(claim, source, page) if page else self._check(claim, source))
            finally:
                door.leave()
        except asyncio.CancelledError:
            self._jobs.put_back(claim, self._clock())
            raise

    def _postpone(self, claim: Claim, page: Page | None) -> None:
        """A job of a source that this process does not know: another may have a newer configuration.

        The schedule of sources is mended by `sync`; a page whose source does not come back is given up in time.
        """
        if claim.kind == "source":
            self._jobs.put_back(claim, self._clock() + _UNKNOWN)
        elif page is None:
            self._jobs.drop(claim)
        else:
            again = page.model_copy(update={"attempts": page.attempts + 1})
            due = page_retry(again.attempts, self._clock(), self._random)
            self._jobs.settle_page(claim, again, due=due, counted=None, document=None, hint=self._clock())

    def _target(self, claim: Claim) -> tuple[Source | None, Page | None]:
        if claim.kind == "source":
            return self._sources.get(claim.id), None
        page = self._jobs.page(claim.id)
        return (self._sources.get(page.source) if page else None), page

    async def _check(self, claim: Claim, source: Source) -> None:
        started, before = self._clock(), self._jobs.state(claim.id)
        retry_after, document = None, None
        try:
            response = await self._get(source, source.url, before)
        except FetchError as error:
            outcome, retry_after = error.outcome, error.retry_after
            after = before.after(outcome, self._clock(), str(error))
        else:
            outcome, after = judge(before, response, self._clock())
            if outcome is Outcome.NEW:
                document = _document(source, response, self._clock())
        due = next_due(
            outcome,
            every=source.every or shortened(self._every, before.history.gap, started),
            started=started,
            now=self._clock(),
            failures=after.failures,
            retry_after=retry_after,
            random=self._random,
        )
        # A changed body is counted by its reading: only that knows whether it held anything new.
        counted = None if document else outcome
        hint = self._clock() + HINT_AGAIN
        if self._jobs.settle_source(claim, before, after, due=due, counted=counted, document=document, hint=hint):
            self._tell(document)

    async def _get(
        self, source: Source, url: str, state: SourceState | None = None, *, wanted: bool = False
    ) -> Response:
        """Fetch for one source. The one catch-all: whatever an answer breaks, it is the failure of that source."""
        try:
            response = await self._fetcher.get(
                url,
                etag=state.etag if state else "",
                last_modified=state.last_modified if state else "",
                allow_private=source.allow_private,
            )
        except FetchError:
            raise
        except Exception as error:
            # Nothing that one server sends may end the drain, in which a hundred others are being fetched.
            raise FetchError(Outcome.PROTOCOL_ERROR, f"{type(error).__name__}: {error}") from error
        if wanted and not response.body:
            raise FetchError(Outcome.EMPTY, "the page is empty")
        return response

    async def _fetch_page(self, claim: Claim, source: Source, page: Page) -> None:
        try:
            response = await self._get(source, page.entry.url or "", wanted=True)
        except FetchError as error:
            failed = page.model_copy(update={"attempts": page.attempts + 1})
            due = page_retry(failed.attempts, self._clock(), self._random, error.retry_after)
            counted: Outcome | None = error.outcome
            if is_gone(failed, error.outcome):
                failed, due = failed.model_copy(update={"gone": True}), None
            # The reader gets what the feed said at once, and the page later if it comes; of a second look it has more.
            tell = failed.gone or (page.attempts == 0 and not page.looks)
            document = _article(failed, None, self._clock()) if tell else None
            page = failed
        else:
            # A page that came is counted by its reading: only that knows whether it is an article.
            due, counted, document = None, None, _article(page, response, self._clock())
        hint = self._clock() + HINT_AGAIN
        if self._jobs.settle_page(claim, page, due=due, counted=counted, document=document, hint=hint):
            self._tell(document)

    def _tell(self, document: Document | None) -> None:
        if document:
            self._hint(document.id)


def judge(before: SourceState, response: Response, now: datetime) -> tuple[Outcome, SourceState]:
    """Whether a good answer is new, and the state to save with it. Validators are verbatim; gone ones are forgotten."""
    if response.unchanged and not (before.etag or before.last_modified):
        # Nothing read well is known that could be unchanged: after a failed reading it would be the failure.
        reason = "304 Not Modified in answer to a request without conditions"
        return Outcome.PROTOCOL_ERROR, before.after(Outcome.PROTOCOL_ERROR, now, reason)
    if response.unchanged:
        fresh = replace(
            before, etag=response.etag or before.etag, last_modified=response.last_modified or before.last_modified
        )
        return Outcome.UNCHANGED, fresh.after(Outcome.UNCHANGED, now)
    digest = hashlib.sha256(response.body).hexdigest()
    seen = replace(before, etag=response.etag, last_modified=response.last_modified, body_hash=digest)
    if digest == before.body_hash:
        return Outcome.UNCHANGED, seen.after(Outcome.UNCHANGED, now)
    return Outcome.NEW, replace(seen, checked=now)


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
        url=response.url if response else page.entry.url or "",
        body=response.body if response else b"",
        content_type=response.content_type if response else "",
        fetched=now,
        page=page,
    )
