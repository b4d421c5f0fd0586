"""`monitor sources`: how each source is doing."""

from __future__ import annotations

import json as json_format
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table

from monitor.cli.common import ConfigOption, DataOption, JsonOption, installation, out, reading
from monitor.notify.words import harmless, span
from monitor.store.values import moment
from monitor.wiring import utc_now

if TYPE_CHECKING:
    from monitor.models import Source
    from monitor.schedule import SourceState
    from monitor.wiring import Runtime


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example:  monitor sources --json | jq 'select(.outcome == \"blocked\")'")(sources)


def sources(json: JsonOption = False, config: ConfigOption = None, data: DataOption = None) -> None:
    """Show every source: what its last check came to, when it last worked, when it is next due."""
    with reading(installation(config, data)) as runtime:
        due = runtime.jobs.next_due()
        rows = [_row(source, runtime.jobs.state(source.id), due) for source in runtime.sources.values()]
        if json:
            for row in rows:
                sys.stdout.write(json_format.dumps(row, ensure_ascii=False, default=datetime.isoformat) + "\n")
        else:
            out.print(_table(rows))
            out.print(_counts(runtime), style="dim")


def _row(source: Source, state: SourceState, due: dict[str, float]) -> dict[str, Any]:
    return {
        "id": source.id,
        "name": source.label,
        "url": source.url,
        "outcome": str(state.outcome) if state.outcome else "not checked yet",
        "reason": state.reason,
        "failures": state.failures,
        "items": state.items,
        "checked": state.checked,
        "succeeded": state.succeeded,
        "changed": state.changed,
        "due": moment(due.get(f"source:{source.id}")),
    }


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table("source", "outcome", "items", "last good", "last new", "next", "last error", box=None, pad_edge=False)
    for row in rows:
        bad = bool(row["failures"])
        table.add_row(
            row["id"],
            f"[red]{row['outcome']}[/red]" if bad else row["outcome"],
            str(row["items"]),
            _ago(row["succeeded"]),
            _ago(row["changed"]),
            _ago(row["due"]),
            harmless(row["reason"], 80).replace("[", r"\["),
        )
    return table


def _counts(runtime: Runtime) -> str:
    counts = runtime.documents.counts()
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))


def _ago(when: datetime | None) -> str:
    if when is None:
        return "-"
    seconds = int((utc_now() - when).total_seconds())
    return f"{span(seconds)} ago" if seconds >= 0 else f"in {span(-seconds)}"
