"""What is due, who fetches it, and what a check came to."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from monitor.models import Page
from monitor.sources.schedule import NO_NEWS, Claim, HostNews
from monitor.store.connection import Client, redis_errors
from monitor.store.keys import CROWDED_LIMIT, SOURCE_LIMIT, STOP_LIMIT
from monitor.store.values import changes, document_to_hash, home_from, home_to, millis, moment, state_from_hash, weight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime, timedelta

    from monitor.models import Document
    from monitor.sources.schedule import Home, SourceState
    from monitor.store.keys import Keys


# Several times as long as a drain takes from one `hold` to the next.
_HOLD_MS = 5000


def lua(name: str) -> str:
    """The text of a Lua script of this package, for `eval` in a transaction."""
    return (files("monitor.store") / "lua" / f"{name}.lua").read_text(encoding="utf-8")


def script(client: Client, name: str) -> Callable[..., Any]:
    """A Lua script of this package, loaded when it is first called."""
    loaded: Callable[..., Any] = client.register_script(lua(name))
    return loaded


class Jobs:
    """The due set. A job is a source to check or an article page to fetch."""

    def __init__(self, client: Client, keys: Keys, *, lease: timedelta, per_host: int = 2) -> None:
        self._client = client
        self._keys = keys
        self._lease = lease
        self._per_host = per_host
        self._claim = script(client, "claim")
        self._settle = script(client, "settle")
        self._sooner = script(client, "sooner")

    @redis_errors()
    def sync(self, due: Mapping[str, datetime], *, overdue: datetime | None = None) -> None:
        """Make the sources of the due set those of the configuration: new ones at the given time, removed ones out.

        Those due before `overdue` are put off to the given time too: after a stop they would all be fetched at once.
        """
        key = self._keys("due")
        wanted = {f"source:{name}": millis(when) for name, when in due.items()}
        jobs = self._client.zrange(key, 0, -1, withscores=True)
        known = {job.decode(): when for job, when in jobs if job.startswith(b"source:")}
        late = {job for job, when in known.items() if overdue and when < millis(overdue)} & wanted.keys()
        removed = known.keys() - wanted.keys()
        with self._client.pipeline(transaction=True) as pipe:
            if added := {job: when for job, when in wanted.items() if job not in known}:
                pipe.zadd(key, added, nx=True)
            if late:
                # One that was claimed meanwhile has a later time, and keeps it.
                pipe.zadd(key, {job: wanted[job] for job in late}, xx=True, gt=True)
            if removed:
                pipe.zrem(key, *removed)
                pipe.hdel(self._keys("homes"), *removed)
            pipe.execute()

    @redis_errors()
    def claim(self, now: datetime, count: int) -> list[Claim]:
        """At most `count` due jobs whose hosts may be asked now, each leased to the caller until `now` + lease."""
        keys = [self._keys(name) for name in ("due", "claims", "token", "homes", "hosts", "backlog")]
        lease = round(self._lease.total_seconds() * 1000)
        limits = (_HOLD_MS, SOURCE_LIMIT, CROWDED_LIMIT, STOP_LIMIT)
        args = [self._keys.prefix, millis(now), lease, count, self._per_host, *limits]
        found = iter(self._claim(keys=keys, args=args))
        return [_claimed(*parts) for parts in zip(found, found, found, found, strict=True)]

    @redis_errors()
    def hold(self, claims: Iterable[Claim], now: datetime) -> None:
        """Keep the places of what is under way; those of a fetcher that died are free some seconds later."""
        with self._client.pipeline(transaction=False) as pipe:
            for claim in claims:
                if claim.home:
                    pipe.zadd(self._keys("inside", claim.home.host), {claim.job: millis(now) + _HOLD_MS}, xx=True)
            pipe.execute()

    @redis_errors()
    def pause(self, host: str) -> datetime | None:
        """Until when a host is left alone, where it asked for that; the time may have passed."""
        return moment(self._client.hget(self._keys("host", host), "pause"))

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
        """Make a source due at once, unless it is being fetched now; False when it is not scheduled."""
        keys = [self._keys("due"), self._keys("claims")]
        return bool(self._sooner(keys=keys, args=[f"source:{source}", millis(now)]))

    def settle_source(
        self,
        claim: Claim,
        before: SourceState,
        after: SourceState,
        *,
        due: datetime,
        counted: Iterable[str],
        document: Document | None = None,
        hint: datetime,
        home: Home | None = None,
        host: HostNews = NO_NEWS,
        moved: bool = False,
    ) -> bool:
        """End the check of a source. Only the fields that this check changed are written: a reading may write others.

        `home` says where it belongs from now on; `moved` counts that it has another address. False when the lease ended
        and the job was queued or claimed again: then nothing is stored.
        """
        state, counted = changes(before, after), [f"source:{name}" for name in counted] + ["moves"] * moved
        return self._end(claim, state, due=due, counted=counted, document=document, hint=hint, home=home, host=host)

    def settle_page(
        self,
        claim: Claim,
        page: Page,
        *,
        due: datetime | None,
        counted: Iterable[str],
        document: Document | None,
        hint: datetime,
        home: Home | None = None,
        host: HostNews = NO_NEWS,
    ) -> bool:
        """End an attempt at an article page; with `due` None the page leaves the schedule."""
        state, counted = {"request": page.model_dump_json()}, [f"page:{name}" for name in counted]
        return self._end(claim, state, due=due, counted=counted, document=document, hint=hint, home=home, host=host)

    def drop(self, claim: Claim) -> None:
        """Take a job off the schedule, if it is still ours: its source left the configuration, or its page was read.

        What is known of a source stays, in case it comes back.
        """
        self._end(claim, {}, due=None)

    def put_back(self, claim: Claim, due: datetime, *, home: Home | None = None, host: HostNews = NO_NEWS) -> None:
        """Give a claim up without a result, to be taken at `due`; `home` says where it belongs."""
        self._end(claim, {}, due=due, home=home, host=host)

    @redis_errors()
    def _end(
        self,
        claim: Claim,
        state: Mapping[str, str],
        *,
        due: datetime | None,
        counted: Iterable[str] = (),
        document: Document | None = None,
        hint: datetime | None = None,
        home: Home | None = None,
        host: HostNews = NO_NEWS,
    ) -> bool:
        place = claim.home.host if claim.home else ""
        keys = [self._keys(name) for name in ("due", "claims")]
        keys += [self._keys(claim.kind, claim.id), self._keys("counts"), self._keys("unread")]
        keys.append(self._keys("document", document.id if document else "-"))
        keys += [self._keys(name) for name in ("homes", "hosts", "backlog")]
        keys += [self._keys("host", place or "-"), self._keys("inside", place or "-")]
        head: dict[str, Any] = {
            "job": claim.job,
            "token": str(claim.token),
            "counted": list(counted),
            "forget": claim.kind == "page" and due is None,
            "states": 2 * len(state),
            "host": place,
        }
        if due:
            head["due"] = millis(due)
        if home:
            head["home"] = home_to(home)
        if host.pause:
            head["pause"] = millis(host.pause)
        if host.strikes is not None:
            head["strikes"] = host.strikes
        if document and hint:
            head |= {"document": document.id, "hint": millis(hint), "source": document.source}
            head["weight"] = weight(document)
        fields = document_to_hash(document) if document else {}
        return bool(self._settle(keys=keys, args=[json.dumps(head), *_flat(state), *_flat(fields)]))


def _claimed(job: bytes, token: int, home: bytes, strikes: bytes) -> Claim:
    kind, name = job.decode().split(":", 1)
    return Claim(kind, name, int(token), home_from(home.decode()), int(strikes))


def _flat(fields: Mapping[str, str | bytes]) -> Iterable[str | bytes]:
    for name, value in fields.items():
        yield name
        yield value
