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
from monitor.models import Delivery
from monitor.schedule import backoff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from random import Random

    from monitor.pipeline.ports import Channel, DeliveryStore, PendingAlert, RetryState

DIGEST_QUIET = timedelta(seconds=20)
DIGEST_LATEST = timedelta(seconds=120)
# 5 s, 10 s, 20 s ... 15 min: a channel that is away for more than a day loses nothing but time.
MAX_ATTEMPTS = 100
_FIRST_GAP = timedelta(seconds=5)
_LONGEST_GAP = timedelta(minutes=15)
_LONGEST_RETRY_AFTER = 3600.0


@dataclass(frozen=True, slots=True)
class Planned:
    """One message to send now, and the entries of the stream that it settles."""

    alerts: tuple[PendingAlert, ...]

    def delivery(self, channel: str, attempt: int) -> Delivery:
        """The message for a channel. Its key depends on the alerts alone."""
        alerts = tuple(item.alert for item in self.alerts)
        names = " ".join(alert.id for alert in alerts)
        key = alerts[0].id if len(alerts) == 1 else f"d-{hashlib.sha256(names.encode()).hexdigest()[:20]}"
        return Delivery(key=f"{key}:{channel}", channel=channel, alerts=alerts, attempt=attempt)


def plan(pending: Sequence[PendingAlert], now: datetime) -> list[Planned]:
    """What to send now, in order. What must wait is left out and is planned again later."""
    backlog = tuple(item for item in pending if item.alert.backlog)
    singles = [Planned((item,)) for item in pending if not item.alert.backlog]
    return [*singles, Planned(backlog)] if _digest_is_ripe(backlog, now) else singles


def _digest_is_ripe(backlog: Iterable[PendingAlert], now: datetime) -> bool:
    times = [item.alert.detected for item in backlog]
    return bool(times) and (now - max(times) >= DIGEST_QUIET or now - min(times) >= DIGEST_LATEST)


class Delivering:
    """The sender of one channel. Only one process runs it at a time: the caller holds the channel's lease."""

    def __init__(
        self,
        name: str,
        channel: Channel,
        deliveries: DeliveryStore,
        *,
        still_ours: Callable[[], bool],
        clock: Callable[[], datetime],
        random: Random,
    ) -> None:
        self._name = name
        self._channel = channel
        self._deliveries = deliveries
        self._still_ours = still_ours
        self._clock = clock
        self._random = random

    def run(self) -> int:
        """Send what is due now; returns how many messages were taken."""
        sent = 0
        for planned in plan(self._deliveries.pending(self._name), self._clock()):
            state = self._deliveries.retry_state(self._name)
            if state.not_before and state.not_before > self._clock():
                break
            if not self._still_ours() or not self._try(planned, state):
                break
            sent += 1
        return sent

    def _try(self, planned: Planned, state: RetryState) -> bool:
        """Send once and store what came of it; False when the channel needs a pause."""
        delivery = planned.delivery(self._name, state.attempts + 1)
        entries = [item.entry for item in planned.alerts]
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
        if error.retry_after is not None:
            return self._clock() + timedelta(seconds=min(max(error.retry_after, 1.0), _LONGEST_RETRY_AFTER))
        return self._clock() + backoff(_FIRST_GAP, delivery.attempt, self._random, _LONGEST_GAP)
