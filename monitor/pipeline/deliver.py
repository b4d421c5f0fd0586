"""From the alert stream to one channel, in order, at least once.

The order in which the rules apply:
1. A digest that was begun is sent again with the very messages that it began with; then what was put back from the
   dead letters; then the rest, as `monitor.routing` says of each message.
2. Alerts found by the first check of a source are gathered: they go as one digest once none came for DIGEST_QUIET, or
   after DIGEST_LATEST. What waited for quiet hours, a mute or a digest's time goes as one digest too.
3. Above the cap of an hour the last free place takes the rest as one digest; critical alerts always go.
4. A failure ends the run; the same delivery is tried again after a growing gap, with the same key.
5. A permanent refusal moves the delivery to the dead letters, and the next goes on; when one refusal follows another,
   the channel pauses as after a failure. So does the last of MAX_ATTEMPTS failures.
6. From the PROBE_AFTER-th failure of a delivery on, another message is tried with it. If that one goes through and the
   first does not even then, the first is at fault and not the channel: it moves to the dead letters.
7. After NOTICE_AFTER failures in a row the other channels are told, and once more when it works again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.errors import DeliveryError
from monitor.models import Delivery, Notice
from monitor.routing import Policy, Route, free_slots, route
from monitor.sources.schedule import backoff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from random import Random

    from monitor.pipeline.ports import Channel, DeliveryStore, PendingMessage, Replay, RetryState
    from monitor.routing import Silence

DIGEST_QUIET = timedelta(seconds=20)
DIGEST_LATEST = timedelta(minutes=10)
# A message can be read to its end, and a receiver's limit of size is not met at once.
DIGEST_MOST = 100
# 5 s, 10 s, 20 s ... 15 min: about 23 hours for one message, which then goes to the dead letters.
MAX_ATTEMPTS = 100
PROBE_AFTER = 5
# 5 + 10 + 20 + 40 s: a receiver that restarts is no news to the operator.
NOTICE_AFTER = 5
# So many refusals in a row speak of the channel and not of the messages.
_REFUSALS = 3
_FIRST_GAP = timedelta(seconds=5)
_LONGEST_GAP = timedelta(minutes=15)
_LONGEST_RETRY_AFTER = 3600.0
# What one look at the stream gathers before it is sent.
_AT_ONCE = 100
_SKIPPED_AT_ONCE = 1000
_REASON = 300


@dataclass(frozen=True, slots=True)
class Desk:
    """What decides on the messages of one channel, beside the messages: `sent` are the times of the last hour."""

    channel: str
    policy: Policy = field(default_factory=Policy)
    silences: tuple[Silence, ...] = ()
    sent: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """One message to send now, and the entries of the stream that it settles."""

    items: tuple[PendingMessage, ...]

    @property
    def entries(self) -> tuple[str, ...]:
        """The entries of the stream, in order."""
        return tuple(item.entry for item in self.items)

    def delivery(self, channel: str, attempt: int) -> Delivery:
        """The message for a channel. Its key depends on what it holds alone."""
        messages = tuple(item.message for item in self.items)
        names = " ".join(message.id for message in messages)
        key = messages[0].id if len(messages) == 1 else f"d-{hashlib.sha256(names.encode()).hexdigest()[:20]}"
        return Delivery(key=f"{key}:{channel}", channel=channel, messages=messages, attempt=attempt)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do now: messages to send, in order, and entries that the channel does not take."""

    planned: tuple[Planned, ...] = ()
    skipped: tuple[str, ...] = ()


def plan(pending: Iterable[PendingMessage], desk: Desk, now: datetime, begun: Sequence[str] = ()) -> Plan:
    """What to do now with what is pending. What must wait is left out and is looked at again later.

    Looks no further than it needs, and keeps little: much more may be waiting than memory could hold. `begun` are the
    entries of a single message that was begun: it is not put into a digest, so that its key stays, nor held by the cap.
    """
    slots = free_slots(desk.policy, desk.sent, now)
    found: dict[Route, list[PendingMessage]] = {kind: [] for kind in Route}
    skipped: list[str] = []
    for item in pending:
        kind = route(item.message, desk.channel, desk.policy, desk.silences, now)
        if kind is Route.SKIP:
            skipped.append(item.entry)
        elif kind is not Route.WAIT and item.entry in begun:
            found[Route.URGENT].append(item)
        elif kind is not Route.WAIT and (kind is Route.URGENT or len(found[kind]) < DIGEST_MOST):
            found[kind].append(item)
        groups = (
            [found[Route.URGENT]] if slots == 0 else [found[Route.URGENT], found[Route.ALONE], found[Route.GATHERED]]
        )
        if sum(map(len, groups)) >= _AT_ONCE or len(skipped) >= _SKIPPED_AT_ONCE:
            break
    return Plan(_arranged(found, slots, now), tuple(skipped))


