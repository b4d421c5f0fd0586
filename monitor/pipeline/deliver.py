"""From the alert stream to one channel, in order, at least once.

The order in which the rules apply:
1. Alerts found by the first check of a source are gathered: they go as one digest once none came for DIGEST_QUIET, or
   after DIGEST_LATEST. Everything else goes alone, in the order of the stream.
2. The first failure ends the run; the same delivery is tried again after a growing gap, with the same key.
3. A permanent refusal, or the last of MAX_ATTEMPTS, moves the delivery to the dead letters, and the next goes on.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.errors import DeliveryError
from monitor.models import Alert, Delivery
from monitor.pipeline.ports import RetryState
from monitor.schedule import backoff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from random import Random

    from monitor.pipeline.ports import Channel, DeliveryStore, PendingMessage

DIGEST_QUIET = timedelta(seconds=20)
DIGEST_LATEST = timedelta(minutes=10)
# 5 s, 10 s, 20 s ... 15 min: about 23 hours for one message, which then goes to the dead letters.
MAX_ATTEMPTS = 100
_FIRST_GAP = timedelta(seconds=5)
_LONGEST_GAP = timedelta(minutes=15)
_LONGEST_RETRY_AFTER = 3600.0


@dataclass(frozen=True, slots=True)
class Planned:
    """One message to send now, and the entries of the stream that it settles."""

    items: tuple[PendingMessage, ...]

    def delivery(self, channel: str, attempt: int) -> Delivery:
        """The message for a channel. Its key depends on what it holds alone."""
        messages = tuple(item.message for item in self.items)
        names = " ".join(message.id for message in messages)
        key = messages[0].id if len(messages) == 1 else f"d-{hashlib.sha256(names.encode()).hexdigest()[:20]}"
        return Delivery(key=f"{key}:{channel}", channel=channel, messages=messages, attempt=attempt)


def plan(pending: Sequence[PendingMessage], now: datetime, state: RetryState | None = None) -> list[Planned]:
    """What to send now, in order. What must wait is left out and is planned again later.

    A delivery that was begun comes first, with the very messages that it began with.
    """
    entries = state.entries if state else ()
    begun = tuple(item for item in pending if item.entry in entries)
    rest = [item for item in pending if item.entry not in entries]
    backlog = tuple(item for item in rest if _is_backlog(item))
    planned = [Planned(begun)] if begun else []
    planned += [Planned((item,)) for item in rest if not _is_backlog(item)]
    return [*planned, Planned(backlog)] if _digest_is_ripe(backlog, now) else planned


def _is_backlog(item: PendingMessage) -> bool:
    return isinstance(item.message, Alert) and item.message.backlog


def _digest_is_ripe(backlog: Iterable[PendingMessage], now: datetime) -> bool:
    times = [item.message.detected for item in backlog]
    return bool(times) and (now - max(times) >= DIGEST_QUIET or now - min(times) >= DIGEST_LATEST)


class Delivering:
    """The sender of one channel. Only one process runs it at a time: the caller holds the channel's lease.

    `go_on` says before each message whether there is time, and whether the lease is still held.
    """

    def __init__(
        self,
        name: str,
        channel: Channel,
        deliveries: DeliveryStore,
        *,
        go_on: Callable[[], bool],
        clock: Callable[[], datetime],
        random: Random,
    ) -> None:
        self._name = name
        self._channel = channel
        self._deliveries = deliveries
        self._go_on = go_on
        self._clock = clock
        self._random = random

    def run(self) -> int:
        """Send what is due now; returns how many messages were taken."""
        state, sent = self._deliveries.retry_state(self._name), 0
        if state.not_before and state.not_before > self._clock():
            return 0
        for planned in plan(self._deliveries.pending(self._name, self._clock()), self._clock(), state):
            if not self._go_on() or not self._try(planned, state):
                break
            sent, state = sent + 1, RetryState()
        return sent

    def _try(self, planned: Planned, state: RetryState) -> bool:
        """Send once and store what came of it; False when the channel needs a pause."""
        entries = [item.entry for item in planned.items]
        attempt = state.attempts + 1 if list(state.entries) == entries else 1
        delivery = planned.delivery(self._name, attempt)
        self._deliveries.begin(delivery, entries)
        try:
            self._channel.send(delivery, self._clock())
        except DeliveryError as error:
            if error.permanent or delivery.attempt >= MAX_ATTEMPTS:
                self._deliveries.bury(delivery, entries, str(error), self._clock())
                return True
            self._deliveries.failed(delivery, str(error), self._next_try(delivery, error))
            return False
        self._deliveries.delivered(delivery, entries, self._clock())
        return True

    def _next_try(self, delivery: Delivery, error: DeliveryError) -> datetime:
        """After a growing gap, and not before the receiver says so."""
        gap = backoff(_FIRST_GAP, delivery.attempt, self._random, _LONGEST_GAP)
        asked = timedelta(seconds=min(error.retry_after or 0.0, _LONGEST_RETRY_AFTER))
        return self._clock() + max(gap, asked)
