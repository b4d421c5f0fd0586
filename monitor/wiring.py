"""Puts the parts together: the only module that chooses implementations."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Any

from monitor.canary import CANARY, canary_feed, canary_source, with_canary
from monitor.config.nodes import did_you_mean
from monitor.config.settings import Names, Settings, load_settings
from monitor.config.sources import load_sources
from monitor.config.watch import load_watch
from monitor.errors import ConfigError, Problem, StoreError
from monitor.fetch.client import Bounds, opened
from monitor.fetch.loopback import served
from monitor.matching import Matcher
from monitor.notify.canary import CanaryChannel
from monitor.pipeline.deliver import Delivering
from monitor.pipeline.drain import Drain, Limits
from monitor.pipeline.find_sources import FindingSources
from monitor.pipeline.polite import PoliteFetcher
from monitor.pipeline.raise_alert import Alerting
from monitor.pipeline.read import Reading
from monitor.pipeline.robots import agent_of
from monitor.pipeline.try_source import Trying
from monitor.routing import Policy
from monitor.senders import Surroundings, check_channel, make_channel
from monitor.sources.health import Patience, changes_of
from monitor.sources.rhythm import Pace
from monitor.store.alerts import AlertQueue
from monitor.store.archive import Archive
from monitor.store.connection import Client, connect, redis_errors, require_fit, wait_until_up
from monitor.store.dead import DeadLetters
from monitor.store.deliveries import Deliveries, group_of
from monitor.store.documents import Documents
from monitor.store.embedded import socket_path
from monitor.store.jobs import Jobs
from monitor.store.keys import Keys
from monitor.store.leases import Leases
from monitor.store.robots import RobotsFiles
from monitor.store.silences import Silences
from monitor.store.trips import Trips
from monitor.store.troubles import Troubles

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping

    from monitor.models import Entry, Source
    from monitor.pipeline.find_sources import Candidate
    from monitor.pipeline.ports import Channel
    from monitor.pipeline.try_source import Trial
    from monitor.rules import Rule, Watch

_LOG = logging.getLogger("monitor")

# A drain claims for this long and then makes room for the next one; with the deadline of a fetch it stays well below
# the soft time limit of a task.
LINGER = timedelta(seconds=20)
_DRAIN_LEASE = timedelta(seconds=15)
# Renewed while a message is being sent; a channel whose sender was killed waits so long for the next one.
_SENDER_LEASE = timedelta(seconds=20)
# A sender leaves the rest to the next one after this long, well below the soft time limit of a task.
_SENDER_SECONDS = 15.0
# Sources that `monitor sources check` looks at together.
_TRIED_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Installation:
    """Where this installation lives. An empty `redis_url` means the embedded server of the data folder."""

    config: Path
    data: Path
    redis_url: str = ""
    broker_url: str = ""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Installation:
        """By MONITOR_CONFIG, MONITOR_DATA, REDIS_URL and CELERY_BROKER_URL."""
        share = Path(environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
        return cls(
            config=Path(environment.get("MONITOR_CONFIG") or "config"),
            data=Path(environment.get("MONITOR_DATA") or share / "vedette"),
            redis_url=environment.get("REDIS_URL", ""),
            broker_url=environment.get("CELERY_BROKER_URL", ""),
        )

    @property
    def environment(self) -> dict[str, str]:
        """The variables that make a child process find the same installation."""
        found = {"MONITOR_CONFIG": str(self.config.resolve()), "MONITOR_DATA": str(self.data.resolve())}
        return found | {"REDIS_URL": self.redis_url, "CELERY_BROKER_URL": self.broker_url}

    @property
    def state_url(self) -> str:
        """The address of the state, for redis-py."""
        return self.redis_url or f"unix://{socket_path(self.data)}"

    @property
    def celery_broker(self) -> str:
        """The address of the broker, in the spelling of kombu."""
        url = self.broker_url or self.state_url
        return url.replace("unix://", "redis+socket://", 1) if url.startswith("unix://") else url


@dataclass(frozen=True, slots=True)
class Configuration:
    """The three files of a configuration folder, valid together."""

    sources: Mapping[str, Source]
    settings: Settings
    watch: Watch
    warnings: tuple[str, ...] = ()


def load_configuration(folder: Path, environment: Mapping[str, str]) -> Configuration:
    """Read all three files. Raises ConfigError with the problems of all of them."""
    problems: list[Problem] = []

    def attempt(load: Callable[[], Any]) -> Any:
        try:
            return load()
        except ConfigError as error:
            problems.extend(error.problems)
            return None

    sources = attempt(lambda: load_sources(folder / "sources.yaml", environment))
    watch = attempt(lambda: load_watch(folder / "watch.yaml"))
    settings = attempt(
        lambda: load_settings(folder / "settings.yaml", environment, _names(sources, watch), check_channel)
    )
    if sources is None or settings is None or watch is None:
        raise ConfigError(problems)
    known = {name for source in sources for name in (source.id, *(f"tag:{tag}" for tag in source.tags))}
    warnings = (*_unknown_sources(folder / "watch.yaml", watch, known), *_untold(folder / "settings.yaml", settings))
    return Configuration({source.id: source for source in sources}, settings, watch, warnings)


def _untold(path: Path, settings: Settings) -> Iterator[str]:
    """The watchdog without anybody to tell is silent when everything stops."""
    receives = any("notices" in channel.receives for channel in settings.channels)
    if settings.canary.enabled and not settings.canary.tell and not receives:
        yield (
            f"{path}: nobody is told when the monitor stops: let a channel receive notices "
            "(receives: [alerts, updates, notices]), or name one in canary.tell"
        )


def _unknown_sources(path: Path, watch: Watch, known: Collection[str]) -> Iterator[str]:
    """A rule that names a source which is not there never sees it; that may be meant, so it is no error."""
    for rule in watch.rules:
        for name in sorted((rule.only | rule.skip) - set(known)):
            hint = did_you_mean(name, known)
            said = f"{path}:{rule.line}: rule {rule.id} names the source {name!r}, which sources.yaml does not have"
            yield f"{said} ({hint})" if hint else said


def _names(sources: tuple[Source, ...] | None, watch: Watch | None) -> Names:
    """What settings.yaml may name."""
    if watch is None:
        return Names()
    of_rules = {tag for rule in watch.rules for tag in rule.tags}
    tags = None if sources is None else of_rules | {tag for source in sources for tag in source.tags}
    return Names(lists=watch.lists, rules=[rule.id for rule in watch.rules], tags=tags)


def utc_now() -> datetime:
    """The clock of the program."""
    return datetime.now(UTC)


class Runtime:
    """The use cases over a configuration and a Redis. Cheap to make; parts are made when first used."""

    def __init__(self, installation: Installation, configuration: Configuration) -> None:
        self._configuration = configuration
        self.settings = configuration.settings
        self.sources = configuration.sources
        self._random = SystemRandom()  # children of one fork must not share their jitter
        self.client: Client = connect(installation.state_url)
        self.keys = Keys(self.settings.redis.prefix)
        self.deliveries = Deliveries(self.client, self.keys)
        self.dead = DeadLetters(self.client, self.keys)
        self.silences = Silences(self.client, self.keys, retention=self.settings.retention)
        self.leases = Leases(self.client, self.keys)
        self.troubles = Troubles(self.client, self.keys)
        self.trips = Trips(self.client, self.keys)
        self.data = installation.data
        self.alerts = AlertQueue(self.client, self.keys, retention=self.settings.retention)
        archive = self.settings.archive
        self.archive = Archive(self.client, self.keys, keep=archive.keep, most=archive.most)
        self.documents = Documents(self.client, self.keys, self.archive, retention=self.settings.retention)
        # A claim outlives the longest fetch, so nobody fetches a source twice at one time.
        fetch = self.settings.fetch
        self.jobs = Jobs(self.client, self.keys, lease=fetch.deadline + timedelta(seconds=10), per_host=fetch.per_host)
        self.robots = RobotsFiles(self.client, self.keys)

    @cached_property
    def matcher(self) -> Matcher:
        """The compiled watch file; takes a second or so for thousands of terms."""
        return Matcher(with_canary(self._configuration.watch))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of the watch file, in its order."""
        return self._configuration.watch.rules

    def prepare(self) -> None:
        """Compile the rules now, rather than in the first task that needs them."""
        _ = self.matcher
        # What was compiled lives as long as the process: no collection has to walk through it, and none in a child
        # copies its pages. Undone first, so that what an earlier configuration left is collected.
        gc.unfreeze()
        gc.collect()
        gc.freeze()

    def wait(
        self, say: Callable[[str], None], *, limit: float | None = None, stop: Callable[[], bool] = lambda: False
    ) -> None:
        """Wait for Redis, refuse an unfit one, give every channel its group. Raises StoreError."""
        wait_until_up(self.client, say, limit=limit, stop=stop)
        for warning in require_fit(self.client, self.keys):
            say(f"warning: {warning}")
        for left in self.deliveries.subscribe(self.channels):
            alerts, group = self.keys("alerts"), group_of(left)
            say(f"warning: channel {left} left the settings, its alerts are kept: XGROUP DESTROY {alerts} {group}")

    def drain(self, hint: Callable[[str], None], stop: Callable[[], bool]) -> int:
        """Fetch what is due for LINGER, unless another process of this machine does; returns how many jobs."""
        with self.leases.hold(f"drain:{socket.gethostname()}", _DRAIN_LEASE) as lease:
            if lease is None:
                return 0
            end = time.monotonic() + LINGER.total_seconds()

            def go_on() -> bool:
                if time.monotonic() < end and not stop():
                    return lease.renew()
                # The next drain may begin while this one waits for slow hosts.
                lease.end()
                return False

            return asyncio.run(self._drain(hint, go_on, stop))

    async def _drain(self, hint: Callable[[str], None], go_on: Callable[[], bool], stop: Callable[[], bool]) -> int:
        fetch = self.settings.fetch
        async with opened(fetch.user_agent, self._bounds) as client, served(self._canary_feed) as canary:
            drain = Drain(
                self.jobs,
                self.documents,
                client,
                self._watched(canary),
                self.robots,
                limits=Limits(fetch.concurrency, fetch.spacing, self._pace, agent_of(fetch.user_agent)),
                hint=hint,
                clock=utc_now,
                random=self._random,
            )
            return await drain.run(go_on, stop)

    def read(self, document: str, queued: Callable[[], None]) -> None:
        """Read one document; `queued` is called when an alert was put into the queue."""
        reading = Reading(
            self.jobs,
            self.documents,
            self.alerting(queued),
            self._watched("http://127.0.0.1/"),
            pace=self._pace,
            backlog_age=self.settings.first_check.max_age,
            backlog_digest=self.settings.first_check.digest,
            needs_page=self._needs_page,
            clock=utc_now,
            random=self._random,
        )
        reading.read(document)

    def alerting(self, queued: Callable[[], None]) -> Alerting:
        """What makes messages of articles that were read."""
        return Alerting(self.matcher, self.alerts, queued=queued, clock=utc_now)

    def _needs_page(self, entry: Entry) -> bool:
        lists = self.settings.fetch.only_touching
        return not lists or self.matcher.touches(f"{entry.title}\n{entry.lead}", lists)

    def deliver(self, name: str, stop: Callable[[], bool] = lambda: False) -> int:
        """Send what a channel has waiting, unless another process does; returns how many messages.

        A channel that left the configuration, between the hint and now, has nothing to send with.
        """
        if name not in self.channels:
            return 0
        with self.leases.hold(f"sender:{name}", _SENDER_LEASE, keep=True) as lease:
            if lease is None:
                return 0
            end = time.monotonic() + _SENDER_SECONDS
            delivering = Delivering(
                name,
                self.channel(name),
                self.deliveries,
                policy=self._policy(name),
                silences=self.silences.all,
                notify=self.alerts.notify,
                go_on=lambda: time.monotonic() < end and not stop() and lease.renew(),
                clock=utc_now,
                random=self._random,
            )
            return delivering.run()

    def _policy(self, name: str) -> Policy:
        return next((channel for channel in self.settings.channels if channel.id == name), Policy())

    def channel(self, name: str) -> Channel:
        """The channel of that id. Raises KeyError."""
        if name == CANARY:
            return self._canary_channel()
        found = {channel.id: channel for channel in self.settings.channels}[name]
        return make_channel(found, self._surroundings)

    @property
    def channels(self) -> tuple[str, ...]:
        """The ids of all channels, that of the canary among them."""
        own = (CANARY,) if self.settings.canary.enabled else ()
        return (*(channel.id for channel in self.settings.channels), *own)

    def operator_channels(self) -> dict[str, Channel]:
        """The channels that are told when no canary comes through."""
        notices = [channel.id for channel in self.settings.channels if "notices" in channel.receives]
        return {name: self.channel(name) for name in self.settings.canary.tell or notices}

    def _watched(self, canary: str) -> Mapping[str, Source]:
        """All sources, with the canary's at its address of the moment."""
        settings = self.settings.canary
        return {**self.sources, CANARY: canary_source(canary, settings.every)} if settings.enabled else self.sources

    def _canary_feed(self) -> bytes:
        self.trips.note("fetched", utc_now())
        return canary_feed(utc_now())

    def _canary_channel(self) -> Channel:
        settings = self.settings.canary
        ping = (lambda: asyncio.run(self._ask(url.get_secret_value()))) if (url := settings.ping) else None
        return CanaryChannel(lambda now: self.trips.note("received", now), ping, fresh=settings.late)

    async def _ask(self, url: str) -> None:
        async with opened(self.settings.fetch.user_agent, self._bounds) as client:
            await client.get(url, allow_private=self.settings.canary.allow_private)

    async def try_source(self, source: Source) -> Trial:
        """Look at a source once and store nothing."""
        async with self._trying() as trying:
            return await trying.try_source(source)

    async def try_sources(self, sources: Iterable[Source], tell: Callable[[Source, Trial], None]) -> None:
        """Look at the index of each source once, a few at a time, and tell what each came to as soon as it is known."""
        async with self._trying() as trying, asyncio.TaskGroup() as group:
            slots = asyncio.Semaphore(_TRIED_AT_ONCE)

            async def look(source: Source) -> None:
                async with slots:
                    tell(source, await trying.try_source(source, articles=False))

            for source in sources:
                group.create_task(look(source))

    @asynccontextmanager
    async def _trying(self) -> AsyncIterator[Trying]:
        fetch = self.settings.fetch
        async with opened(fetch.user_agent, self._bounds) as client:
            polite = PoliteFetcher(client, agent=agent_of(fetch.user_agent), spacing=fetch.spacing, clock=utc_now)
            max_age = self.settings.first_check.max_age
            yield Trying(polite, self.matcher, needs_page=self._needs_page, max_age=max_age, clock=utc_now)

    async def find_sources(self, url: str, kind: str, *, allow_private: bool) -> tuple[Candidate, ...]:
        """What can be watched at an address. Raises FetchError."""
        async with opened(self.settings.fetch.user_agent, self._bounds) as client:
            return await FindingSources(client, utc_now, allow_private=allow_private).find(url, kind)

    def look_after(self) -> int:
        """Tell the operator which sources fell ill or are well again; returns how many notices."""
        patience = Patience(self.settings.health.failures, self.settings.health.patience)
        watched = list(zip(self.sources.values(), self.jobs.states(self.sources), strict=True))
        found = changes_of(watched, self.troubles.known(), utc_now(), patience)
        return sum(self.troubles.store(change) and change.notice is not None for change in found)

    def tend(self) -> None:
        """Housekeeping: trim the alert stream and the archive, forget silences that ended."""
        self.silences.prune(utc_now())
        self.archive.trim(utc_now())
        self.alerts.trim(utc_now() - self.settings.retention)

    @property
    def _pace(self) -> Pace:
        defaults = self.settings.defaults
        return Pace(defaults.every, defaults.floor, defaults.ceiling)

    @property
    def _surroundings(self) -> Surroundings:
        return surroundings(self.settings, self.data, self._mended)

    def _mended(self, channel: str, text: str) -> None:
        """Log and count what a channel mended; a count that is lost must not make a sent message fail."""
        _LOG.warning("channel %s: %s", channel, text)
        try:
            with redis_errors():
                self.client.hincrby(self.keys("counts"), f"mended:{channel}", 1)
        except StoreError as error:
            _LOG.warning("channel %s: this is not counted: %s", channel, error)

    @property
    def _bounds(self) -> Bounds:
        return _bounds(self.settings)


def surroundings(settings: Settings, data: Path, mended: Callable[[str, str], None]) -> Surroundings:
    """What senders need of an installation."""
    return Surroundings(settings.fetch.user_agent, _bounds(settings), data, mended)


def _bounds(settings: Settings) -> Bounds:
    return Bounds(settings.fetch.deadline.total_seconds(), settings.fetch.max_bytes)
