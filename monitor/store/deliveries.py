"""What each channel still has to receive: one consumer group a channel on the alert stream.

Every group has the single consumer `sender`, whoever runs it, so restarts leave no dead consumers behind; the lease
`sender:CHANNEL` keeps it to one process at a time.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import redis

from monitor.errors import StoreError
from monitor.pipeline.ports import PendingMessage, Replay, RetryState
from monitor.store.connection import Client, redis_errors
from monitor.store.jobs import script
from monitor.store.values import message_of, messages_from_json, messages_to_json, millis, moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from monitor.models import Delivery
    from monitor.store.keys import Keys

_SENDER = "sender"
_BATCH = 500
_PREFIX = "channel:"
_REPLAY = "replay:"
_HOUR = timedelta(hours=1)

_Fields = dict[bytes, bytes]
# A sender that was overtaken must not write over what the next one has begun.
_IF_OURS = "if redis.call('HGET', KEYS[1], 'key') == ARGV[1] then redis.call('HSET', KEYS[1], unpack(ARGV, 2)) end"


class Deliveries:
    """The consumer groups of the channels, and how each channel is doing."""

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys
        self._settle = script(client, "settle_delivery")

    @redis_errors()
    def subscribe(self, channels: Sequence[str]) -> list[str]:
        """Give each channel its group; a channel new to a running installation begins with the next alert.

        Returns channels that have a group and are not among these: their groups keep alerts from being trimmed.
        """
        for channel in channels:
            self._create_group(channel, "$")
        groups = self._client.xinfo_groups(self._keys("alerts")) if channels else []
        known = [group["name"].decode() for group in groups]
        left = [name.removeprefix(_PREFIX) for name in known if name.startswith(_PREFIX)]
        return [name for name in left if name not in channels]

    def _create_group(self, channel: str, start: str) -> None:
        try:
            self._client.xgroup_create(self._keys("alerts"), group_of(channel), id=start, mkstream=True)
        except redis.ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    def pending(self, channel: str, now: datetime) -> Iterator[PendingMessage]:
        """All that the channel has not acknowledged, oldest first, read from Redis as it is asked for.

        An entry that is no message, written by somebody else or deleted, goes to the dead letters.
        """
        # First what was handed out before, then what is new to the group; that is handed out by being read.
        after = "0"
        while page := self._page(channel, after):
            yield from self._good(channel, page, now)
            after = page[-1][0].decode()
        while page := self._page(channel, ">"):
            yield from self._good(channel, page, now)

    def fetch(self, channel: str, entries: Sequence[str]) -> list[PendingMessage]:
        """The messages of these entries, as far as they are there and the channel has not acknowledged them."""
        return [PendingMessage(entry, message_of(fields)) for entry, fields in self._fetched(channel, entries)]

    @redis_errors()
    def _fetched(self, channel: str, entries: Sequence[str]) -> list[tuple[str, _Fields]]:
        key, found = self._keys("alerts"), []
        for entry in entries:
            if self._client.xpending_range(key, group_of(channel), min=entry, max=entry, count=1):
                found += [(entry, fields) for _, fields in self._client.xrange(key, min=entry, max=entry)]
        return found

    @redis_errors()
    def _page(self, channel: str, after: str) -> list[tuple[bytes, _Fields]]:
        """The entries after one that were handed out and not acknowledged; with `>` new ones, which are handed out."""
        key, group = self._keys("alerts"), group_of(channel)
        try:
            found = self._client.xreadgroup(group, _SENDER, {key: after}, count=_BATCH)
        except redis.ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            # Redis came back empty: whatever the stream holds now, nobody has received.
            self._create_group(channel, "0")
            return []
        return list(found[0][1]) if found else []

    def _good(self, channel: str, page: list[tuple[bytes, _Fields]], now: datetime) -> Iterator[PendingMessage]:
        for entry, fields in page:
            try:
                message = message_of(fields or {})
            except StoreError as error:
                letter = {"reason": str(error), "at": millis(now)}
                self._settled(channel, "", [entry.decode()], now, letter)
            else:
                yield PendingMessage(entry.decode(), message)

    @redis_errors()
    def replays(self, channel: str) -> list[Replay]:
        """What was put back from the dead letters, oldest first, at most a hundred."""
        return [
            Replay(
                entry=f"{_REPLAY}{entry.decode()}",
                key=fields[b"key"].decode(),
                messages=messages_from_json(fields[b"messages"]),
                attempts=int(fields[b"attempts"]),
            )
            for entry, fields in self._client.xrange(self._keys("replay", channel), count=100)
        ]

    @redis_errors()
    def sent(self, channel: str, now: datetime) -> tuple[datetime, ...]:
        """When the channel was sent a message in the last hour; the latest thousand."""
        stamps = self._client.zrangebyscore(
            self._keys("sent", channel), millis(now - _HOUR), "+inf", withscores=True, score_cast_func=float
        )
        return tuple(when for _, stamp in stamps if (when := moment(stamp)))

    @redis_errors()
    def skip(self, channel: str, entries: Sequence[str]) -> None:
        """Acknowledge what the channel does not take."""
        with self._client.pipeline(transaction=True) as pipe:
            pipe.xack(self._keys("alerts"), group_of(channel), *entries)
            pipe.hincrby(self._keys("counts"), f"skipped:{channel}", len(entries))
            pipe.execute()

    @redis_errors()
    def retry_state(self, channel: str) -> RetryState:
        """How the channel, and the delivery that it is at, are doing."""
        fields = self._client.hgetall(self._keys("delivery", channel))
        text = {name.decode(): value.decode("utf-8", "replace") for name, value in fields.items()}
        return RetryState(
            key=text.get("key", ""),
            entries=tuple(text.get("entries", "").split()),
            attempts=int(text.get("attempts") or 0),
            not_before=moment(text.get("not_before")),
            failures=int(text.get("failures") or 0),
            since=moment(text.get("since")),
            reason=text.get("reason", ""),
            told=text.get("told") == "1",
        )

    @redis_errors()
    def begin(self, delivery: Delivery, entries: Sequence[str]) -> None:
        """Fix what a delivery consists of before it is first sent, so that a repeat is the same message."""
        fields = {"key": delivery.key, "entries": " ".join(entries), "attempts": delivery.attempt, "not_before": ""}
        self._client.hset(self._keys("delivery", delivery.channel), mapping=fields)

    def delivered(self, delivery: Delivery, entries: Sequence[str], now: datetime) -> None:
        """Acknowledge, and begin the next delivery with a clean state."""
        self._settled(delivery.channel, delivery.key, entries, now)

    @redis_errors()
    def failed(self, delivery: Delivery, state: RetryState) -> None:
        """Remember a failed attempt and when the next may come."""
        fields = {"attempts": delivery.attempt, **_failure(state)}
        pairs = [part for pair in fields.items() for part in pair]
        self._client.eval(_IF_OURS, 1, self._keys("delivery", delivery.channel), delivery.key, *pairs)
        self._client.hincrby(self._keys("counts"), f"failed:{delivery.channel}", 1)

    def bury(self, delivery: Delivery, entries: Sequence[str], state: RetryState, now: datetime) -> None:
        """Move a delivery that no attempt will mend to the dead letters, with its key and the state's reason."""
        letter = {
            "key": delivery.key,
            "reason": state.reason,
            "attempts": delivery.attempt,
            "at": millis(now),
            "messages": messages_to_json(delivery.messages),
        }
        self._settled(delivery.channel, delivery.key, entries, now, letter)
        with redis_errors():
            self._client.hset(self._keys("delivery", delivery.channel), mapping=_failure(state))

    @redis_errors()
    def told(self, channel: str, *, told: bool) -> None:
        """Remember that the others were told of its failures, or that these are over."""
        key = self._keys("delivery", channel)
        if told:
            self._client.hset(key, "told", "1")
        else:
            self._client.hdel(key, "told", "since", "reason")

    @redis_errors()
    def _settled(
        self,
        channel: str,
        name: str,
        entries: Sequence[str],
        now: datetime,
        letter: dict[str, Any] | None = None,
    ) -> None:
        keys = [self._keys("alerts"), self._keys("delivery", channel), self._keys("replay", channel)]
        keys += [self._keys("counts"), self._keys("sent", channel), self._keys("dead")]
        fields = {"channel": channel, "entries": " ".join(entries), **letter} if letter else {}
        pairs = [part for pair in fields.items() for part in pair]
        counted = f"{'dead' if letter else 'delivered'}:{channel}"
        head = [group_of(channel), name, millis(now), counted, int(not letter), len(entries)]
        self._settle(keys=keys, args=[*head, *entries, *pairs])


def _failure(state: RetryState) -> dict[str, str | int]:
    return {
        "failures": state.failures,
        "since": millis(state.since) if state.since else "",
        "reason": state.reason,
        "not_before": millis(state.not_before) if state.not_before else "",
    }


def group_of(channel: str) -> str:
    """The consumer group of a channel; the prefix keeps it apart from the groups of other programs."""
    return f"{_PREFIX}{channel}"
