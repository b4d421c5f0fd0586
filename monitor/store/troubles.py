"""What is wrong now, and the notices of it in the alert stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.sources.health import Trouble
from monitor.store.connection import Client, redis_errors
from monitor.store.jobs import script

if TYPE_CHECKING:
    from monitor.sources.health import Change
    from monitor.store.keys import Keys


class Troubles:
    """Each change is stored and told in one step, so that two watchers tell it once."""

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys
        self._notice = script(client, "trouble")

    @redis_errors()
    def known(self) -> dict[str, Trouble]:
        """The troubles of now, by subject."""
        found = self._client.hgetall(self._keys("troubles"))
        return {name.decode(): Trouble.model_validate_json(value) for name, value in found.items()}

    @redis_errors()
    def store(self, change: Change) -> bool:
        """Store a change and put its notice into the alert stream; False when another watcher was first."""
        keys = [self._keys(name) for name in ("troubles", "alerts", "counts")]
        # Compared as values: another version of the program may have written the same one in other words.
        stored = self._client.hget(keys[0], change.subject) or b""
        if (Trouble.model_validate_json(stored) if stored else None) != change.before:
            return False
        values = [value.model_dump_json() if value else "" for value in (change.after, change.notice)]
        return bool(self._notice(keys=keys, args=[change.subject, stored, *values]))
