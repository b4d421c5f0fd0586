"""When to look again: decisions over values and `now`. Nothing here reads a clock or a store.

The order in which the rules apply:
1. `Retry-After` of the server wins; 429 and 503 pause their whole host (`host_pause`).
2. A source that answered is due one interval after the check began, so that a slow answer does not shift the rhythm.
   The interval is its own `every`, to the second, or follows its rhythm (monitor/sources/rhythm.py).
3. One that failed waits twice as long after each failure, up to MAX_BACKOFF, spread by jitter; 404 for ever waits
   NOT_FOUND_PROBE, and 410 GONE_PROBE. It never stops being tried.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from monitor.models import Outcome
from monitor.sources.history import History
from monitor.sources.rhythm import Hints, interval, shortened
from monitor.urls import host_and_port

if TYPE_CHECKING:
    from random import Random

    from monitor.models import Source
    from monitor.sources.rhythm import Pace

MAX_BACKOFF = timedelta(hours=1)
GONE_PROBE = timedelta(days=7)
NOT_FOUND_PROBE = timedelta(days=1)
# An address that was not found so often is taken for gone, though the server does not say so.
NOT_FOUND_FOR_EVER = 20
# A permanent redirect is believed when so many checks in a row saw the same one.
MOVED_SIGHTINGS = 3
# After so many failures at the address where a source moved to, its own is tried again.
MOVED_DOUBTS = 5
_JITTER = 0.05
_MAX_DOUBLINGS = 12
# A document that was not read so long after its hint, or after a reading began, gets its hint again: that one was lost,
# or killed its reader. Longer than the time limit of a reading.
HINT_AGAIN = timedelta(seconds=40)
# A page is tried this often, for about a day, before the text of the feed has to do for good.
PAGE_ATTEMPTS = 24
PAGE_RETRY = timedelta(minutes=5)
# What a host says when it is asked too much (RFC 6585, 4; RFC 9110, 15.6.4).
BUSY_STATUSES = frozenset({429, 503})
# A host that says 429 or 503 without Retry-After is left alone for a random part of this, doubled each time.
HOST_PAUSE = timedelta(seconds=30)
# The gap between the starts of two requests to one public host.
SPACING = timedelta(seconds=1)
# So long after it the page of an alerted article is looked at again: it may be corrected without the feed saying so.
LOOKS_AGAIN = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is known of a source between two checks. Validators and hash are verbatim, for conditional requests.

    `validated` is the address that gave the validators: they mean nothing anywhere else. `moved` is where permanent
    redirects from the address `moved_from` lead, seen by so many checks in a row. `interval` is the one in use.
    `mirror` is the address in use where that is not the first, since `left_first`, or when that was last tried again.
    `read_from` is the host of the document that was last read well, `read_until` the time of the newest one.
    `failing` is when the first of the present failures was; `misses` counts article pages in a row on which the
    selector of the text matched nothing, `filled` the items of gaps that were found elsewhere.
    """

    etag: str = ""
    last_modified: str = ""
    validated: str = ""
    body_hash: str = ""
    outcome: Outcome | None = None
    reason: str = ""
    failures: int = 0
    items: int = 0
    checked: datetime | None = None
    succeeded: datetime | None = None
    changed: datetime | None = None
    primed: bool = False
    moved: str = ""
    moved_from: str = ""
    sightings: int = 0
    interval: timedelta = timedelta(0)
    fresh: timedelta = timedelta(0)
    hints: Hints = field(default_factory=Hints)
    arrivals: tuple[datetime, ...] = ()
    mirror: str = ""
    left_first: datetime | None = None
    read_from: str = ""
    read_until: datetime | None = None
    failing: datetime | None = None
    misses: int = 0
    filled: int = 0
    history: History = field(default_factory=History)

    def address(self, configured: str) -> str:
        """Where to ask: the configured address, or the one that it has moved to for good."""
        return self.moved if self.moved_from == configured and self.sightings >= MOVED_SIGHTINGS else configured

    def seen_at(self, configured: str, asked: str, moved: str) -> SourceState:
        """After an answer to a request of `asked` that permanent redirects led to `moved` ("" where none did).

        While the source fails no sighting counts: what answers there may be a page that holds the name for sale.
        """
        if not moved:
            # The new address answers for itself; from the old one no redirect means that it did not move.
            return self if asked != configured else replace(self, moved="", moved_from="", sightings=0)
        same = moved == self.moved and configured == self.moved_from
        sightings = min(self.sightings + (not self.failures), MOVED_SIGHTINGS) if same else 1
        return replace(self, moved=moved, moved_from=configured, sightings=sightings)

    def after(self, outcome: Outcome, now: datetime, reason: str = "") -> SourceState:
        """The state after a check that came to `outcome`; a 304 or an unchanged body does not mend a failed reading."""
        if outcome is Outcome.UNCHANGED:
            return replace(self, checked=now, succeeded=now, failures=0, outcome=outcome, reason="", failing=None)
        if outcome is Outcome.NEW:
            fine = replace(self, checked=now, succeeded=now, failures=0, outcome=outcome, reason="", failing=None)
            return replace(fine, changed=now)
        failed = replace(self, checked=now, failures=self.failures + 1, outcome=outcome, reason=reason)
        failed = replace(failed, failing=self.failing or now)
        return replace(failed, moved="", moved_from="", sightings=0) if failed.failures >= MOVED_DOUBTS else failed

    @property
    def has_validators(self) -> bool:
        """Whether a request can be made conditional.

        What an answer left while a reading forgot the rest has no address that it belongs to, and counts for nothing.
        """
        return bool(self.validated and (self.etag or self.last_modified))

    def forgotten(self) -> SourceState:
        """Without validators, so that the next request brings the whole body again."""
        return replace(self, etag="", last_modified="", validated="", body_hash="")


