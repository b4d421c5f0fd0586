"""What a channel takes, and when: decisions over a message, a policy and `now`.

The order in which the rules apply:
1. What a channel does not take, by kind, rule, tag or severity, is passed over for good.
2. What is muted, or an update of a snoozed story, waits until that ends.
3. Quiet hours hold everything but critical alerts, and updates that are the alert of their story to this channel.
4. A channel of digests holds everything until the next full hour, or its time of day.
5. What a first check found is gathered on its own.
6. What waited for the end of 2 or 3 goes together; everything else goes alone and at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from difflib import get_close_matches
from enum import Enum, auto
from typing import TYPE_CHECKING, Annotated, Literal, TypeGuard
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from monitor.canary import CANARY
from monitor.models import Alert, Canary, Model, Notice, Severity, Update

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from monitor.models import AlertRule, Message

_HOUR = timedelta(hours=1)


def _time_of_day(value: object) -> time:
    if isinstance(value, time):
        return value
    try:
        return datetime.strptime(str(value), "%H:%M").time()  # noqa: DTZ007 - a time of day; its zone stands beside it
    except ValueError:
        raise ValueError(f"{value!r} is not a time of day: write 24 hours and minutes, such as 08:00") from None


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = get_close_matches(value, available_timezones(), n=1)
        hint = f"did you mean {near[0]}?" if near else "write one such as Europe/Vilnius"
        raise ValueError(f"{value!r} is no time zone: {hint}") from None
    return value


TimeOfDay = Annotated[
    time,
    BeforeValidator(_time_of_day),
    PlainSerializer(lambda value: f"{value:%H:%M}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,2}:[0-9]{2}$", "examples": ["08:00", "22:30"]}),
]
Zone = Annotated[str, AfterValidator(_zone), Field(description="of the tz database, such as Europe/Vilnius")]


class Daily(Model):
    """Once a day, at a time that summer time does not shift."""

    at: TimeOfDay = Field(description="hours and minutes, such as 08:00")
    zone: Zone

    def last(self, now: datetime) -> datetime:
        """The latest such time that is not after `now`. One that a clock change leaves out comes an hour later."""
        day = now.astimezone(ZoneInfo(self.zone)).date()
        times = (datetime.combine(day - timedelta(days=back), self.at, ZoneInfo(self.zone)) for back in (0, 1, 2))
        return next(found for found in (when.astimezone(now.tzinfo) for when in times) if found <= now)


class Quiet(Model):
    """The hours in which only critical alerts go out."""

    start: TimeOfDay = Field(alias="from", description="hours and minutes, such as 22:00")
    end: TimeOfDay = Field(alias="to", description="on the next day where it is earlier than `from`")
    zone: Zone

    @model_validator(mode="after")
    def _some_hours(self) -> Quiet:
        if self.start == self.end:
            raise ValueError("quiet hours that end when they begin: leave `quiet` out, or choose another time")
        return self

    def covers(self, moment: datetime) -> bool:
        """Whether the clocks of the zone show a time from `start` until just before `end`."""
        shown = moment.astimezone(ZoneInfo(self.zone)).time()
        if self.start < self.end:
            return self.start <= shown < self.end
        return shown >= self.start or shown < self.end


class Policy(Model):
    """What a channel takes, and when. Without any key it takes each alert and update at once."""

    receives: tuple[Literal["alerts", "updates", "notices"], ...] = Field(
        ("alerts", "updates"), min_length=1, description="notices are for the operator: a source or a channel fails"
    )
    rules: tuple[str, ...] = Field((), description="ids of watch.yaml: only what one of these rules brings")
    tags: tuple[str, ...] = Field((), description="only what a rule or a source with one of these tags brings")
    severity: Severity = Field(Severity.LOW, description="the least grave rule that counts")
    digest: Literal["hourly"] | Daily | None = Field(
        None, description="gather everything: `hourly`, or once a day {at: 08:00, zone: Europe/Vilnius}"
    )
    quiet: Quiet | None = Field(None, description="hours in which only critical alerts go out; the rest is gathered")
    most_per_hour: int | None = Field(
        None, ge=1, le=1000, description="messages an hour; what is more is gathered, critical alerts always go"
    )


@dataclass(frozen=True, slots=True)
class Silence:
    """A rule or a source that is muted, or a story that is snoozed, from `since` until `until`."""

    kind: Literal["rule", "source", "story"]
    name: str
    since: datetime
    until: datetime


class Route(Enum):
    """What to do with one message now."""

    SKIP = auto()
    WAIT = auto()
    URGENT = auto()
    ALONE = auto()
    FIRST_CHECK = auto()
    GATHERED = auto()


def route(message: Message, channel: str, policy: Policy, silences: Iterable[Silence], now: datetime) -> Route:
    """Where a message goes now, by the rules at the head of this module."""
    if not takes(message, channel, policy):
        return Route.SKIP
    urgent = _is_alert(message, policy) and message.severity is Severity.CRITICAL
    silences, quiet = tuple(silences), None if urgent else policy.quiet
    if _silenced(message, silences, now) or (quiet and quiet.covers(now)):
        return Route.WAIT
    if policy.digest:
        free = _set_free(message, silences)
        return Route.GATHERED if free < _last_digest(policy.digest, now) else Route.WAIT
    if isinstance(message, Alert | Update) and message.backlog:
        return Route.FIRST_CHECK
    if _silenced(message, silences, message.detected) or (quiet and quiet.covers(message.detected)):
        return Route.GATHERED
    return Route.URGENT if urgent else Route.ALONE


def takes(message: Message, channel: str, policy: Policy) -> bool:
    """Whether the channel is to have it at all. A channel is not told of its own failure; canaries have their own."""
    if channel == CANARY or isinstance(message, Canary):
        return channel == CANARY and isinstance(message, Canary)
    if isinstance(message, Notice):
        return "notices" in policy.receives and message.subject != f"channel:{channel}"
    before = {tag for outlet in message.earlier for tag in outlet.tags}
    rules, tags = message.rules, set(message.source.tags)
    if isinstance(message, Update):
        rules, tags = (*rules, *message.known), tags | before
    return _passes(rules, tags, policy) and ("alerts" if _is_alert(message, policy) else "updates") in policy.receives


def _is_alert(message: Message, policy: Policy) -> TypeGuard[Alert | Update]:
    """Whether it is an alert to this channel, whatever it is to others.

    The first that a channel hears of a story is its alert; an alert anew is one where it is graver by its own rules.
    """
    if not isinstance(message, Alert | Update):
        return False
    heard = _gravest(message.known, {tag for outlet in message.earlier for tag in outlet.tags}, policy)
    return heard < 0 or (
        isinstance(message, Alert) and _gravest(message.rules, set(message.source.tags), policy) > heard
    )


def _passes(rules: Iterable[AlertRule], tags: set[str], policy: Policy) -> bool:
    return _gravest(rules, tags, policy) >= 0


def _gravest(rules: Iterable[AlertRule], tags: set[str], policy: Policy) -> int:
    """The rank of the gravest rule that the channel takes; -1 where it takes none."""
    taken = (
        rule.severity.rank
        for rule in rules
        if (not policy.rules or rule.id in policy.rules)
        and rule.severity.rank >= policy.severity.rank
        and (not policy.tags or not (tags | set(rule.tags)).isdisjoint(policy.tags))
    )
    return max(taken, default=-1)


def _set_free(message: Message, silences: Sequence[Silence]) -> datetime:
    """When it was found, or when the silences that held it then had ended."""
    moment = message.detected
    while _silenced(message, silences, moment):
        moment = min(silence.until for silence in silences if silence.since <= moment < silence.until)
    return moment


def _silenced(message: Message, silences: Iterable[Silence], moment: datetime) -> bool:
    """Whether its source, all its rules, or the story that it is an update of were silenced at a moment."""
    names = {(silence.kind, silence.name) for silence in silences if silence.since <= moment < silence.until}
    if not names or isinstance(message, Notice | Canary):
        return False
    rules = {rule.id for rule in (message.rules if isinstance(message, Alert) else (*message.rules, *message.known))}
    return (
        ("source", message.source.id) in names
        or (bool(rules) and all(("rule", rule) in names for rule in rules))
        or (isinstance(message, Update) and ("story", message.story) in names)
    )


def _last_digest(digest: Literal["hourly"] | Daily, now: datetime) -> datetime:
    if isinstance(digest, Daily):
        return digest.last(now)
    return now.replace(minute=0, second=0, microsecond=0)


def free_slots(policy: Policy, sent: Iterable[datetime], now: datetime) -> int | None:
    """How many messages the cap lets out now, by the times of those of the last hour; None without a cap."""
    if policy.most_per_hour is None:
        return None
    return max(0, policy.most_per_hour - sum(now - when < _HOUR for when in sent))
