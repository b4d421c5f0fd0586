"""What each channel still has to receive: one consumer group a channel on the alert stream.

Every group has the single consumer `sender`, whoever runs it, so restarts leave no dead consumers behind; the lease
`sender:CHANNEL` keeps it to one process at a time.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import redis

from monitor.errors import StoreError
from monitor.pipeline.ports import PendingMessage, RetryState
from monitor.store.connection import Client, redis_errors
from monitor.store.values import message_of, message_to_entry, millis, moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.models import Delivery
    from monitor.store.keys import Keys

_SENDER = "sender"
_BATCH = 1000
_PREFIX = "channel:"


class Deliveries:
    """The consumer groups of the channels, their retry state, and the dead letters."""

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    @redis_errors()
    def subscribe(self, channels: Sequence[str]) -> list[str]:
        """Give each channel its group; a channel new to a running installation begins with the next alert.

        Returns channels that have a group and are not among these: their groups keep alerts from being trimmed.
        """
        for channel in channels:
            self._create_group(channel, "$")
        groups = self._client.xinfo_groups(self._keys("alerts")) if channels else []
        known = [group["name"].decode() for group in groups]
        return [name.removeprefix(_PREFIX) for name in known if name.startswith(_PREFIX) and name[8:] not in channels]

    def _create_group(self, channel: str, start: str) -> None:
        try:
            self._client.xgroup_create(self._keys("alerts"), group_of(channel), id=start, mkstream=True)
        except redis.ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    @redis_errors()
    def pending(self, channel: str, now: datetime) -> list[PendingMessage]:
        """All that the channel has not acknowledged, oldest first, at most 1,000.

        An entry that is no message, written by somebody else or deleted, goes to the dead letters.
        """
        key, group = self._keys("alerts"), group_of(channel)
        try:
            while self._client.xreadgroup(group, _SENDER, {key: ">"}, count=_BATCH):
                pass
        except redis.ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            # Redis came back empty: whatever the stream holds now, nobody has received.
            self._create_group(channel, "0")
            return []
        found = self._client.xreadgroup(group, _SENDER, {key: "0"}, count=_BATCH)
        good = []
        for entry, fields in found[0][1] if found else []:
            try:
                good.append(PendingMessage(entry.decode(), message_of(fields)))
            except StoreError as error:
                self._bury(channel, [entry.decode()], {"reason": str(error), "at": millis(now)})
        return good

    @redis_errors()
    def retry_state(self, channel: str) -> RetryState:
        """How the delivery that the channel is at went so far."""
        fields = self._client.hgetall(self._keys("delivery", channel))
        text = {name.decode(): value.decode("utf-8", "replace") for name, value in fields.items()}
        return RetryState(
            key=text.get("key", ""),
            entries=tuple(text.get("entries", "").split()),
            attempts=int(text.get("attempts") or 0),
            not_before=moment(text.get("not_before")),
        )

    @redis_errors()
    def begin(self, delivery: Delivery, entries: Sequence[str]) -> None:
        """Fix what a delivery consists of before it is first sent, so that a repeat is the same message."""
        fields = {"key": delivery.key, "entries": " ".join(entries), "attempts": delivery.attempt - 1, "not_before": ""}
        self._client.hset(self._keys("delivery", delivery.channel), mapping=fields)

    @redis_errors()
    def delivered(self, delivery: Delivery, entries: Sequence[str], now: datetime) -> None:
        """Acknowledge, and begin the next delivery with a clean state."""
        with self._client.pipeline(transaction=True) as pipe:
            pipe.xack(self._keys("alerts"), group_of(delivery.channel), *entries)
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
        messages = [dict([message_to_entry(message)]) for message in delivery.messages]
        letter = {
            "key": delivery.key,
            "reason": error,
            "attempts": delivery.attempt,
            "at": millis(now),
            "messages": json.dumps(messages, ensure_ascii=False),
        }
        self._bury(delivery.channel, entries, letter)

    def _bury(self, channel: str, entries: Sequence[str], letter: dict[str, Any]) -> None:
        with self._client.pipeline(transaction=True) as pipe:
            pipe.xadd(self._keys("dead"), {"channel": channel, "entries": " ".join(entries), **letter})
            pipe.xack(self._keys("alerts"), group_of(channel), *entries)
            pipe.delete(self._keys("delivery", channel))
            pipe.execute()


def group_of(channel: str) -> str:
    """The consumer group of a channel; the prefix keeps it apart from the groups of other programs."""
    return f"{_PREFIX}{channel}"