@dataclass(frozen=True, slots=True)
class Home:
    """Where a job belongs: the host it asks, the pace of requests to that host, and the source it is done for."""

    host: str
    pace: timedelta
    source: str

    @classmethod
    def of(cls, url: str, source: Source, spacing: timedelta | None) -> Home:
        """The home of a request to `url`. Without a `spacing` of the settings, a private server sets no pace."""
        pace = (timedelta(0) if source.allow_private else SPACING) if spacing is None else spacing
        return cls(host_and_port(url), pace, source.id)


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this process may fetch until its lease ends; `token` proves it.

    `home` is what is known of its place, None where nothing is; `strikes` counts the 429 and 503 of its host in a row.
    """

    kind: str
    id: str
    token: int
    home: Home | None = None
    strikes: int = 0

    @property
    def job(self) -> str:
        """The member of the due set: `source:ID` or `page:ID`."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class HostNews:
    """What one request showed of its host: until when to leave it alone, and 429 and 503 in a row; None is no news."""

    pause: datetime | None = None
    strikes: int | None = None


NO_NEWS = HostNews()


def wait_of(source: Source, state: SourceState, pace: Pace, now: datetime) -> timedelta:
    """The interval in use: that of the source where it names one, else by its rhythm and its hints."""
    adapted = interval(state.arrivals, now, pace, state.hints, state.fresh)
    return source.every or shortened(adapted, state.history.gap, now)


def next_due(
    outcome: Outcome,
    *,
    every: timedelta,
    exact: bool,
    started: datetime,
    now: datetime,
    failures: int,
    retry_after: float | None,
    random: Random,
) -> datetime:
    """The time of the next check of a source. `failures` counts those in a row, this one included.

    `exact` keeps to the second; else a little is added each time, so that sources in step drift apart.
    """
    if retry_after is not None:
        return now + max(timedelta(seconds=retry_after), every) + timedelta(seconds=random.uniform(0, 1))
    if outcome.good:
        return max(started + every, now) + (timedelta(0) if exact else every * random.uniform(0, _JITTER))
    if outcome is Outcome.GONE:
        return now + GONE_PROBE * random.uniform(0.9, 1.1)
    for_ever = outcome is Outcome.NOT_FOUND and failures > NOT_FOUND_FOR_EVER
    return now + backoff(every, failures, random, NOT_FOUND_PROBE if for_ever else MAX_BACKOFF)


def host_pause(strikes: int, retry_after: float | None, now: datetime, random: Random) -> datetime:
    """Until when a host that said 429 or 503 is left alone; `strikes` counts them in a row, this one included.

    As long as it asks, and otherwise exponential with full jitter: anything from nothing to the whole, so that those
    that were refused together do not come back together.
    """
    if retry_after:
        return now + timedelta(seconds=retry_after + random.uniform(0, 1))
    doubled = HOST_PAUSE * float(2 ** min(max(strikes - 1, 0), _MAX_DOUBLINGS))
    return now + min(doubled, MAX_BACKOFF) * random.uniform(0, 1)


def backoff(base: timedelta, failures: int, random: Random, ceiling: timedelta = MAX_BACKOFF) -> timedelta:
    """`base`, doubled for each failure after the first, at most `ceiling`, within ±20 %; never less than `base`."""
    doubled = base * float(2 ** min(max(failures - 1, 0), _MAX_DOUBLINGS))
    return max(base, min(doubled, ceiling) * random.uniform(0.8, 1.2))


def page_retry(attempts: int, now: datetime, random: Random, retry_after: float | None = None) -> datetime | None:
    """When to try an article page again after so many failed attempts, or None when that was the last."""
    if attempts >= PAGE_ATTEMPTS:
        return None
    return now + max(backoff(PAGE_RETRY, attempts, random), timedelta(seconds=retry_after or 0))
