"""From any address to sources that can be watched: the address itself, the feeds of the page, else the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.errors import FetchError, UnreadableDocument
from monitor.extract import language_of
from monitor.kinds import read_entries
from monitor.kinds.discovery import announced_feeds, site_name, usual_places
from monitor.models import Document, Outcome, Purpose, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from monitor.models import Entry
    from monitor.pipeline.ports import Fetcher

# Fewer headlines than this are no listing but the links of an article.
_LISTING = 5
_PREVIEW = 20


@dataclass(frozen=True, slots=True)
class Candidate:
    """A source that answers, and what it holds now."""

    source: Source
    entries: tuple[Entry, ...]


class FindingSources:
    """Looks for what can be watched at an address. `kind` is tried first; "" tries feed, then page."""

    def __init__(self, fetcher: Fetcher, clock: Callable[[], datetime], *, allow_private: bool) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._allow_private = allow_private

    async def find(self, url: str, kind: str = "") -> tuple[Candidate, ...]:
        """What answers, best first. Raises FetchError when the address itself does not, or when nothing is found."""
        document = await self._fetch(url)
        if found := self._read(document, kind or "feed"):
            return (found,)
        if kind:
            raise FetchError(Outcome.EMPTY, f"{url} answers, but holds nothing that a source of kind {kind} can have")
        announced = announced_feeds(document)
        feeds = await self._feeds(announced) or await self._feeds(
            [place for place in usual_places(document.url) if place not in announced]
        )
        page = self._read(document, "page", least=_LISTING)
        if not feeds and not page:
            raise FetchError(Outcome.NOT_A_FEED, f"{url} has no feed, announces none, and is no page of headlines")
        return (*feeds, page) if page else feeds

    async def _feeds(self, urls: Collection[str]) -> tuple[Candidate, ...]:
        found: dict[str, Candidate] = {}
        for url in urls:
            try:
                candidate = self._read(await self._fetch(url), "feed")
            except FetchError:
                continue  # a page may announce feeds that are gone; what is found is shown
            if candidate:
                found.setdefault(candidate.source.url, candidate)
        return tuple(found.values())

    async def _fetch(self, url: str) -> Document:
        response = await self._fetcher.get(url, allow_private=self._allow_private)
        return Document("", "new", Purpose.INDEX, response.url, response.body, response.content_type, self._clock())

    def _read(self, document: Document, kind: str, *, least: int = 1) -> Candidate | None:
        source = Source(id="new", url=document.url, kind=kind, allow_private=self._allow_private)
        try:
            entries = read_entries(document, source)
        except UnreadableDocument:
            return None
        if len(entries) < least:
            return None
        words = "\n".join(f"{entry.title}\n{entry.lead}" for entry in entries[:_PREVIEW])
        named = source.model_copy(update={"name": site_name(document), "language": language_of(words)})
        return Candidate(named, entries)
