"""What is due, who fetches it, and what a check came to."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from monitor.models import Page
from monitor.schedule import Claim
from monitor.store.connection import Client, redis_errors
from monitor.store.keys import UNREAD_LIMIT
from monitor.store.values import changes, document_to_hash, millis, state_from_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime, timedelta

    from monitor.models import Document, Outcome
    from monitor.schedule import SourceState
    from monitor.store.keys import Keys


def script(client: Client, name: str) -> Callable[..., Any]:
    """A Lua script of this package, loaded when it is first called."""
    loaded: Callable[..., Any] = client.register_script(
        (files("monitor.store") / "lua" / f"{name}.lua").read_text(encoding="utf-8")
    )
    return loaded


class Jobs:
    """The due set. A job is a source to check or an article page to fetch."""

    def __init__(self, client: Client, keys: Keys, *, lease: timedelta) -> None:
        self._client = client
        self._keys = keys
        self._lease = lease
        self._claim = script(client, "claim")
        self._settle = script(client, "settle")
        self._hurry = script(client, "hurry")

    @redis_errors()
    def sync(self, due: Mapping[str, datetime]) -> None:
        """Make the sources of the due set those of the configuration: new ones at the given time, removed ones out."""
        key = self._keys("due")
        wanted = {f"source:{name}": millis(when) for name, when in due.items()}
        known = {job.decode() for job in self._client.zrange(key, 0, -1) if job.startswith(b"source:")}
        with self._client.pipeline(transaction=True) as pipe:
            if added := {job: when for job, when in wanted.items() if job not in known}:
                pipe.zadd(key, added, nx=True)
            if removed := known - wanted.keys():
                pipe.zrem(key, *removed)
            pipe.execute()

    @redis_errors()
    def claim(self, now: datetime, count: int) -> list[Claim]:
        """At most `count` due jobs, each leased to the caller until `now` + lease."""
        keys = [self._keys(name) for name in ("due", "claims", "token", "unread")]
        lease = round(self._lease.total_seconds() * 1000)
        found = self._claim(keys=keys, args=[millis(now), lease, count, UNREAD_LIMIT])
        jobs = [job.decode().split(":", 1) for job in found[::2]]
        return [Claim(kind, name, int(token)) for (kind, name), token in zip(jobs, found[1::2], strict=True)]

    @redis_errors()
    def state(self, source: str) -> SourceState:
        """What is known of a source."""
        return state_from_hash(self._client.hgetall(self._keys("source", source)))

    @redis_errors()
    def states(self, sources: Iterable[str]) -> list[SourceState]:
        """What is known of each source, in one go."""
        with self._client.pipeline(transaction=False) as pipe:
            for source in sources:
                pipe.hgetall(self._keys("source", source))
            return [state_from_hash(fields) for fields in pipe.execute()]

    @redis_errors()
    def page(self, name: str) -> Page | None:
        """A page to fetch; None when it was read meanwhile."""
        request = self._client.hget(self._keys("page", name), "request")
        return Page.model_validate_json(request) if request else None

    @redis_errors()
    def next_due(self) -> dict[str, float]:
        """Every job with its due time, in milliseconds."""
        return {job.decode(): due for job, due in self._client.zrange(self._keys("due"), 0, -1, withscores=True)}

    @redis_errors()
    def pull_forward(self, source: str, now: datetime) -> bool:
        """Make a source due at once; False when it is not scheduled."""
        return bool(self._client.zadd(self._keys("due"), {f"source:{source}": millis(now)}, xx=True, ch=True))

    @redis_errors()
    def hurry(self, source: str, due: datetime) -> None:
        """Make a source due at `due` if that is sooner than it is now, and nobody is fetching it."""
        keys = [self._keys("due"), self._keys("claims")]
        self._hurry(keys=keys, args=[f"source:{source}", millis(due)])

    def settle_source(
        self,
        claim: Claim,
        before: SourceState,
        after: SourceState,
        *,
        due: datetime,
        counted: Outcome | None,
        document: Document | None = None,
        hint: datetime,
    ) -> bool:
        """End the check of a source. Only the fields that this check changed are written: a reading may write others.

        False when the lease ended and another claim has come: then nothing is stored.
        """
        return self._end(claim, changes(before, after), due=due, counted=counted, document=document, hint=hint)

    def settle_page(
        self,
        claim: Claim,
        page: Page,
        *,
        due: datetime | None,
        counted: Outcome | None,
        document: Document | None,
        hint: datetime,
    ) -> bool:
        """End an attempt at an article page; with `due` None the page leaves the schedule."""
        request = {"request": page.model_dump_json()}
        return self._end(claim, request, due=due, counted=counted, document=document, hint=hint)

    def drop(self, claim: Claim) -> None:
        """Take a job off the schedule, if it is still ours: its source left the configuration, or its page was read.

        What is known of a source stays, in case it comes back.
        """
        self._end(claim, {}, due=None, counted=None, document=None, hint=None)

    def put_back(self, claim: Claim, due: datetime) -> None:
        """Give a claim up without a result, to be taken at `due`."""
        self._end(claim, {}, due=due, counted=None, document=None, hint=None)

    @redis_errors()
    def _end(
        self,
        claim: Claim,
        state: Mapping[str, str],
        *,
        due: datetime | None,
        counted: Outcome | None,
        document: Document | None,
        hint: datetime | None,
    ) -> bool:
        keys = [self._keys(name) for name in ("due", "claims")]
        keys += [self._keys(claim.kind, claim.id), self._keys("counts"), self._keys("unread")]
        keys.append(self._keys("document", document.id if document else "-"))
        head = [
            claim.job,
            claim.token,
            millis(due) if due else "",
            f"{claim.kind}:{counted}" if counted else "",
            millis(hint) if hint else 0,
            document.id if document else "",
            "1" if claim.kind == "page" and due is None else "",
            2 * len(state),
        ]
        fields = document_to_hash(document) if document else {}
        return bool(self._settle(keys=keys, args=[*head, *_flat(state), *_flat(fields)]))


def _flat(fields: Mapping[str, str | bytes]) -> Iterable[str | bytes]:
    for name, value in fields.items():
        yield name
        yield value
