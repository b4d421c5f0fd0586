"""The canary: an article of our own that travels the whole way, so that silence means that nothing was published.

    drain serves and fetches its feed -> read matches it -> the alert stream -> the channel `canary`

Nobody is sent anything while it arrives. When it is late the watchdog says so (docs/alerts.md). Nothing here reads a
clock or a store.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from email.utils import format_datetime
from typing import TYPE_CHECKING

from monitor.models import Canary, Notice, Severity, Source
from monitor.rules import Hit, Rule, Term, Watch

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from monitor.models import Article

# The id of its source, its rule and its channel; configurations may not use it.
CANARY = "canary"
# A word that no text has, so that the rule costs nothing and matches nothing else.
_WORD = "vedettecanarytrip"


@dataclass(frozen=True, slots=True)
class Trip:
    """How far canaries have come: when one was last fetched, queued, received."""

    fetched: datetime | None = None
    queued: datetime | None = None
    received: datetime | None = None


def canary_source(url: str, every: timedelta) -> Source:
    """The source of the canary, at an address on loopback."""
    return Source(id=CANARY, name="Canary", url=url, kind="feed", every=every, allow_private=True)


def canary_feed(now: datetime) -> bytes:
    """An RSS document with one item, new each time it is asked for."""
    name = f'<title>{_WORD}</title><guid isPermaLink="false">{now.isoformat()}</guid>'
    item = f"{name}<pubDate>{format_datetime(now)}</pubDate>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel><item>{item}</item></channel></rss>'.encode()


def with_canary(watch: Watch) -> Watch:
    """The watch file with one more rule, for that source alone."""
    rule = Rule(
        id=CANARY,
        name="Canary",
        severity=Severity.LOW,
        tags=(),
        condition=Hit(Term(_WORD, 1, exact=True)),
        only=frozenset({CANARY}),
        skip=frozenset(),
        languages=frozenset(),
        tests=(),
        line=1,
    )
    return replace(watch, rules=(*watch.rules, rule))


def canary_of(article: Article, now: datetime) -> Canary:
    """The message that an arrived canary becomes."""
    return Canary(id=f"c-{article.id}", sent=article.published or now, detected=now)


def overdue(trip: Trip, since: datetime, patience: timedelta, now: datetime) -> datetime | None:
    """Since when a canary is missing, if for longer than `patience`; `since` is when somebody began to wait."""
    last = max(trip.received or since, since)
    return last if now - last > patience else None


def late_notice(trip: Trip, missing: datetime, unreachable: str, now: datetime) -> Notice:
    """What the operator is told: since when, and where the way is interrupted. `unreachable` is the error of Redis."""
    reason = f"nothing came through since {missing:%H:%M} UTC: {unreachable or _broken_at(trip, missing)}"
    return Notice(
        id=_name(missing),
        subject=CANARY,
        name="The monitor itself",
        recovered=False,
        reason=reason,
        since=missing,
        detected=now,
    )


def recovered_notice(missing: datetime, now: datetime) -> Notice:
    """What the operator is told when canaries arrive again."""
    return Notice(
        id=f"{_name(missing)}-over",
        subject=CANARY,
        name="The monitor itself",
        recovered=True,
        reason=f"nothing came through from {missing:%H:%M} UTC on",
        since=missing,
        detected=now,
    )


def _broken_at(trip: Trip, missing: datetime) -> str:
    if trip.fetched is None or trip.fetched <= missing:
        return "nothing is fetched; look at the worker and the broker"
    if trip.queued is None or trip.queued <= missing:
        return "what is fetched is not read; look at the worker"
    return "what alerts is not delivered; look at the worker"


def _name(missing: datetime) -> str:
    return f"n-{CANARY}-{missing:%Y%m%d%H%M%S}"
