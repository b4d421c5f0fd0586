"""What people have silenced or taken note of: muted rules and sources, snoozed and acknowledged stories."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, cast

from monitor.routing import Silence
from monitor.store.connection import Client, redis_errors
from monitor.store.values import millis, moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.store.keys import Keys

# What a silence held back is told by its times for so long after its end: longer than any channel is tried.
_REMEMBERED = timedelta(days=2)


class Silences:
    """The hash `silences` and the sorted set `acknowledged`. Both are pruned by `prune`, and end by themselves."""

    def __init__(self, client: Client, keys: Keys, *, retention: timedelta) -> None:
        self._client = client
        self._keys = keys
        self._retention = retention

    @redis_errors()
    def set(self, silence: Silence) -> None:
        """Begin or change a silence."""
        key, name = self._keys("silences"), f"{silence.kind}:{silence.name}"
        self._client.hset(key, name, json.dumps([millis(silence.since), millis(silence.until)]))
        self._client.expireat(key, silence.until + _REMEMBERED, nx=True)
        self._client.expireat(key, silence.until + _REMEMBERED, gt=True)

    @redis_errors()
    def all(self, now: datetime) -> tuple[Silence, ...]:
        """Those that hold, and those that ended lately: what they held back is gathered."""
        return tuple(found for found in self._read() if found.until > now - _REMEMBERED)

    def active(self, now: datetime) -> tuple[Silence, ...]:
        """Those that hold now."""
        return tuple(found for found in self.all(now) if found.until > now)

    def _read(self) -> list[Silence]:
        found = []
        for field, value in self._client.hgetall(self._keys("silences")).items():
            kind, _, name = field.decode().partition(":")
            since, until = (moment(stamp) for stamp in json.loads(value))
            if since and until:
                found.append(Silence(cast("Literal['rule', 'source', 'story']", kind), name, since, until))
        return found

    @redis_errors()
    def acknowledge(self, story: str, now: datetime) -> None:
        """Remember that somebody has taken note of a story."""
        self._client.zadd(self._keys("acknowledged"), {story: millis(now)})
        self._client.expire(self._keys("acknowledged"), self._retention)

    @redis_errors()
    def acknowledged(self) -> Mapping[str, datetime]:
        """When each story was acknowledged."""
        found = self._client.zrange(self._keys("acknowledged"), 0, -1, withscores=True)
        return {name.decode(): when for name, stamp in found if (when := moment(stamp))}

    @redis_errors()
    def prune(self, now: datetime) -> None:
        """Forget what ended long ago."""
        over = [f"{found.kind}:{found.name}" for found in self._read() if found.until <= now - _REMEMBERED]
        if over:
            self._client.hdel(self._keys("silences"), *over)
        self._client.zremrangebyscore(self._keys("acknowledged"), "-inf", millis(now - self._retention))
