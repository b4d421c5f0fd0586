"""The values that travel through the program, one frozen type a stage.

    Source -> Document -> Entry -> Article -> Match -> Alert -> Delivery

All times are aware and in UTC. Offsets count characters (code points) of the named field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import soupsieve
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SecretStr,
    SerializerFunctionWrapHandler,
    WithJsonSchema,
    model_serializer,
    model_validator,
)
from soupsieve import SelectorSyntaxError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_duration(value: object) -> timedelta:
    """`5s`, `2m`, `1h`, `7d` as a timedelta. Raises ValueError on anything else."""
    if isinstance(value, timedelta):
        return value
    found = re.fullmatch(r"([0-9]{1,6})([smhd])", str(value))
    if not found:
        raise ValueError(f"{value!r} is not a duration: write a number and s, m, h or d, such as 5s, 2m, 1h, 7d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def format_duration(value: timedelta) -> str:
    """The shortest exact spelling that `parse_duration` takes."""
    seconds = int(value.total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,6}[smhd]$", "examples": ["5s", "2m", "1h", "7d"]}),
]


def between(least: str, most: str) -> AfterValidator:
    """A validator of durations that says both bounds."""
    low, high = parse_duration(least), parse_duration(most)

    def check(value: timedelta) -> timedelta:
        if not low <= value <= high:
            raise ValueError(f"{format_duration(value)} is not between {least} and {most}")
        return value

    return AfterValidator(check)


def spelled(pattern: str, words: str) -> tuple[AfterValidator, WithJsonSchema]:
    """A validator of texts that says in words what is expected, with its JSON Schema."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"{value[:80]!r} is not allowed: {words}")
        return value

    return AfterValidator(check), WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"})


Id = Annotated[
    str, *spelled(r"[a-z0-9][a-z0-9._-]{0,63}", "use small letters a-z, digits and - _ . only, at most 64 of them")
]
LanguageCode = Annotated[str, *spelled(r"[a-z]{2}", "use the two small letters of a language, such as ru")]
Interval = Annotated[Duration, between("1s", "30d")]


def _css(value: str) -> str:
    try:
        soupsieve.compile(value)
    except SelectorSyntaxError as error:
        raise ValueError(f"this is no CSS selector: {str(error).splitlines()[0]}") from error
    return value


Css = Annotated[str, AfterValidator(_css)]


class Model(BaseModel):
    """A frozen value whose unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="float")


class Severity(StrEnum):
    """How much a rule matters, in rising order."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low to 3 for critical."""
        return list(Severity).index(self)


class Outcome(StrEnum):
    """What one check of a source or page came to; every check ends in exactly one."""

    NEW = "new"
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    NOT_A_FEED = "not-a-feed"
    BLOCKED = "blocked"
    NOT_FOUND = "not-found"
    GONE = "gone"
    BUSY = "busy"
    SERVER_ERROR = "server-error"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    TOO_LARGE = "too-large"
    PROTOCOL_ERROR = "protocol-error"
    UNREADABLE = "unreadable"
    ROBOTS = "robots"

    @property
    def good(self) -> bool:
        """Whether the source answered as a living source does."""
        return self in {Outcome.NEW, Outcome.UNCHANGED}


class Purpose(StrEnum):
    """What a document was fetched for."""

    INDEX = "index"
    ARTICLE = "article"


class Listing(Model):
    """CSS selectors of a listing page (`kind: page`); without them every link that looks like an article counts."""

    item: Css = Field(min_length=1, description="the element that holds one story")
    link: Css = Field("a[href]", description="the link to the story, inside the item")
    title: Css | None = Field(None, description="the headline inside the item; default: the link's text")
    date: Css | None = Field(None, description="the element with the date inside the item: its datetime, else its text")


class ArticleSelectors(Model):
    """CSS selectors of a source's article pages, for those that the general rules misread."""

    title: Css | None = Field(None, description="the headline")
    body: Css | None = Field(None, description="the element or elements that hold the text")
    date: Css | None = Field(None, description="the element with the time of publication")
    remove: tuple[Css, ...] = Field((), description="elements inside that are not part of the text")


_PROXY_SCHEMES = ("socks5", "socks5h", "http", "https")


def _proxy(value: SecretStr) -> SecretStr:
    """A proxy's address; what is wrong with it is said without quoting it, as it may hold a password."""
    written = value.get_secret_value()
    if not written:
        return value
    try:
        parts = urlsplit(written)
        known = parts.scheme in _PROXY_SCHEMES and parts.hostname and parts.port
    except ValueError:
        known = False
    if not known or parts.path.strip("/") or parts.query or parts.fragment or any(map(str.isspace, written)):
        raise ValueError(f"write SCHEME://HOST:PORT, with a scheme of {', '.join(_PROXY_SCHEMES)}")
    return value


