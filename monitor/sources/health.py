"""What is wrong with the sources, and what the operator is told of it. Decisions over values and `now`.

The order in which the rules apply:
1. When more than half of the sources fail within minutes, it is the network here: one trouble, and none of a source is
   told until it is over and the source was looked at again since.
2. A source has at most one trouble: it fails (several times in a row, over some time; an answer of 410 at once), the
   selector of its text matches nothing, or it is silent against its own rhythm.
3. A trouble is told once when it begins and once when it is over. It is over when a check found the source well again;
   a source that left the configuration takes its trouble with it, untold.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import Field

from monitor.models import Model, Notice, Outcome
from monitor.sources.history import silent_since

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.models import Source
    from monitor.sources.schedule import SourceState

NETWORK = "network"
# Fewer sources than this that fail at once are troubles of their own.
_LEAST_AT_ONCE = 3
_AT_ONCE = timedelta(minutes=30)
# By the checks of the last minutes it is told that the network is back.
_LATELY = timedelta(minutes=5)
# What only the source itself can come to, however many do.
_OF_A_SOURCE = frozenset(
    {
        Outcome.EMPTY,
        Outcome.NOT_A_FEED,
        Outcome.NOT_FOUND,
        Outcome.GONE,
        Outcome.ROBOTS,
        Outcome.TOO_LARGE,
        Outcome.UNREADABLE,
    }
)
_MISSES = 3

OUTCOMES = {
    Outcome.NEW: "new items",
    Outcome.UNCHANGED: "nothing new",
    Outcome.EMPTY: "no items",
    Outcome.NOT_A_FEED: "not what it should be",
    Outcome.BLOCKED: "blocked",
    Outcome.NOT_FOUND: "not found",
    Outcome.GONE: "gone for good",
    Outcome.ROBOTS: "disallowed by robots.txt",
    Outcome.BUSY: "too many requests",
    Outcome.SERVER_ERROR: "error of the server",
    Outcome.TIMEOUT: "no answer in time",
    Outcome.UNREACHABLE: "not reachable",
    Outcome.REFUSED: "refused here",
    Outcome.TOO_LARGE: "too large",
    Outcome.PROTOCOL_ERROR: "answer breaks HTTP",
    Outcome.UNREADABLE: "cannot be read",
}


class Trouble(Model):
    """What is wrong with one subject (`source:ID`, `network`). `over` is set where the end must be remembered."""

    subject: str
    name: str
    reason: str
    since: datetime
    noticed: datetime
    over: datetime | None = Field(None, description="of the network: when it was back")


@dataclass(frozen=True, slots=True)
class Patience:
    """How much is borne before it is told: so many failures in a row, over at least this time."""

    failures: int = 3
    time: timedelta = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Change:
    """One trouble that begins, ends, or is forgotten; `notice` is what is told of it."""

    subject: str
    before: Trouble | None
    after: Trouble | None
    notice: Notice | None


Watched = tuple["Source", "SourceState"]


def in_words(state: SourceState) -> str:
    """What the last check came to, for a person: the outcome, and its reason where there is one."""
    if state.outcome is None:
        return "not checked yet"
    said = OUTCOMES.get(state.outcome, str(state.outcome))
    return f"{said}: {state.reason}" if state.reason else said


def changes_of(
    watched: Sequence[Watched], known: Mapping[str, Trouble], now: datetime, patience: Patience
) -> tuple[Change, ...]:
    """What begins and what ends. `known` are the troubles that are stored, by subject."""
    network = known.get(NETWORK)
    states = [state for _, state in watched]
    after = network_trouble(states, network, now, patience)
    at_once = bool(_began(states, now))
    found = [_change(NETWORK, network, after, now)]
    wanted: dict[str, Trouble | None] = {}
    for source, state in watched:
        subject = f"source:{source.id}"
        was = known.get(subject)
        trouble = source_trouble(source, state, now, patience)
        if trouble and was is None and _withheld(state, after, now, at_once=at_once):
            trouble = None
        # A trouble that goes on is the one that was told, whatever it has become; unless it is over, it stays.
        wanted[subject] = (was or trouble) if trouble or (was and not is_well(source, state)) else None
    found += [_change(subject, known.get(subject), trouble, now) for subject, trouble in wanted.items()]
    left = [subject for subject in known if subject.startswith("source:") and subject not in wanted]
    found += [Change(subject, known[subject], None, None) for subject in left]
    return tuple(change for change in found if change and change.before != change.after)


def source_trouble(source: Source, state: SourceState, now: datetime, patience: Patience) -> Trouble | None:
    """What is wrong with a source, by what is known of it alone."""
    since, reason = state.failing, in_words(state)
    if state.failures and since:
        enough = state.failures >= patience.failures and (state.checked or now) - since >= patience.time
        if not (enough or state.outcome is Outcome.GONE):
            return None
        if state.outcome is Outcome.EMPTY and source.listing:
            reason = f"no items: the selector of listing.item matches nothing: {source.listing.item}"
    elif state.misses >= _MISSES and source.article and source.article.body:
        since = now
        reason = f"the selector of article.body matched nothing on {state.misses} pages: {source.article.body}"
    elif latest := silent_since(state.history, state.succeeded):
        since, reason = latest, f"it answers, but brings nothing new: the last item is of {latest:%Y-%m-%d %H:%M} UTC"
    else:
        return None
    return Trouble(subject=f"source:{source.id}", name=source.label, reason=reason, since=since, noticed=now)


def is_well(source: Source, state: SourceState) -> bool:
    """Whether the last check found the source well: not merely less ill than a trouble needs."""
    well = state.outcome is not None and state.outcome.good and not state.failures
    selects = not (source.article and source.article.body) or state.misses == 0
    return well and selects and silent_since(state.history, state.succeeded) is None


def network_trouble(
    states: Sequence[SourceState], known: Trouble | None, now: datetime, patience: Patience
) -> Trouble | None:
    """The trouble of the network, going on or over; None where there is none, or its end is long past."""
    if known and known.over is None:
        return known.model_copy(update={"over": now}) if _is_back(states, known, now) else known
    began = _began(states, now)
    if began and now - began >= patience.time:
        failing = [state for state in states if state.failures]
        common = Counter(OUTCOMES[state.outcome] for state in failing if state.outcome).most_common(1)[0][0]
        reason = f"{len(failing)} of {len(states)} sources fail at once, mostly with: {common}"
        return Trouble(subject=NETWORK, name="the network of this machine", reason=reason, since=began, noticed=now)
    return known


def _began(states: Sequence[SourceState], now: datetime) -> datetime | None:
    """When most of those that were looked at since began to fail; None where it is not most of them."""
    starts = sorted(
        state.failing
        for state in states
        if state.failing and now - state.failing <= _AT_ONCE and state.outcome not in _OF_A_SOURCE
    )
    if len(starts) < _LEAST_AT_ONCE:
        return None
    looked_at = sum(bool(state.checked and state.checked >= starts[0]) for state in states)
    return starts[0] if 2 * len(starts) > looked_at else None


def _is_back(states: Sequence[SourceState], trouble: Trouble, now: datetime) -> bool:
    lately = [state for state in states if state.checked and state.checked >= max(now - _LATELY, trouble.noticed)]
    return 2 * sum(not state.failures for state in lately) > len(lately)


def _withheld(state: SourceState, network: Trouble | None, now: datetime, *, at_once: bool) -> bool:
    """Whether a failure may be that of the network, which is down, seems to be, or was when the source last failed."""
    if not state.failures:
        return False
    if network and (network.over is None or (state.checked and state.checked <= network.over)):
        return True
    lately = state.failing is not None and now - state.failing <= _AT_ONCE
    return at_once and lately and state.outcome not in _OF_A_SOURCE


def _change(subject: str, before: Trouble | None, after: Trouble | None, now: datetime) -> Change | None:
    """The step from one to the other; None where nothing happened."""
    began = after is not None and after.over is None
    was = before is not None and before.over is None
    if began == was:
        return None
    told = after if began else before
    return Change(subject, before, after, _notice(told, now, recovered=not began) if told else None)


def _notice(trouble: Trouble, now: datetime, *, recovered: bool) -> Notice:
    name = f"{trouble.subject} {trouble.since.isoformat()}"
    stable = hashlib.sha256(name.encode()).hexdigest()[:20]
    return Notice(
        id=f"n-{stable}-over" if recovered else f"n-{stable}",
        subject=trouble.subject,
        name=trouble.name,
        recovered=recovered,
        reason=trouble.reason,
        since=trouble.since,
        detected=now,
    )
