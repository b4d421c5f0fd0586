"""The articles read lately, to try a changed watch file on (`monitor backtest`).

A stream of zlib-compressed JSON, bounded by age and by number; docs/performance.md says what 10,000 articles cost.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from monitor.models import Article
from monitor.store.connection import Client, redis_errors
from monitor.store.values import millis

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime, timedelta

    from monitor.store.keys import Keys

_BATCH = 200
_LEVEL = 6


class Archive:
    """Writes within the transaction of a reading, and reads back in the order of reading."""

    def __init__(self, client: Client, keys: Keys, *, keep: timedelta, most: int) -> None:
        self._client = client
        self._key = keys("archive")
        self._keep = keep
        self._most = most

    def add(self, pipe: Client, articles: Iterable[Article]) -> None:
        """Add to an open transaction; the oldest go when there are too many."""
        for article in articles if self._most else ():
            packed = zlib.compress(article.model_dump_json(exclude_defaults=True).encode(), _LEVEL)
            pipe.xadd(self._key, {"article": packed}, maxlen=self._most, approximate=True)

    def read(self, since: datetime | None = None) -> Iterator[Article]:
        """Every article, oldest first; one that was read again, since its page came late, comes once more."""
        start = str(millis(since)) if since else "-"
        while entries := self._range(start):
            for _, fields in entries:
                yield Article.model_validate_json(zlib.decompress(fields[b"article"]))
            start = f"({entries[-1][0].decode()}"

    @redis_errors()
    def size(self) -> tuple[int, int]:
        """How many articles, and the bytes of Redis memory that they take."""
        return int(self._client.xlen(self._key)), int(self._client.memory_usage(self._key, samples=0) or 0)

    @redis_errors()
    def trim(self, now: datetime) -> None:
        """Remove articles older than the setting."""
        self._client.xtrim(self._key, minid=millis(now - self._keep))

    @redis_errors()
    def _range(self, start: str) -> list[tuple[bytes, dict[bytes, bytes]]]:
        found: list[tuple[bytes, dict[bytes, bytes]]] = self._client.xrange(self._key, min=start, count=_BATCH)
        return found