def _arranged(found: dict[Route, list[PendingMessage]], slots: int | None, now: datetime) -> tuple[Planned, ...]:
    groups: list[tuple[PendingMessage, ...]] = [(item,) for item in found[Route.ALONE]]
    groups += [tuple(found[Route.GATHERED])] if found[Route.GATHERED] else []
    groups += [tuple(found[Route.FIRST_CHECK])] if _is_ripe(found[Route.FIRST_CHECK], now) else []
    urgent = [Planned((item,)) for item in found[Route.URGENT]]
    if slots is None:
        # Without a cap the order of the stream holds for everything that goes alone.
        alone = sorted([*urgent, *(Planned(group) for group in groups if len(group) == 1)], key=_place)
        return (*alone, *(Planned(group) for group in groups if len(group) > 1))
    if len(groups) > slots > 0:
        rest = [item for group in groups[slots - 1 :] for item in group]
        groups = [*groups[: slots - 1], tuple(rest[:DIGEST_MOST])]
    return (*urgent, *(Planned(group) for group in groups[:slots]))


def _place(planned: Planned) -> tuple[int, ...]:
    return tuple(int(part) for part in planned.entries[0].split("-"))


def _is_ripe(backlog: Sequence[PendingMessage], now: datetime) -> bool:
    times = [item.message.detected for item in backlog]
    if len(times) >= DIGEST_MOST:
        return True
    return bool(times) and (now - max(times) >= DIGEST_QUIET or now - min(times) >= DIGEST_LATEST)


