"""The connection to Redis or Valkey, and whether that server is fit to be trusted with alerts."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import redis
from redis.backoff import ExponentialWithJitterBackoff
from redis.retry import Retry

from monitor.errors import StoreError, StoreUnavailable, StoreUnfit
from monitor.store.keys import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from monitor.store.keys import Keys

# A client or pipeline of redis-py. Its own annotations give each reply as the union of all protocols and modes.
Client = Any

_UNAVAILABLE = (redis.ConnectionError, redis.TimeoutError, redis.BusyLoadingError, redis.ReadOnlyError, ConnectionError)
_REQUIRED_MAJOR = 7


@contextmanager
def redis_errors() -> Iterator[None]:
    """Translate the errors of the client library, once, at the edge. Also serves as a decorator."""
    try:
        yield
    except redis.AuthenticationError as error:
        raise StoreUnfit(f"Redis refuses the password of REDIS_URL: {error}") from error
    except _UNAVAILABLE as error:
        raise StoreUnavailable(f"Redis does not answer: {error}") from error
    except redis.RedisError as error:
        raise StoreError(f"Redis refused: {error}") from error


def connect(url: str, *, timeout: float = 15.0, retries: int = 3) -> Client:
    """A client for `redis://`, `rediss://` or `unix://`. Opens nothing yet.

    The client repeats a command whose reply was lost. That does no harm: an alert enters once, a job waits for its
    lease, a hint comes late.
    """
    retry = Retry(ExponentialWithJitterBackoff(base=0.05, cap=1.0), retries=retries)
    options: dict[str, object] = {
        "socket_timeout": timeout,
        "socket_connect_timeout": min(timeout, 5.0),
        "retry": retry,
    }
    if not url.startswith("unix:"):
        options |= {"socket_keepalive": True, "health_check_interval": 10}
    try:
        return redis.Redis.from_url(url, protocol=2, **options)
    except ValueError as error:
        raise StoreUnfit(f"REDIS_URL is not an address of Redis: {error}") from error


def wait_until_up(
    client: Client,
    say: Callable[[str], None],
    *,
    limit: float | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> None:
    """Wait for the server, saying so once; `limit` in seconds, None waits for ever. Raises StoreUnavailable.

    `stop` ends the waiting early, with the same error.
    """
    began = time.monotonic()
    waiting = False
    while True:
        try:
            with redis_errors():
                client.ping()
        except StoreUnavailable as error:
            if stop() or (limit is not None and time.monotonic() - began >= limit):
                raise
            if not waiting:
                say(f"waiting for Redis ({error})")
            waiting = True
            time.sleep(0.5)
        else:
            if waiting:
                say("Redis is back")
            return


@redis_errors()
def require_fit(client: Client, keys: Keys) -> tuple[str, ...]:
    """Refuse a server that would lose alerts; return warnings about one that might.

    Raises StoreUnfit on a server older than Redis 7.0, on an eviction policy, and on data of a newer program.
    """
    info = client.info("server")
    version = str(info.get("valkey_version") or info.get("redis_version", "0"))
    if int(version.split(".", maxsplit=1)[0]) < _REQUIRED_MAJOR:
        raise StoreUnfit(f"Redis {version} is too old: 7.0 or later, or Valkey 8 or later, is needed")
    policy = client.info("memory").get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        raise StoreUnfit(f"Redis evicts keys (maxmemory-policy {policy}) and would drop alerts: set it to noeviction")
    _require_schema(client, keys)
    if not client.info("persistence").get("aof_enabled"):
        return ("Redis runs without AOF (appendonly no): alerts not yet delivered are lost if it stops",)
    return ()


def _require_schema(client: Client, keys: Keys) -> None:
    client.set(keys("schema"), SCHEMA_VERSION, nx=True)
    found = int(client.get(keys("schema")) or 0)
    if found > SCHEMA_VERSION:
        raise StoreUnfit(
            f"the data in Redis (prefix {keys.prefix}) has schema {found}, this program knows {SCHEMA_VERSION}: "
            "run the newer program, or choose another prefix in settings.yaml"
        )