class Source(Model):
    """One feed, page or channel to watch: an entry of config/sources.yaml."""

    id: Id = Field(description="stable and unique: the history hangs on it")
    url: str = Field(description="address of the feed, page or channel, http or https")
    kind: str = Field(description="what the address gives: one of the kinds of docs/sources.md")
    name: str = Field("", description="what alerts call it; default: the id")
    language: LanguageCode | None = Field(None, description="a hint, such as ru")
    tags: tuple[str, ...] = Field((), description="such as state, independent, think-tank")
    every: Interval | None = Field(
        None, description="how often to look, to the second; default: by the rhythm of the source"
    )
    urls: tuple[str, ...] = Field((), description="instead of url: the address, then its mirrors, tried in this order")
    allow_private: bool = Field(False, description="true lets this source be on a private or loopback address")
    proxy: Annotated[SecretStr, AfterValidator(_proxy)] = Field(
        SecretStr(""), description="socks5, socks5h, http or https://HOST:PORT, for all that is fetched of this source"
    )
    respect_robots: bool = Field(True, description="false fetches pages that robots.txt of the site disallows")
    backfill: str | None = Field(
        None, description="address of a sitemap, feed or page that lists what the feed has dropped: read to fill gaps"
    )
    listing: Listing | None = Field(None, description="CSS selectors of the list of links, for kind page")
    article: ArticleSelectors | None = Field(None, description="CSS selectors of its article pages")

    @model_validator(mode="before")
    @classmethod
    def _first_of_urls(cls, values: Any) -> Any:
        """The first of `urls` is the `url`, for all that needs only one."""
        urls = values.get("urls") if isinstance(values, dict) else None
        if isinstance(urls, (list, tuple)) and urls and isinstance(urls[0], str) and "url" not in values:
            return {**values, "url": urls[0]}
        return values

    @model_serializer(mode="wrap")
    def _as_written(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """As a person writes it: `url` or `urls`."""
        values: dict[str, Any] = write(self)
        return {name: value for name, value in values.items() if name != "url" or not self.urls}

    @property
    def label(self) -> str:
        """The name, or the id where there is none."""
        return self.name or self.id

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where it can be read, in the order of trying."""
        return self.urls or (self.url,)

    @property
    def proxy_url(self) -> str:
        """The proxy of its requests, or an empty string."""
        return self.proxy.get_secret_value()


class Entry(Model):
    """One item of a feed or listing. Texts are the visible text, without markup."""

    key: str = Field(description="identity within the source: the item's id, else its link, else a hash of its text")
    url: str | None = None
    title: str = ""
    lead: str = Field("", description="the summary that the feed gives")
    text: str = Field("", description="the whole text, where the feed carries it")
    published: datetime | None = None
    author: str | None = None


class Page(Model):
    """An article page that is still to be fetched: what the feed or listing said of it."""

    id: str = Field(description="the id that its article will have")
    source: str
    entry: Entry
    backlog: bool = Field(False, description="found by the first check of its source")
    attempts: int = Field(0, description="how often fetching or reading it has failed")
    address: str | None = Field(None, description="where a redirect to another server led; default: that of the entry")
    hops: int = Field(0, description="how many such redirects there were")
    looks: int = Field(0, description="how often it was looked at again, after an alert on its article")
    gone: bool = Field(False, description="it was alerted, and its address answers 404 or 410 now")
    index: int = Field(0, description="above 0 it is no article but the so many-th index that fills a gap")
    oldest: datetime | None = Field(None, description="what is older was there before, and is not alerted")

    @property
    def url(self) -> str:
        """Where to fetch it."""
        return self.address or self.entry.url or ""

    def anew(self, **changes: object) -> Page:
        """The page for another attempt or look, from its own address: a redirect is followed as it is then."""
        return self.model_copy(update={"address": None, "hops": 0, **changes})


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes that were fetched, with what they were fetched for. `page` is set for articles only.

    An article whose page could not be fetched has an empty body: its text is then what the feed gave.
    """

    id: str
    source: str
    purpose: Purpose
    url: str
    body: bytes
    content_type: str
    fetched: datetime
    page: Page | None = None


class Article(Model):
    """What a reader sees. `text` has one paragraph a line; `lead` is not repeated in it."""

    id: str
    source: str
    url: str | None = None
    title: str = ""
    lead: str = ""
    text: str = ""
    language: str | None = None
    published: datetime | None = None
    modified: datetime | None = None
    author: str | None = None
    site: str | None = None
    partial: bool = Field(False, description="only what the feed gave; the page could not be read")


FieldName = Literal["title", "lead", "text"]


class Span(Model):
    """One hit: where a term stands in the article as it was read."""

    field: FieldName
    start: int
    end: int
    text: str = Field(description="the matched characters, as they stand in the article")
    term: str = Field(description="the term of the watch file")
    list: str | None = Field(None, description="the list that the term belongs to; none for a term inside a rule")
    line: int = Field(description="line of the term in the watch file")


class Match(Model):
    """One rule that holds for an article, with the hits that made it hold, in reading order."""

    rule: str
    name: str
    severity: Severity
    tags: tuple[str, ...] = ()
    spans: tuple[Span, ...]


class Snippet(Model):
    """The sentence that matched; `marks` are start and end offsets into `text`."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


class AlertRule(Model):
    """A rule that holds for the alert's article."""

    id: str
    name: str
    severity: Severity
    tags: tuple[str, ...] = ()


class AlertSource(Model):
    """Where the article was found."""

    id: str
    name: str
    tags: tuple[str, ...] = ()


class Alert(Model):
    """One story that must be known: the document of the alert stream, a public contract (docs/alerts.md)."""

    version: Literal[1] = Field(1, description="version of this shape; a new number where a reader must change")
    id: str = Field(description="stable: the same article gives the same id")
    story: str = Field(description="the story it belongs to")
    severity: Severity = Field(description="the highest of its rules")
    rules: tuple[AlertRule, ...] = Field(min_length=1, description="all rules that hold, highest severity first")
    title: str
    url: str | None
    source: AlertSource
    published: datetime | None = Field(description="as the publisher says, UTC; null where it does not")
    detected: datetime = Field(description="when the program read it, UTC")
    language: str | None
    snippet: Snippet = Field(description="the sentence that matched, with the offsets of the terms in it")
    matches: tuple[Span, ...] = Field(description="every hit, with offsets into title, lead or text as they were read")
    partial: bool = Field(False, description="only the feed's own text could be read")
    backlog: bool = Field(False, description="found by the first check of its source: delivered in a digest")
    known: tuple[AlertRule, ...] = Field((), description="of an alert anew: the rules of the story before")
    earlier: tuple[AlertSource, ...] = Field((), description="of an alert anew: who told the story before, at most 50")


class UpdateKind(StrEnum):
    """What happened to a story after its alert."""

    REPORTED = "reported"
    RULES = "rules"
    CORRECTED = "corrected"
    REMOVED = "removed"


class Change(Model):
    """One difference between two readings of an article."""

    field: FieldName
    before: str
    after: str


class Update(Model):
    """What came of a story after its alert: a further entry of the alert stream (docs/alerts.md)."""

    version: Literal[1] = Field(1, description="version of this shape; a new number where a reader must change")
    id: str = Field(description="stable: the same event gives the same id")
    kind: UpdateKind
    story: str = Field(description="the story it belongs to")
    alert: str = Field(description="the latest alert of the story")
    severity: Severity = Field(description="the highest of its rules")
    rules: tuple[AlertRule, ...] = Field(
        description="those that hold for the article of the update; of a removal, those that held"
    )
    known: tuple[AlertRule, ...] = Field((), description="those of the story before")
    headline: str = Field(description="the title of the alert")
    title: str = Field(description="the title of the article of the update")
    url: str | None
    source: AlertSource
    published: datetime | None
    detected: datetime
    language: str | None
    reports: int = Field(1, description="how many articles tell the story by now")
    earlier: tuple[AlertSource, ...] = Field(
        (), description="who told the story before this article, in the order in which they came, at most 50"
    )
    snippet: Snippet | None = Field(None, description="the sentence that matched, where a rule holds")
    changes: tuple[Change, ...] = Field((), description="of a correction: what was changed")
    backlog: bool = Field(False, description="found by the first check of its source: delivered in a digest")


class Notice(Model):
    """What the operator must know: a part stopped working, or works again. A further entry of the alert stream."""

    version: Literal[1] = Field(1, description="version of this shape; a new number where a reader must change")
    id: str = Field(description="stable: the same trouble gives the same id")
    subject: str = Field(description="what it is about: `source:ID`, `channel:ID`, `canary`")
    name: str = Field(description="the same in words")
    recovered: bool = Field(description="true when the trouble is over")
    reason: str = Field(description="what is wrong, or what it was")
    since: datetime = Field(description="when the trouble began, UTC")
    detected: datetime = Field(description="when this was noticed, UTC")


class Canary(Model):
    """An article of our own that came as far as the alert stream; only the channel `canary` receives it."""

    version: Literal[1] = 1
    id: str
    sent: datetime
    detected: datetime


Message = Alert | Update | Notice | Canary


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one channel is given at once: one message of the stream, or several as a digest.

    `key` is the same for every attempt, so that a receiver can drop a repeat.
    """

    key: str
    channel: str
    messages: tuple[Message, ...]
    attempt: int = 1

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """The alerts among the messages, in order."""
        return tuple(message for message in self.messages if isinstance(message, Alert))

    @property
    def updates(self) -> tuple[Update, ...]:
        """The updates among the messages, in order."""
        return tuple(message for message in self.messages if isinstance(message, Update))

    @property
    def notices(self) -> tuple[Notice, ...]:
        """The notices among the messages, in order."""
        return tuple(message for message in self.messages if isinstance(message, Notice))

    @property
    def canaries(self) -> tuple[Canary, ...]:
        """The canaries among the messages, in order."""
        return tuple(message for message in self.messages if isinstance(message, Canary))

    @property
    def digest(self) -> bool:
        """Whether it is one message about several things."""
        return len(self.messages) > 1
