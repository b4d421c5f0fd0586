"""What each channel still has to receive: one consumer group a channel on the alert stream.

Every group has the single consumer `sender`, whoever runs it, so restarts leave no dead consumers behind; the lease
`sender:CHANNEL` keeps it to one process at a time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import redis

from monitor.models import Alert
from monitor.store.connection import Client, redis_errors
from monitor.store.values import millis, moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.models import Delivery
    from monitor.store.keys import Keys

_SENDER = "sender"
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Pending:
    """An alert that a channel has not acknowledged, with its entry in the stream."""

    entry: str
    alert: Alert


@dataclass(frozen=True, slots=True)
class RetryState:
    """The attempts at the delivery that a channel is at."""

    attempts: int = 0
    not_before: datetime | None = None
    error: str = ""


class Deliveries:
    """The consumer groups of the channels, their retry state, and the dead letters."""

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    @redis_errors()
    def subscribe(self, channels: Sequence[str]) -> None:
        """Give each channel its group; a channel new to a running installation begins with the next alert."""
        for channel in channels:
            try:
                self._client.xgroup_create(self._keys("alerts"), channel, id="$", mkstream=True)
            except redis.ResponseError as error:
                if "BUSYGROUP" not in str(error):
                    raise

    @redis_errors()
    def pending(self, channel: str) -> list[Pending]:
        """All that the channel has not acknowledged, oldest first, at most 1,000."""
        key = self._keys("alerts")
        while self._client.xreadgroup(channel, _SENDER, {key: ">"}, count=_BATCH):
            pass
        found = self._client.xreadgroup(channel, _SENDER, {key: "0"}, count=_BATCH)
        entries = found[0][1] if found else []
        return [Pending(entry.decode(), Alert.model_validate_json(fields[b"alert"])) for entry, fields in entries]

    @redis_errors()
    def retry_state(self, channel: str) -> RetryState:
        """How the delivery at the head of the channel went so far."""
        attempts, not_before, error = self._client.hmget(
            self._keys("delivery", channel), "attempts", "not_before", "error"
        )
        return RetryState(int(attempts or 0), moment(not_before), (error or b"").decode("utf-8", "replace"))

    @redis_errors()
    def delivered(self, delivery: Delivery, entries: Sequence[str], now: datetime) -> None:
        """Acknowledge, and begin the next delivery with a clean state."""
        with self._client.pipeline(transaction=True) as pipe:
            pipe.xack(self._keys("alerts"), delivery.channel, *entries)
            pipe.delete(self._keys("delivery", delivery.channel))
            pipe.hset(self._keys("delivery", delivery.channel), "delivered", millis(now))
            pipe.hincrby(self._keys("counts"), f"delivered:{delivery.channel}", len(entries))
            pipe.execute()

    @redis_errors()
    def failed(self, delivery: Delivery, error: str, not_before: datetime) -> None:
        """Remember a failed attempt and when the next may come."""
        fields = {"attempts": delivery.attempt, "not_before": millis(not_before), "error": error}
        self._client.hset(self._keys("delivery", delivery.channel), mapping=fields)

    @redis_errors()
    def bury(self, delivery: Delivery, entries: Sequence[str], error: str, now: datetime) -> None:
        """Move a delivery that no attempt will mend to the dead letters, with its reason and key."""
        with self._client.pipeline(transaction=True) as pipe:
            letter = {
                "channel": delivery.channel,
                "key": delivery.key,
                "reason": error,
                "attempts": delivery.attempt,
                "at": millis(now),
                "alerts": json.dumps([alert.model_dump(mode="json") for alert in delivery.alerts], ensure_ascii=False),
            }
            pipe.xadd(self._keys("dead"), letter)
            pipe.xack(self._keys("alerts"), delivery.channel, *entries)
            pipe.delete(self._keys("delivery", delivery.channel))
            pipe.execute()
