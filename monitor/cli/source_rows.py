"""How `monitor sources` shows what is known of each source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from monitor.models import Outcome
from monitor.notify.words import harmless, span
from monitor.pipeline.mirrors import in_use
from monitor.sources.health import OUTCOMES, in_words
from monitor.sources.rhythm import HURRY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from monitor.models import Source
    from monitor.sources.health import Trouble
    from monitor.sources.schedule import SourceState

_COLUMNS = ("source", "state", "last good", "last item", "rhythm", "next", "gaps")
_ID_WIDTH = 20
_WEEK = 7
_GOOD = frozenset({str(Outcome.NEW), str(Outcome.UNCHANGED)})


def row_of(source: Source, state: SourceState, due: datetime | None, trouble: Trouble | None) -> dict[str, Any]:
    """All that is known of a source, for `--json`."""
    history = state.history
    return {
        "id": source.id,
        "name": source.label,
        "outcome": str(state.outcome) if state.outcome else "not checked yet",
        "reason": state.reason,
        "error": in_words(state) if state.failures else "",
        "address": state.address(in_use(source.addresses, state)),
        "mirror": in_use(source.addresses, state) != source.url,
        "interval": state.interval.total_seconds(),
        "failures": state.failures,
        "failing_since": state.failing,
        "items": state.items,
        "checked": state.checked,
        "succeeded": state.succeeded,
        "changed": state.changed,
        "last_item": history.latest,
        "items_per_day": round(history.per_day, 3) if history.per_day is not None else None,
        "due": due,
        "gaps": history.gaps,
        "last_gap": {"noticed": history.gap, "since": history.gap_from, "until": history.gap_until},
        "items_found_for_gaps": state.filled,
        "selector_misses": state.misses,
        "trouble": trouble.reason if trouble else "",
        "trouble_since": trouble.since if trouble else None,
    }


def worst_first(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Failures before other troubles before the rest, those that fail longest first."""
    return sorted(rows, key=lambda row: (not row["failures"], not row["trouble"], -row["failures"], row["id"]))


def plain_lines(rows: Iterable[dict[str, Any]], now: datetime) -> Iterator[str]:
    """One line a source whatever its length, columns two spaces or more apart, for pipes."""
    lines = [(*_COLUMNS, "last error"), *((*_cells(row, now), _trouble(row)) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def table_of(rows: Iterable[dict[str, Any]], now: datetime) -> Table:
    """A table for a terminal of 80 columns; what is wrong stands below its source."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in _COLUMNS:
        table.add_column(name, no_wrap=True, overflow="ellipsis", max_width=_ID_WIDTH if name == "source" else None)
    for row in rows:
        style = "red" if row["failures"] else "yellow" if row["trouble"] else ""
        cells = _cells(row, now)
        table.add_row(cells[0], Text(cells[1], style), *cells[2:])
    return table


def trouble_lines(rows: Iterable[dict[str, Any]]) -> Iterator[Text]:
    """What is wrong with each source that is not well, in words."""
    for row in rows:
        if said := _trouble(row):
            often = f" ({row['failures']} times in a row)" if row["failures"] > 1 else ""
            yield Text.assemble((row["id"], "bold"), f": {said}{often}")


def gap_lines(rows: Iterable[dict[str, Any]], now: datetime) -> Iterator[str]:
    """Each gap of the last day: between which times items may have been missed."""
    for row in rows:
        gap = row["last_gap"]
        if gap["noticed"] and now - gap["noticed"] < HURRY:
            since, until = (f"{time:%d %b %H:%M}" if time else "?" for time in (gap["since"], gap["until"]))
            found = row["items_found_for_gaps"]
            yield f"{row['id']}: a gap from {since} to {until} UTC, {found} items found elsewhere so far"


def in_plain_words(counts: Mapping[str, int]) -> Iterator[str]:
    """What was done since the beginning: a sentence each for checks, pages, articles, gaps and messages."""
    left = dict(counts)
    for what, doing in (("source", "checks of sources"), ("page", "article pages")):
        found = {name.partition(":")[2]: left.pop(name) for name in list(left) if name.startswith(f"{what}:")}
        if found:
            words = _PAGE_WORDS if what == "page" else {}
            parts = [f"{words.get(name) or _outcome(name)} {number:,}" for name, number in _good_first(found)]
            yield f"{sum(found.values()):,} {doing}: {', '.join(parts)}"
    for names in _SENTENCES:
        if said := [f"{left.pop(name):,} {counted}" for name, counted in names.items() if left.get(name)]:
            yield ", ".join(said)
    if rest := [f"{name} {number:,}" for name, number in sorted(left.items()) if number]:
        yield "also counted: " + ", ".join(rest)


_PAGE_WORDS = {str(Outcome.NEW): "read"}
_SENTENCES = (
    {
        "entries": "items found",
        "entries:old": "of them too old to alert",
        "entries:edited": "edited later",
        "entries:changed with the feed": "changed only with their whole feed",
    },
    {
        "articles": "articles read",
        "partial": "of them by the words of the feed",
        "articles:gone": "gone since",
        "articles:cut": "cut at 4 million characters",
        "unreadable": "given up",
    },
    {
        "gaps": "gaps between two checks",
        "gaps:items": "items found for them",
        "gaps:filled from": "further documents read",
        "gaps:cut short": "gaps too long to fill",
    },
    {"moves": "moves of a source to another address"},
    {"alerts": "alerts", "updates": "updates", "notices": "notices"},
)


def _outcome(name: str) -> str:
    return OUTCOMES[Outcome(name)] if name in set(Outcome) else name


def _good_first(found: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(found.items(), key=lambda item: (item[0] not in _GOOD, -item[1], item[0]))


def _cells(row: dict[str, Any], now: datetime) -> tuple[str, ...]:
    return (
        row["id"],
        _state(row),
        _ago(row["succeeded"], now),
        _ago(row["last_item"], now),
        rhythm(row["items_per_day"]),
        _ago(row["due"], now),
        str(row["gaps"] or "-"),
    )


def _state(row: dict[str, Any]) -> str:
    if row["failures"]:
        return str(row["outcome"])
    if row["trouble"]:
        return "trouble"
    return "ok" if row["checked"] else "new"


def _trouble(row: dict[str, Any]) -> str:
    mirror = f"reads the mirror {row['address']}" if row["mirror"] else ""
    return harmless(row["error"] or row["trouble"] or row["reason"] or mirror, 300)


def rhythm(per_day: float | None) -> str:
    """Items in the unit that gives a figure a person can use: `40 a day`, `3 a week`."""
    if per_day is None:
        return "-"
    return f"{per_day:.0f} a day" if per_day >= 1 else f"{per_day * _WEEK:.0f} a week"


def _ago(when: datetime | None, now: datetime) -> str:
    """`3 min ago`, `in 2 h`; `-` for never."""
    if when is None:
        return "-"
    seconds = int((now - when).total_seconds())
    return f"{span(seconds)} ago" if seconds >= 0 else f"in {span(-seconds)}"
