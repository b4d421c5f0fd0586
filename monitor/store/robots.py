"""What is known of the robots.txt of each origin, shared by all workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.pipeline.robots import Robots
from monitor.store.connection import Client, redis_errors

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from monitor.store.keys import Keys


class RobotsFiles:
    """A cache; an origin that it does not know is asked."""

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    @redis_errors()
    def get(self, origin: str) -> Robots | None:
        """What is known, stale or not."""
        found = self._client.get(self._keys("robots", origin))
        return Robots.model_validate_json(found) if found else None

    @redis_errors()
    def begin(self, origin: str, life: timedelta) -> bool:
        """Whether the caller is to ask the origin; nobody else is for `life`, or until something is put."""
        return bool(self._client.set(self._keys("lease", f"robots:{origin}"), "1", nx=True, ex=life))

    @redis_errors()
    def put(self, origin: str, robots: Robots, now: datetime) -> None:
        """Remember what the origin said."""
        with self._client.pipeline(transaction=True) as pipe:
            pipe.set(self._keys("robots", origin), robots.model_dump_json(), ex=robots.keep_until - now)
            pipe.delete(self._keys("lease", f"robots:{origin}"))
            pipe.execute()
