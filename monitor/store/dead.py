"""The dead letters: deliveries that a channel refused for good, kept until a person puts them back or removes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from monitor.store.connection import Client, redis_errors
from monitor.store.jobs import script
from monitor.store.values import messages_from_json, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from monitor.models import Message
    from monitor.store.keys import Keys

_BATCH = 200
_ID = re.compile(r"[0-9]{1,19}-[0-9]{1,19}")


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One delivery that was given up. `messages` are none where the entry of the stream was no message."""

    id: str
    channel: str
    key: str
    reason: str
    attempts: int
    at: datetime
    entries: tuple[str, ...]
    messages: tuple[Message, ...]


class DeadLetters:
    """Reads them, puts them back, removes them."""

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys
        self._replay = script(client, "replay")

    def read(self, channel: str | None = None) -> Iterator[DeadLetter]:
        """All, oldest first, or those of one channel."""
        start = "-"
        while page := self._range(start):
            yield from (letter for letter in page if channel is None or letter.channel == channel)
            start = f"({page[-1].id}"

    @redis_errors()
    def _range(self, start: str) -> list[DeadLetter]:
        return [_letter(*found) for found in self._client.xrange(self._keys("dead"), min=start, count=_BATCH)]

    @redis_errors()
    def get(self, name: str) -> DeadLetter | None:
        """The letter of that id; what is no id names none."""
        if not _ID.fullmatch(name):
            return None
        found = self._client.xrange(self._keys("dead"), min=name, max=name)
        return _letter(*found[0]) if found else None

    @redis_errors()
    def replay(self, letter: DeadLetter) -> bool:
        """Put it back to its channel, with its key and attempts, ahead of what waits; False when it is gone."""
        ((_, fields),) = self._client.xrange(self._keys("dead"), min=letter.id, max=letter.id) or [(b"", {})]
        if not fields:
            return False
        wanted = {name: fields[name.encode()] for name in ("key", "attempts", "messages")}
        pairs = [part for pair in wanted.items() for part in pair]
        names = [self._keys("dead"), self._keys("replay", letter.channel)]
        return bool(self._replay(keys=names, args=[letter.id, *pairs]))

    @redis_errors()
    def purge(self, names: Iterable[str]) -> int:
        """Remove letters for good; returns how many were there."""
        listed = list(names)
        batches = [listed[at : at + _BATCH] for at in range(0, len(listed), _BATCH)]
        return sum(int(self._client.xdel(self._keys("dead"), *batch)) for batch in batches)


def _letter(entry: bytes, fields: dict[bytes, bytes]) -> DeadLetter:
    text = {name.decode(): value.decode("utf-8", "replace") for name, value in fields.items()}
    return DeadLetter(
        id=entry.decode(),
        channel=text.get("channel", ""),
        key=text.get("key", ""),
        reason=text.get("reason", ""),
        attempts=int(text.get("attempts") or 0),
        at=moment(text.get("at")) or datetime.fromtimestamp(0, UTC),
        entries=tuple(text.get("entries", "").split()),
        messages=messages_from_json(fields.get(b"messages", b"[]")),
    )
