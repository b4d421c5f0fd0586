"""config/settings.yaml: how the program works."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, SecretStr, model_validator

from monitor.canary import CANARY
from monitor.config.channels import ChannelSettings, ConsoleChannel, WebhookChannel
from monitor.config.nodes import check as check_shape
from monitor.config.nodes import did_you_mean, read
from monitor.config.sources import Version
from monitor.config.templates import problem_of, with_template
from monitor.errors import ConfigError
from monitor.models import Duration, Interval, Model, between, spelled
from monitor.urls import absolute

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from monitor.config.nodes import Tree
    from monitor.config.templates import CheckChannel
    from monitor.errors import Problem

_USER_AGENT = "Vedette/0.1 (news monitor; no contact set)"


class Defaults(Model):
    """For sources without their own `every`: how often to look, which follows the rhythm of each."""

    every: Interval = Field(timedelta(minutes=5), description="before the rhythm of a source is known")
    floor: Interval = Field(timedelta(minutes=1), description="the shortest interval, for those with the most news")
    ceiling: Interval = Field(timedelta(hours=1), description="the longest, for those that bring little")

    @model_validator(mode="after")
    def _floor_below_ceiling(self) -> Self:
        if self.floor > self.ceiling:
            raise ValueError("the floor is above the ceiling")
        return self


class Fetch(Model):
    """How the program behaves on the network."""

    user_agent: str = Field(_USER_AGENT, min_length=3, description="who asks, with an address that reaches a person")
    concurrency: int = Field(100, ge=1, le=1000, description="requests under way at once, in one drain")
    per_host: int = Field(2, ge=1, le=10, description="of them to one host, by all workers together")
    spacing: Annotated[Duration, between("0s", "1h")] | None = Field(
        None,
        description="between the starts of two requests to one host; default: 1s, and none where allow_private is set",
    )
    deadline: Annotated[Duration, between("1s", "20s")] = Field(
        timedelta(seconds=20), description="the longest a request may take, in all"
    )
    max_bytes: int = Field(10_000_000, ge=10_000, description="the largest body, after decompression")
    only_touching: tuple[str, ...] = Field(
        (), description="lists of watch.yaml: fetch an article's page only when its title or lead touches one of them"
    )


class FirstCheck(Model):
    """What happens with stories that a source had before it was watched."""

    max_age: Annotated[Duration, between("0s", "3650d")] = Field(
        timedelta(hours=24), description="older ones are remembered, not alerted"
    )
    digest: bool = Field(True, description="true gathers their alerts into one message, false sends each at once")


class Health(Model):
    """When the operator is told that a source fails."""

    failures: int = Field(3, ge=1, le=100, description="after so many failed checks in a row")
    patience: Annotated[Duration, between("0s", "7d")] = Field(
        timedelta(minutes=2), description="and not before it has failed for so long"
    )


class Archive(Model):
    """Articles kept for `monitor backtest`."""

    keep: Annotated[Duration, between("1h", "3650d")] = Field(timedelta(days=14), description="for how long")
    most: int = Field(20_000, ge=0, description="how many at most, 1 to 2 KB of memory each; 0 keeps none")


class Canary(Model):
    """An article of our own that travels the whole way, so that silence can be trusted (docs/alerts.md)."""

    enabled: bool = True
    every: Annotated[Duration, between("10s", "1d")] = Field(timedelta(minutes=5), description="how often one is sent")
    late: Annotated[Duration, between("10s", "1d")] = Field(
        timedelta(minutes=5), description="how long after its time the operator is told"
    )
    ping: SecretStr | None = Field(
        None, description="an address outside that is asked for while all is well, and raises the alarm when it is not"
    )
    allow_private: bool = Field(False, description="true lets `ping` be on a private or loopback address")
    tell: tuple[str, ...] = Field((), description="channels that are told; default: those that receive notices")


class Redis(Model):
    """Where the state is kept. The address comes from REDIS_URL, or the embedded server is used."""

    prefix: Annotated[str, *spelled(r"[\w.-]+:", "use letters, digits, _ . - and a colon at the end")] = Field(
        "monitor:", description="begins every key"
    )


class Settings(Model):
    """The shape of the file; every key but `version` is optional."""

    version: Version
    defaults: Defaults = Defaults()
    fetch: Fetch = Fetch()
    first_check: FirstCheck = FirstCheck()
    health: Health = Health()
    archive: Archive = Archive()
    canary: Canary = Canary()
    redis: Redis = Redis()
    retention: Annotated[Duration, between("1d", "3650d")] = Field(
        timedelta(days=30), description="how long seen entries and alerts are kept"
    )
    channels: tuple[ChannelSettings, ...] = (
        ConsoleChannel(id="terminal", type="console"),
        ConsoleChannel(id="operator", type="console", receives=("notices",)),
    )


@dataclass(frozen=True, slots=True)
class Names:
    """What the other files have, for this one to name; None, where they cannot be read, leaves it unchecked."""

    lists: Collection[str] | None = None
    rules: Collection[str] | None = None
    tags: Collection[str] | None = None


def load_settings(
    path: Path, environment: Mapping[str, str], names: Names | None = None, check: CheckChannel | None = None
) -> Settings:
    """The settings of the file. Raises ConfigError with every problem in it.

    `check` says what a sender would find wrong with a channel.
    """
    tree, names = read(path), names or Names()
    settings, problems = check_shape(Settings, tree, expand=environment)
    if settings:
        settings, found = _with_templates(path.parent, tree, settings, check)
        problems += [*found, *_problems(tree, settings, names.lists), *_routing_problems(tree, settings, names)]
    if problems or not settings:
        raise ConfigError(problems)
    return settings


def _with_templates(
    folder: Path, tree: Tree, settings: Settings, check: CheckChannel | None
) -> tuple[Settings, list[Problem]]:
    channels: list[ChannelSettings] = []
    problems: list[Problem] = []
    for index, written in enumerate(settings.channels):
        channel, unread = with_template(folder, tree, index, written)
        channels.append(channel)
        problems += unread
        if check and not unread:
            problems += [problem_of(folder, tree, index, written, complaint) for complaint in check(channel)]
    return settings.model_copy(update={"channels": tuple(channels)}), problems


def settings_schema() -> dict[str, Any]:
    """The JSON Schema of the file, for completion in editors."""
    return Settings.model_json_schema()


def _problems(tree: Tree, settings: Settings, lists: Collection[str] | None) -> Iterator[Problem]:
    for index, name in enumerate(settings.fetch.only_touching):
        if lists is not None and name not in lists:
            place = ("fetch", "only_touching", index)
            yield tree.problem(place, f"watch.yaml has no list {name!r}", did_you_mean(name, lists))
    names = {channel.id for channel in settings.channels}
    for index, name in enumerate(settings.canary.tell):
        if name not in names:
            yield tree.problem(("canary", "tell", index), f"there is no channel {name!r}", did_you_mean(name, names))
    if settings.canary.ping and absolute(settings.canary.ping.get_secret_value(), "") is None:
        yield tree.problem(("canary", "ping"), "this is no http or https address")
    known = {CANARY}
    for index, channel in enumerate(settings.channels):
        if isinstance(channel, WebhookChannel) and absolute(channel.url.get_secret_value(), "") is None:
            yield tree.problem(("channels", index, "url"), "this is no http or https address")
        if channel.id in known:
            taken = "is the name of the canary's own" if channel.id == CANARY else "stands here twice"
            yield tree.problem(("channels", index, "id"), f"the channel {channel.id!r} {taken}")
        known.add(channel.id)


def _routing_problems(tree: Tree, settings: Settings, names: Names) -> Iterator[Problem]:
    """A rule or tag that nothing has would make a channel silent for ever."""
    for number, channel in enumerate(settings.channels):
        for key, known, owners in (
            ("rules", names.rules, "watch.yaml"),
            ("tags", names.tags, "neither a rule nor a source"),
        ):
            for index, name in enumerate(getattr(channel, key)):
                if known is not None and name not in known:
                    negation = "no" if key == "rules" else "the"
                    said = f"{owners} has {negation} {key.removesuffix('s')} {name!r}"
                    yield tree.problem(("channels", number, key, index), said, did_you_mean(name, known))
