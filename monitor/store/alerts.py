"""The alert queue: a stream that anyone may read, and the stories behind it."""

from __future__ import annotations

import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

from monitor.errors import StoreError
from monitor.models import Severity
from monitor.store.connection import Client, redis_errors
from monitor.store.jobs import script
from monitor.store.keys import CANDIDATES, STORIES_A_WORD, STORY_LIFE
from monitor.store.values import message_of, message_to_entry, millis
from monitor.stories.corrections import Reading
from monitor.stories.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from monitor.models import Alert, Canary, Message, Notice, Update
    from monitor.store.keys import Keys
    from monitor.stories.fingerprints import Fingerprint

_BATCH = 200


class AlertQueue:
    """Writes alerts exactly once and reads them back in order."""

    def __init__(self, client: Client, keys: Keys, *, retention: timedelta) -> None:
        self._client = client
        self._keys = keys
        self._retention = retention
        self._enqueue = script(client, "enqueue")
        self._notify = script(client, "notify")

    @redis_errors()
    def story_of(self, article: str) -> Story | None:
        """The story that this article opened or joined, while it is remembered."""
        name = self._client.get(self._keys("alerted", article))
        found = self._client.get(self._keys("story", name.decode())) if name else None
        return _story(found) if found else None

    @redis_errors()
    def severity_of(self, article: str) -> Severity | None:
        """That of the story when this article last told something, remembered for longer than the story."""
        found = self._client.get(self._keys("alerted", _severity(article)))
        return Severity(found.decode()) if found else None

    @redis_errors()
    def find(self, name: str) -> Story | None:
        """The story of an alert, of an update or by its own id, while it is remembered."""
        kind, _, rest = name.partition("-")
        if kind == "s":
            found = self._client.get(self._keys("story", name))
            return _story(found) if found else None
        return self.story_of(rest.partition("-")[0]) if kind in {"a", "u"} else None

    @redis_errors()
    def reading(self, article: str) -> Reading | None:
        """What an article that told a story said when it was last read, while that is remembered."""
        found = self._client.get(self._keys("reading", article))
        return Reading.model_validate_json(zlib.decompress(found), extra="ignore") if found else None

    @redis_errors()
    def keep_reading(self, article: str, reading: Reading) -> None:
        """Remember it for as long as a story is."""
        packed = zlib.compress(reading.model_dump_json().encode())
        self._client.set(self._keys("reading", article), packed, ex=STORY_LIFE)

    @redis_errors()
    def candidates(self, mark: Fingerprint) -> tuple[list[Story], str]:
        """Stories that share words with the fingerprint, and the version of the set that they were read from.

        Of very many these are the CANDIDATES that share most: a retelling shares several of the words that its story is
        found by, other stories of the same subject one or two.
        """
        version = (self._client.get(self._keys("stories")) or b"0").decode()
        names = [self._keys("word", value) for value in mark.sought]
        # Scores are times within a week of one another, so their sum tells first how many words lead to a story.
        holders = self._client.zunion(names) if names else []
        keys = [self._keys("story", name.decode()) for name in reversed(holders[-CANDIDATES:])]
        found = self._client.mget(keys) if keys else []
        return [_story(value) for value in found if value], version

    @redis_errors()
    def put(self, key: str, message: Alert | Update | None, story: Story, *, version: str) -> str | None:
        """Store a message with its story, or (`message` None) one more report of a story: at once, and once a `key`.

        Returns the id of the stream entry, "joined" or "known"; None when stories changed since `version`:
        the caller then decides again.
        """
        names = [self._keys("stories"), self._keys("alerted", key), self._keys("alerts")]
        names += [self._keys("story", story.id), self._keys("counts")]
        names.append(self._keys("alerted", _severity(key.partition("/")[0])))
        names += [self._keys("word", value) for value in story.indexed]
        field, document = message_to_entry(message) if message else ("", "")
        answer: bytes = self._enqueue(
            keys=names,
            args=[
                version,
                document,
                story.model_dump_json(),
                story.id,
                story.id,
                # An article that told a living story must not tell it again.
                round(max(self._retention, STORY_LIFE).total_seconds()),
                round(STORY_LIFE.total_seconds()),
                field,
                STORIES_A_WORD,
                story.severity,
            ],
        )
        return None if answer == b"stale" else answer.decode()

    @redis_errors()
    def notify(self, notice: Notice) -> bool:
        """Put a notice into the stream, once for each id; whether it was new."""
        names = [self._keys("alerted", notice.id), self._keys("alerts"), self._keys("counts")]
        answer: bytes = self._notify(
            keys=names, args=[notice.model_dump_json(), round(self._retention.total_seconds())]
        )
        return answer != b"known"

    @redis_errors()
    def add_canary(self, canary: Canary) -> None:
        """Put a canary into the stream. A second one of the same article does no harm."""
        with self._client.pipeline(transaction=True) as pipe:
            pipe.xadd(self._keys("alerts"), dict([message_to_entry(canary)]))
            pipe.hset(self._keys("canary"), "queued", millis(canary.detected))
            pipe.execute()

    def read(self, since: datetime | None = None, after: str = "") -> Iterator[tuple[str, Message]]:
        """Every message of the stream, oldest first, with its entry id: from a time on, or after an entry."""
        start = f"({after}" if after else (str(millis(since)) if since else "-")
        while entries := self._range(start):
            for entry, fields in entries:
                # Anyone may write into the stream; what is no message is skipped here and buried by the senders.
                with suppress(StoreError):
                    yield entry.decode(), message_of(fields)
            start = f"({entries[-1][0].decode()}"

    @redis_errors()
    def _range(self, start: str) -> list[tuple[bytes, dict[bytes, bytes]]]:
        found: list[tuple[bytes, dict[bytes, bytes]]] = self._client.xrange(
            self._keys("alerts"), min=start, count=_BATCH
        )
        return found

    @redis_errors()
    def trim(self, before: datetime) -> int:
        """Remove alerts older than `before` that no consumer group still needs; returns how many."""
        key = self._keys("alerts")
        if not self._client.exists(key):
            return 0
        floor = (millis(before), 0)
        for group in self._client.xinfo_groups(key):
            floor = min(floor, _following(group["last-delivered-id"]))
            if pending := self._client.xpending(key, group["name"])["min"]:
                floor = min(floor, _parts(pending))
        return int(self._client.xtrim(key, minid=f"{floor[0]}-{floor[1]}", approximate=False))


def _story(value: bytes) -> Story:
    """The story; what another version of the program added is left out."""
    return Story.model_validate_json(value, extra="ignore")


def _severity(article: str) -> str:
    """A key beside those of the article's events; their parts are severities and digests."""
    return f"{article}/told"


def _parts(entry: bytes) -> tuple[int, int]:
    stamp, _, number = entry.decode().partition("-")
    return int(stamp), int(number or 0)


def _following(entry: bytes) -> tuple[int, int]:
    stamp, number = _parts(entry)
    return stamp, number + 1
