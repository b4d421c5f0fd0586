"""A further index document of a source, read once for what came and went between two readings of its feed.

`backfill` of the source names it: a sitemap, an older page of the feed, an HTML page of links. Without one the feed is
asked where it goes on (RFC 5005), or WordPress its next page. Documents follow one another until one reaches back to
where the gap began, MAX_INDEXES at most; where that is not far enough, it is counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.errors import BlockedPage, UnreadableDocument
from monitor.kinds import KINDS, read_entries
from monitor.kinds.further import kind_of, next_document
from monitor.models import Entry, Outcome, Page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from monitor.models import Document, Source
    from monitor.sources.edits import Item
    from monitor.sources.history import History

MAX_INDEXES = 10
# Publishers date an item some time before it stands in the feed.
_EARLIER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Filling:
    """What a further index came to, for the items of the gap alone; `pages` may hold one more index."""

    seen: tuple[str, ...] = ()
    articles: tuple[tuple[str, Entry], ...] = ()
    pages: tuple[Page, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


def further_index(document: Document, source: Source, history: History, now: datetime) -> Page | None:
    """The first index to fill a gap from, as a job; None where a source has none."""
    url = source.backfill or (next_document(document) if source.kind == "feed" else None)
    return _job(source, url, 1, (history.gap_from or now) - _EARLIER) if url else None


def fill_gap(
    document: Document,
    source: Source,
    page: Page,
    listed: Callable[[Sequence[Entry]], tuple[Item, ...]],
    has_page: Callable[[Entry], bool],
    *,
    give_up: bool,
) -> Filling:
    """The items of the gap that `document` lists and that were not seen; `listed` names and compares its entries."""
    if not document.body:  # it could not be fetched, which is counted, and is tried again
        return Filling()
    if give_up:
        return Filling(counts=_counted(Outcome.UNREADABLE))
    try:
        entries = _entries(document, source)
    except UnreadableDocument as error:
        outcome = Outcome.BLOCKED if isinstance(error, BlockedPage) else Outcome.UNREADABLE
        return Filling(counts=_counted(outcome))
    items = listed(entries)
    missed = [item for item in items if item.new and not _is_older(item.entry, page.oldest)]
    pages = [_article(item, source, page) for item in missed if has_page(item.entry)]
    counts = {f"page:{Outcome.NEW}": 1, "gaps:filled from": 1, "gaps:items": len(missed)}
    # The first items may have been in the feed itself; the last one tells how far back this goes.
    reached = not items or not items[-1].new or _is_older(items[-1].entry, page.oldest)
    further = next_document(document) if not reached and page.index < MAX_INDEXES else None
    if further:
        pages.append(_job(source, further, page.index + 1, page.oldest))
    elif not reached and not any(_is_older(item.entry, page.oldest) for item in items):  # whatever its order
        counts["gaps:cut short"] = 1
    return Filling(
        seen=tuple(name for item in items for name in item.names),
        articles=tuple((item.article, item.entry) for item in missed if not has_page(item.entry)),
        pages=tuple(pages),
        counts=counts,
    )


def _entries(document: Document, source: Source) -> tuple[Entry, ...]:
    kind = kind_of(document)
    if kind not in KINDS:
        raise UnreadableDocument(f"a {kind} cannot be read")
    return read_entries(document, source.model_copy(update={"kind": kind})).entries


def _counted(outcome: Outcome) -> dict[str, int]:
    return {f"page:{outcome}": 1, f"gaps:{outcome}": 1}


def _is_older(entry: Entry, oldest: datetime | None) -> bool:
    return bool(oldest and entry.published and entry.published < oldest)


def _article(item: Item, source: Source, page: Page) -> Page:
    return Page(id=item.article, source=source.id, entry=item.entry, oldest=page.oldest)


def _job(source: Source, url: str, index: int, oldest: datetime | None) -> Page:
    name = f"{source.id}.index{index}"
    return Page(id=name, source=source.id, entry=Entry(key=url, url=url), index=index, oldest=oldest)
