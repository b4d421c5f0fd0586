"""What the use cases need from outside, as small protocols. `monitor.wiring` chooses who fills them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from monitor.models import Delivery
from monitor.sources.schedule import NO_NEWS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from monitor.models import (
        Alert,
        Article,
        Canary,
        Document,
        Match,
        Message,
        Page,
        Severity,
        Snippet,
        Update,
    )
    from monitor.pipeline.robots import Robots
    from monitor.sources.edits import Remembered
    from monitor.sources.schedule import Claim, Home, HostNews, SourceState
    from monitor.stories.corrections import Reading
    from monitor.stories.fingerprints import Fingerprint
    from monitor.stories.story import Story


@dataclass(frozen=True, slots=True)
class Response:
    """A good answer of a server. `body` is decompressed; `unchanged` is a 304, without a body.

    `fresh` is how long HTTP calls it fresh, `moved` where permanent redirects led from the address that was asked, and
    `elsewhere` another server that a request with `stay` was sent to.
    """

    url: str
    body: bytes = b""
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    unchanged: bool = False
    fresh: timedelta = timedelta(0)
    moved: str = ""
    elsewhere: str = ""


class Fetcher(Protocol):
    """The guarded client. Raises FetchError for whatever brings no usable body."""

    async def get(
        self,
        url: str,
        *,
        etag: str = "",
        last_modified: str = "",
        validated: str = "",
        allow_private: bool = False,
        proxy: str = "",
        stay: bool = False,
        most: int | None = None,
    ) -> Response:
        """Fetch within the deadline and the byte limit of settings.yaml; validators make it conditional.

        They go to the address `validated` alone, where one is given. With `stay` a redirect to another server is not
        followed; with `most` a longer body is cut.
        """
        ...


class RobotsStore(Protocol):
    """See monitor.store.robots."""

    def get(self, origin: str) -> Robots | None: ...
    def begin(self, origin: str, life: timedelta) -> bool: ...
    def put(self, origin: str, robots: Robots, now: datetime) -> None: ...


class JobStore(Protocol):
    """See monitor.store.jobs."""

    def sync(self, due: Mapping[str, datetime], *, overdue: datetime | None = None) -> None: ...
    def claim(self, now: datetime, count: int) -> list[Claim]: ...
    def hold(self, claims: Iterable[Claim], now: datetime) -> None: ...
    def pause(self, host: str) -> datetime | None: ...
    def state(self, source: str) -> SourceState: ...
    def page(self, name: str) -> Page | None: ...
    def drop(self, claim: Claim) -> None: ...
    def put_back(self, claim: Claim, due: datetime, *, home: Home | None = None, host: HostNews = NO_NEWS) -> None: ...
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
    ) -> bool: ...
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
    ) -> bool: ...


class DocumentStore(Protocol):
    """See monitor.store.documents."""

    def overdue(self, now: datetime, again: datetime) -> list[str]: ...
    def take(self, name: str, again: datetime) -> tuple[Document, int] | None: ...
    def memory(self, source: str) -> bytes: ...
    def unseen(self, source: str, identities: Iterable[str]) -> set[str]: ...
    def last_entries(self, source: str) -> dict[str, Remembered]: ...
    def read_index(
        self,
        document: Document,
        before: SourceState,
        after: SourceState,
        *,
        seen: Iterable[str],
        memory: bytes = b"",
        pages: Mapping[Page, datetime],
        articles: Iterable[Article],
        counts: Mapping[str, int],
        entries: Mapping[str, Remembered] | None = None,
        filled: int = 0,
        due: datetime | None = None,
        soon: datetime | None = None,
        now: datetime,
    ) -> None: ...
    def read_article(
        self,
        document: Document,
        *,
        again: tuple[Page, datetime] | None,
        articles: Iterable[Article],
        counts: Mapping[str, int],
        selected: bool | None = None,
    ) -> None: ...


class AlertStore(Protocol):
    """See monitor.store.alerts."""

    def story_of(self, article: str) -> Story | None: ...
    def severity_of(self, article: str) -> Severity | None: ...
    def reading(self, article: str) -> Reading | None: ...
    def keep_reading(self, article: str, reading: Reading) -> None: ...
    def candidates(self, mark: Fingerprint) -> tuple[list[Story], str]: ...
    def put(self, key: str, message: Alert | Update | None, story: Story, *, version: str) -> str | None: ...
    def add_canary(self, canary: Canary) -> None: ...


class ArticleMatcher(Protocol):
    """See monitor.matching."""

    def match(self, article: Article, *, tags: Collection[str] = ()) -> tuple[Match, ...]: ...
    def snippet(self, article: Article, match: Match) -> Snippet: ...


@dataclass(frozen=True, slots=True)
class PendingMessage:
    """A message that a channel has not acknowledged, with its entry in the stream."""

    entry: str
    message: Message


@dataclass(frozen=True, slots=True)
class Replay:
    """A delivery that was put back from the dead letters; `attempts` were made before it came among them."""

    entry: str
    key: str
    messages: tuple[Message, ...]
    attempts: int

    @property
    def entries(self) -> tuple[str, ...]:
        """What it settles: itself."""
        return (self.entry,)

    def delivery(self, channel: str, attempt: int) -> Delivery:
        """The same message with the same key."""
        return Delivery(key=self.key, channel=channel, messages=self.messages, attempt=attempt)


@dataclass(frozen=True, slots=True)
class RetryState:
    """How a channel is doing.

    The delivery that it is at: its key and entries, how often it was tried. The failures in a row since when, the last
    of them, whether others were told, and when the channel may be tried again.
    """

    key: str = ""
    entries: tuple[str, ...] = ()
    attempts: int = 0
    not_before: datetime | None = None
    failures: int = 0
    since: datetime | None = None
    reason: str = ""
    told: bool = False


class DeliveryStore(Protocol):
    """See monitor.store.deliveries."""

    def pending(self, channel: str, now: datetime) -> Iterable[PendingMessage]: ...
    def fetch(self, channel: str, entries: Sequence[str]) -> Sequence[PendingMessage]: ...
    def replays(self, channel: str) -> Sequence[Replay]: ...
    def sent(self, channel: str, now: datetime) -> tuple[datetime, ...]: ...
    def skip(self, channel: str, entries: Sequence[str]) -> None: ...
    def retry_state(self, channel: str) -> RetryState: ...
    def begin(self, delivery: Delivery, entries: Sequence[str]) -> None: ...
    def delivered(self, delivery: Delivery, entries: Sequence[str], now: datetime) -> None: ...
    def failed(self, delivery: Delivery, state: RetryState) -> None: ...
    def bury(self, delivery: Delivery, entries: Sequence[str], state: RetryState, now: datetime) -> None: ...
    def told(self, channel: str, *, told: bool) -> None: ...


class Channel(Protocol):
    """One way to a reader. Raises DeliveryError."""

    def send(self, delivery: Delivery, now: datetime) -> None:
        """Send one message, or raise; a repeat carries the same key."""
        ...
