"""Short claims on a role: who drains on this machine, who sends for a channel."""

from __future__ import annotations

import secrets
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from monitor.errors import StoreError
from monitor.store.connection import Client, redis_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from monitor.store.keys import Keys

_RENEW = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0"
_END = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class Lease:
    """A role held by this process until `renew` fails or the lease is ended."""

    def __init__(self, client: Client, key: str, life: timedelta) -> None:
        self._client = client
        self._key = key
        self._life = round(life.total_seconds() * 1000)
        self._token = secrets.token_hex(8)

    @redis_errors()
    def take(self) -> bool:
        """Whether the role was free and is now ours."""
        taken = self._client.set(self._key, self._token, nx=True, px=self._life)
        # The client repeats a command whose reply was lost, and then finds its own token.
        return bool(taken) or self._client.get(self._key) == self._token.encode()

    @redis_errors()
    def renew(self) -> bool:
        """Prolong by a whole life from now; False when the role was lost."""
        return bool(self._client.eval(_RENEW, 1, self._key, self._token, self._life))

    @redis_errors()
    def end(self) -> None:
        """Give the role up, if it is still ours."""
        self._client.eval(_END, 1, self._key, self._token)


class Leases:
    """Hands out leases by name."""

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    @contextmanager
    def hold(self, name: str, life: timedelta, *, keep: bool = False) -> Iterator[Lease | None]:
        """The lease, ended on the way out; None when somebody else holds it.

        With `keep` a thread renews it meanwhile, so that nobody takes over from one who is slow and alive.
        """
        lease = Lease(self._client, self._keys("lease", name), life)
        if not lease.take():
            yield None
            return
        done = threading.Event()
        keeper = threading.Thread(target=_keep, args=(lease, life / 3, done), daemon=True)
        if keep:
            keeper.start()
        try:
            yield lease
        finally:
            done.set()
            if keep:
                # It may be in the middle of a renewal; the client is the caller's to close.
                keeper.join(life.total_seconds())
            # Without Redis the lease ends by itself after its life, and the first error matters more.
            with suppress(StoreError):
                lease.end()


def _keep(lease: Lease, gap: timedelta, done: threading.Event) -> None:
    while not done.wait(gap.total_seconds()):
        # Without Redis nobody else can take it; the holder finds out at its next write.
        with suppress(StoreError):
            if not lease.renew():
                return
