"""How far canaries have come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.canary import Trip
from monitor.store.connection import Client, redis_errors
from monitor.store.values import millis, moment

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.store.keys import Keys


class Trips:
    """The hash `canary`: the last time at each stage."""

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._key = keys("canary")

    @redis_errors()
    def note(self, stage: str, now: datetime) -> None:
        """Write down that a canary came to a stage: a field of Trip."""
        self._client.hset(self._key, stage, millis(now))

    @redis_errors()
    def trip(self) -> Trip:
        """The last times of all stages."""
        found = {name.decode(): moment(value) for name, value in self._client.hgetall(self._key).items()}
        return Trip(**{stage: found.get(stage) for stage in Trip.__slots__})
