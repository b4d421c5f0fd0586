"""When to look again: decisions over values and `now`. Nothing here reads a clock or a store.

The order in which the rules apply:
1. `Retry-After` of the server wins.
2. A source that answered is due one interval after the check began, so that a slow answer does not shift the rhythm.
3. One that failed waits twice as long after each failure, up to MAX_BACKOFF, spread by jitter; 410 waits GONE_PROBE.
   It never stops being tried.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from monitor.history import History
from monitor.models import Outcome

if TYPE_CHECKING:
    from random import Random

MAX_BACKOFF = timedelta(hours=1)
GONE_PROBE = timedelta(days=7)
_JITTER = 0.05
_MAX_DOUBLINGS = 12
# A document that was not read so long after its hint, or after a reading began, gets its hint again: that one was lost,
# or killed its reader. Longer than the time limit of a reading.
HINT_AGAIN = timedelta(seconds=40)
# A page is tried this often, for about a day, before the text of the feed has to do for good.
PAGE_ATTEMPTS = 24
PAGE_RETRY = timedelta(minutes=5)
# So long after it the page of an alerted article is looked at again: it may be corrected without the feed saying so.
LOOKS_AGAIN = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is known of a source between two checks. Validators and hash are verbatim, for conditional requests.

    `failing` is when the first of the present failures was; `misses` counts article pages in a row on which the
    selector of the text matched nothing, `filled` the items of gaps that were found elsewhere.
    """

    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    outcome: Outcome | None = None
    reason: str = ""
    failures: int = 0
    items: int = 0
    checked: datetime | None = None
    succeeded: datetime | None = None
    changed: datetime | None = None
    primed: bool = False
    failing: datetime | None = None
    misses: int = 0
    filled: int = 0
    history: History = field(default_factory=History)

    def after(self, outcome: Outcome, now: datetime, reason: str = "") -> SourceState:
        """The state after a check that came to `outcome`; a 304 or an unchanged body does not mend a failed reading."""
        if outcome is Outcome.UNCHANGED:
            return replace(self, checked=now, succeeded=now, failures=0, outcome=outcome, reason="", failing=None)
        if outcome is Outcome.NEW:
            fine = replace(self, checked=now, succeeded=now, failures=0, outcome=outcome, reason="", failing=None)
            return replace(fine, changed=now)
        failed = replace(self, checked=now, failures=self.failures + 1, outcome=outcome, reason=reason)
        return replace(failed, failing=self.failing or now)

    def forgotten(self) -> SourceState:
        """Without validators, so that the next request brings the whole body again."""
        return replace(self, etag="", last_modified="", body_hash="")


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this process may fetch until its lease ends; `token` proves it."""

    kind: str
    id: str
    token: int

    @property
    def job(self) -> str:
        """The member of the due set: `source:ID` or `page:ID`."""
        return f"{self.kind}:{self.id}"


def next_due(
    outcome: Outcome,
    *,
    every: timedelta,
    started: datetime,
    now: datetime,
    failures: int,
    retry_after: float | None,
    random: Random,
) -> datetime:
    """The time of the next check of a source. `failures` counts those in a row, this one included."""
    if retry_after is not None:
        return now + max(timedelta(seconds=retry_after), every) + timedelta(seconds=random.uniform(0, 1))
    if outcome.good:
        # A little later each time: sources that an outage put in step drift apart again.
        return max(started + every, now) + every * random.uniform(0, _JITTER)
    if outcome is Outcome.GONE:
        return now + GONE_PROBE * random.uniform(0.9, 1.1)
    return now + backoff(every, failures, random)


def backoff(base: timedelta, failures: int, random: Random, ceiling: timedelta = MAX_BACKOFF) -> timedelta:
    """`base`, doubled for each failure after the first, at most `ceiling` (or `base` when longer), within ±20 %."""
    doubled = base * float(2 ** min(max(failures - 1, 0), _MAX_DOUBLINGS))
    return max(base, min(doubled, ceiling)) * random.uniform(0.8, 1.2)


def page_retry(attempts: int, now: datetime, random: Random, retry_after: float | None = None) -> datetime | None:
    """When to try an article page again after so many failed attempts, or None when that was the last."""
    if attempts >= PAGE_ATTEMPTS:
        return None
    return now + max(backoff(PAGE_RETRY, attempts, random), timedelta(seconds=retry_after or 0))