class Delivering:
    """The sender of one channel. Only one process runs it at a time: the caller holds the channel's lease.

    `go_on` says before each message whether there is time, and whether the lease is still held. `notify` puts a notice
    into the stream, once however often it is called.
    """

    def __init__(
        self,
        name: str,
        channel: Channel,
        deliveries: DeliveryStore,
        *,
        policy: Policy,
        silences: Callable[[datetime], tuple[Silence, ...]],
        notify: Callable[[Notice], object],
        go_on: Callable[[], bool],
        clock: Callable[[], datetime],
        random: Random,
    ) -> None:
        self._name = name
        self._channel = channel
        self._deliveries = deliveries
        self._policy = policy
        self._silences = silences
        self._notify = notify
        self._go_on = go_on
        self._clock = clock
        self._random = random

    def run(self) -> int:
        """Do what is due now; returns how many messages were taken, skipped ones not counted."""
        self._tell()
        taken = 0
        while not self._pausing():
            sent, again = self._look()
            taken += sent
            if not again:
                break
        self._tell()
        return taken

    def _pausing(self) -> bool:
        not_before = self._deliveries.retry_state(self._name).not_before
        return bool(not_before and not_before > self._clock())

    def _look(self) -> tuple[int, bool]:
        """Send what one look at the stream brings; how many were taken, and whether to look again."""
        state, now = self._deliveries.retry_state(self._name), self._clock()
        if len(state.entries) > 1 and (begun := tuple(self._deliveries.fetch(self._name, state.entries))):
            return self._send_all([Planned(begun)])
        if replays := self._deliveries.replays(self._name):
            return self._send_all(replays)
        desk = Desk(self._name, self._policy, self._silences(now), self._deliveries.sent(self._name, now))
        found = plan(self._deliveries.pending(self._name, now), desk, now, begun=state.entries)
        if found.skipped:
            self._deliveries.skip(self._name, found.skipped)
        taken, good = self._send_all(found.planned)
        return taken, good and bool(found.planned or found.skipped)

    def _send_all(self, planned: Sequence[Planned | Replay]) -> tuple[int, bool]:
        for number, item in enumerate(planned):
            if not self._go_on() or not self._try(item):
                return number, False
        return len(planned), True

    def _try(self, planned: Planned | Replay) -> bool:
        """Send once and store what came of it; False when the channel needs a pause."""
        state, entries = self._deliveries.retry_state(self._name), planned.entries
        before = planned.attempts if not isinstance(planned, Planned) else 0
        attempt = state.attempts + 1 if state.entries == entries else before + 1
        delivery = planned.delivery(self._name, attempt)
        self._deliveries.begin(delivery, entries)
        try:
            self._send(delivery, attempt - before)
        except DeliveryError as error:
            after = self._failed(state, error)
            if not error.permanent and attempt - before < MAX_ATTEMPTS:
                self._deliveries.failed(delivery, replace(after, attempts=attempt))
                if attempt - before >= PROBE_AFTER and error.retry_after is None:
                    self._probe(planned, attempt, after)
                return False
            if error.permanent and after.failures < _REFUSALS:
                after = replace(after, not_before=None)
            self._deliveries.bury(delivery, entries, after, self._clock())
            return after.not_before is None
        self._deliveries.delivered(delivery, entries, self._clock())
        return True

    def _probe(self, planned: Planned | Replay, attempt: int, state: RetryState) -> None:
        """Try another message; if the channel takes it, the one that failed goes now or never."""
        other = self._another(planned.entries, attempt - PROBE_AFTER)
        # It is not begun: that would forget what the delivery that failed consists of. Alone it has its key anyway.
        if other is None or not self._go_on() or self._problem(probe := other.delivery(self._name, 1)):
            return
        self._deliveries.delivered(probe, other.entries, self._clock())
        # The channel may work again since a moment ago.
        delivery = planned.delivery(self._name, attempt + 1)
        if problem := self._problem(delivery):
            since = state.since if state.told else None
            after = replace(state, failures=0, since=since, reason=problem[:_REASON], not_before=None)
            self._deliveries.bury(delivery, planned.entries, after, self._clock())
        else:
            self._deliveries.delivered(delivery, planned.entries, self._clock())

    def _problem(self, delivery: Delivery) -> str:
        """Send once; what went wrong, or nothing."""
        try:
            self._channel.send(delivery, self._clock())
        except DeliveryError as error:
            return str(error) or "it failed"
        return ""

    def _another(self, entries: Sequence[str], number: int) -> Planned | None:
        """A message that would go alone now, each time another one: more than one may be at fault."""
        now = self._clock()
        desk = Desk(self._name, self._policy, self._silences(now), self._deliveries.sent(self._name, now))
        pending = (item for item in self._deliveries.pending(self._name, now) if item.entry not in entries)
        alone = [planned for planned in plan(pending, desk, now).planned if len(planned.items) == 1]
        return alone[number % len(alone)] if alone else None

    def _send(self, delivery: Delivery, tried: int) -> None:
        if tried > MAX_ATTEMPTS:
            raise DeliveryError(f"its sender did not live to the end of {MAX_ATTEMPTS} attempts", permanent=True)
        self._channel.send(delivery, self._clock())

    def _failed(self, state: RetryState, error: DeliveryError) -> RetryState:
        """The state of the channel after one more failure: a growing gap, and not before the receiver says so."""
        failures, now = state.failures + 1, self._clock()
        gap = backoff(_FIRST_GAP, failures, self._random, _LONGEST_GAP)
        wait = error.retry_after or 0.0
        asked = timedelta(seconds=min(wait, _LONGEST_RETRY_AFTER) if wait > 0 else 0)
        return replace(
            state,
            failures=failures,
            since=state.since or now,
            reason=str(error)[:_REASON],
            not_before=now + max(gap, asked),
        )

    def _tell(self) -> None:
        """Tell the other channels that this one fails, or works again, once each."""
        state = self._deliveries.retry_state(self._name)
        if state.since and not state.told and state.failures >= NOTICE_AFTER:
            self._notify(self._notice(state, state.since, recovered=False))
            self._deliveries.told(self._name, told=True)
        elif state.since and state.told and not state.failures:
            self._notify(self._notice(state, state.since, recovered=True))
            self._deliveries.told(self._name, told=False)

    def _notice(self, state: RetryState, since: datetime, *, recovered: bool) -> Notice:
        name = f"n-channel-{self._name}-{round(since.timestamp() * 1000)}"
        return Notice(
            id=f"{name}-over" if recovered else name,
            subject=f"channel:{self._name}",
            name=f"Channel {self._name}",
            recovered=recovered,
            reason=state.reason,
            since=since,
            detected=self._clock(),
        )
