"""What the use cases need from outside, as small protocols. `monitor.wiring` chooses who fills them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from monitor.models import Delivery

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from monitor.corrections import Reading
    from monitor.fingerprints import Fingerprint
    from monitor.models import (
        Alert,
        Article,
        Canary,
        Document,
        Match,
        Message,
        Outcome,
        Page,
        Snippet,
        Update,
    )
    from monitor.schedule import Claim, SourceState
    from monitor.stories import Story


@dataclass(frozen=True, slots=True)
class Response:
    """A good answer of a server. `body` is decompressed; `unchanged` is a 304, without a body."""

    url: str
    body: bytes = b""
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    unchanged: bool = False


class Fetcher(Protocol):
    """The guarded client. Raises FetchError for whatever brings no usable body."""

    async def get(self, url: str, *, etag: str = "", last_modified: str = "", allow_private: bool = False) -> Response:
        """Fetch within the deadline and the byte limit of settings.yaml; validators make it conditional."""
        ...


class JobStore(Protocol):
    """See monitor.store.jobs."""

    def sync(self, due: Mapping[str, datetime]) -> None: ...
    def claim(self, now: datetime, count: int) -> list[Claim]: ...
    def state(self, source: str) -> SourceState: ...
    def page(self, name: str) -> Page | None: ...
    def drop(self, claim: Claim) -> None: ...
    def put_back(self, claim: Claim, due: datetime) -> None: ...
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
    ) -> bool: ...
    def settle_page(
        self,
        claim: Claim,
        page: Page,
        *,
        due: datetime | None,
        counted: Outcome | None,
        document: Document | None,
        hint: datetime,
    ) -> bool: ...


class DocumentStore(Protocol):
    """See monitor.store.documents."""

    def overdue(self, now: datetime, again: datetime) -> list[str]: ...
    def take(self, name: str, again: datetime) -> tuple[Document, int] | None: ...
    def unseen(self, source: str, identities: Iterable[str]) -> set[str]: ...
    def read_index(
        self,
        document: Document,
        before: SourceState,
        after: SourceState,
        *,
        seen: Iterable[str],
        pages: Mapping[Page, datetime],
        articles: Iterable[Article],
        counts: Mapping[str, int],
        due: datetime | None = None,
        now: datetime,
    ) -> None: ...
    def read_article(
        self,
        document: Document,
        *,
        again: tuple[Page, datetime] | None,
        articles: Iterable[Article],
        counts: Mapping[str, int],
    ) -> None: ...


class AlertStore(Protocol):
    """See monitor.store.alerts."""

    def story_of(self, article: str) -> Story | None: ...
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
