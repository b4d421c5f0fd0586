"""Fetched documents that wait to be read, and the memory of entries already seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.store.connection import Client, redis_errors
from monitor.store.jobs import lua
from monitor.store.values import (
    changes,
    document_from_hash,
    millis,
    remembered_from_field,
    remembered_to_field,
    weight,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, timedelta

    from monitor.models import Article, Document, Page
    from monitor.sources.edits import Remembered
    from monitor.sources.schedule import SourceState
    from monitor.store.archive import Archive
    from monitor.store.keys import Keys


# A document may be read twice at one time, and is taken off the backlog once.
_UNBURDEN = """
if redis.call('ZREM', KEYS[1], ARGV[1]) == 1 then
  for _, name in ipairs({ARGV[2], '*'}) do
    if redis.call('HINCRBY', KEYS[2], name, -ARGV[3]) <= 0 then
      redis.call('HDEL', KEYS[2], name)
    end
  end
end
"""
_SOONER, _REQUEST = lua("sooner"), lua("request")


class Documents:
    """Documents survive until their reading is stored, so a reader that dies loses nothing."""

    def __init__(self, client: Client, keys: Keys, archive: Archive, *, retention: timedelta) -> None:
        self._client = client
        self._keys = keys
        self._archive = archive
        self._retention = retention

    @redis_errors()
    def overdue(self, now: datetime, again: datetime) -> list[str]:
        """Documents whose hint seems lost; their next hint is moved to `again`."""
        key = self._keys("unread")
        found = [name.decode() for name in self._client.zrangebyscore(key, "-inf", millis(now), start=0, num=100)]
        if found:
            self._client.zadd(key, dict.fromkeys(found, millis(again)), xx=True)
        return found

    @redis_errors()
    def take(self, name: str, again: datetime) -> tuple[Document, int] | None:
        """A document and the number of this attempt to read it, from 1; None when it was read already.

        When it is not read by `again`, its hint is due once more.
        """
        with self._client.pipeline(transaction=True) as pipe:
            pipe.hgetall(self._keys("document", name))
            pipe.hincrby(self._keys("attempts"), name, 1)
            pipe.zadd(self._keys("unread"), {name: millis(again)}, xx=True)
            fields, attempt, _ = pipe.execute()
        if not fields:
            self._client.hdel(self._keys("attempts"), name)
            self._client.zrem(self._keys("unread"), name)
            return None
        return document_from_hash(name, fields), int(attempt)

    @redis_errors()
    def memory(self, source: str) -> bytes:
        """What the reader of this source gave to be reminded of; empty at first, and after `retention` without it."""
        found: bytes | None = self._client.get(self._keys("items", source))
        return found or b""

    @redis_errors()
    def unseen(self, source: str, identities: Iterable[str]) -> set[str]:
        """Those identities that the source never had."""
        wanted = list(identities)
        if not wanted:
            return set()
        scores = self._client.zmscore(self._keys("seen", source), wanted)
        return {name for name, score in zip(wanted, scores, strict=True) if score is None}

    @redis_errors()
    def last_entries(self, source: str) -> dict[str, Remembered]:
        """The entries of the last reading of a source, by each of their names."""
        found = self._client.hgetall(self._keys("entries", source))
        return {name.decode(): remembered_from_field(value) for name, value in found.items()}

    @redis_errors()
    def read_index(
        self,
        document: Document,
        before: SourceState,
        after: SourceState,
        *,
        seen: Iterable[str],
        memory: bytes = b"",
        pages: Mapping[Page, datetime],
        articles: Iterable[Article],
        counts: Mapping[str, int],
        entries: Mapping[str, Remembered] | None = None,
        filled: int = 0,
        due: datetime | None = None,
        soon: datetime | None = None,
        now: datetime,
    ) -> None:
        """Store what a feed or listing gave, and drop the document: all at once.

        `due` puts the next check off; `soon` brings it forward, unless one is under way. `entries` take the place of
        those of the last reading, where they are given. `filled` items were found for a gap.
        """
        names, present = self._keys("seen", document.source), dict.fromkeys(seen, int(now.timestamp()))
        with self._client.pipeline(transaction=True) as pipe:
            if present:
                pipe.zadd(names, present)
            pipe.zremrangebyscore(names, "-inf", int((now - self._retention).timestamp()))
            if memory:
                pipe.set(self._keys("items", document.source), memory, ex=self._retention)
            if entries:
                pipe.delete(self._keys("entries", document.source))
                fields = {name: remembered_to_field(entry) for name, entry in entries.items()}
                pipe.hset(self._keys("entries", document.source), mapping=fields)
            for page, when in pages.items():
                self._schedule(pipe, page, when)
            if filled:
                pipe.hincrby(self._keys("source", document.source), "filled", filled)
            if changed := changes(before, after):
                pipe.hset(self._keys("source", document.source), mapping=dict(changed))
            if due:
                pipe.zadd(self._keys("due"), {f"source:{document.source}": millis(due)}, xx=True, gt=True)
            if soon:
                keys = (self._keys("due"), self._keys("claims"))
                pipe.eval(_SOONER, len(keys), *keys, f"source:{document.source}", str(millis(soon)))
            self._archive.add(pipe, articles)
            self._close(pipe, document, counts)

    @redis_errors()
    def read_article(
        self,
        document: Document,
        *,
        again: tuple[Page, datetime] | None,
        articles: Iterable[Article],
        counts: Mapping[str, int],
        selected: bool | None = None,
    ) -> None:
        """Drop a read document; `again` schedules another attempt at its page.

        `selected` says whether the selector of the text matched, where its source has one.
        """
        with self._client.pipeline(transaction=True) as pipe:
            if selected is not None:
                self._note_selected(pipe, document.source, selected=selected)
            if again:
                self._schedule(pipe, *again)
            self._archive.add(pipe, articles)
            self._close(pipe, document, counts)

    @redis_errors()
    def counts(self) -> dict[str, int]:
        """Counted outcomes and what was read, since the beginning."""
        found = self._client.hgetall(self._keys("counts"))
        return {name.decode(): int(number) for name, number in found.items()}

    def _schedule(self, pipe: Client, page: Page, due: datetime) -> None:
        # An edit is read soon, though a later look was planned.
        keys = (self._keys("due"), self._keys("claims"), self._keys("page", page.id))
        pipe.eval(_REQUEST, len(keys), *keys, f"page:{page.id}", str(millis(due)), page.model_dump_json())

    def _note_selected(self, pipe: Client, source: str, *, selected: bool) -> None:
        if selected:
            pipe.hset(self._keys("source", source), "misses", 0)
        else:
            pipe.hincrby(self._keys("source", source), "misses", 1)

    def _close(self, pipe: Client, document: Document, counts: Mapping[str, int]) -> None:
        pipe.delete(self._keys("document", document.id))
        keys = (self._keys("unread"), self._keys("backlog"))
        pipe.eval(_UNBURDEN, len(keys), *keys, document.id, document.source, weight(document))
        pipe.hdel(self._keys("attempts"), document.id)
        for name, number in counts.items():
            pipe.hincrby(self._keys("counts"), name, number)
        pipe.execute()
