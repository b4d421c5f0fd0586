"""`monitor sources`: how each source is doing."""

from __future__ import annotations

import asyncio
import json as json_format
import os
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from monitor.cli.add import add
from monitor.cli.common import ConfigOption, DataOption, JsonOption, answers, installation, out, reading
from monitor.errors import MonitorError
from monitor.kinds import KINDS
from monitor.models import Source
from monitor.notify.words import harmless, span
from monitor.store.values import moment
from monitor.urls import absolute
from monitor.wiring import Runtime, load_configuration, utc_now

if TYPE_CHECKING:
    from monitor.pipeline.try_source import TriedArticle
    from monitor.schedule import SourceState

_SHOWN = 30


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(invoke_without_command=True, rich_markup_mode="rich")
    group.callback(epilog="Example:  monitor sources --json | jq 'select(.outcome == \"blocked\")'")(sources)
    group.command("check", epilog="Example:  monitor sources check https://example.org/feed.xml")(check)
    group.command("add", epilog="Example:  monitor sources add https://example.org --tag agency")(add)
    group.command("retry", epilog="Example:  monitor sources retry example-agency")(retry)
    app.add_typer(group, name="sources")


def sources(
    context: typer.Context, json: JsonOption = False, config: ConfigOption = None, data: DataOption = None
) -> None:
    """Show every source: what its last check came to, when it last worked, when it is next due.

    `monitor sources check ID` tries one without a server.
    """
    if context.invoked_subcommand is not None:
        return
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
            escape(harmless(row["reason"], 80)),
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


def check(
    source: Annotated[str, typer.Argument(metavar="ID|URL", help="a source of sources.yaml, or any address")],
    kind: Annotated[str, typer.Option(help="what an address is: feed or page")] = "feed",
    config: ConfigOption = None,
) -> None:
    """Look at one source now and store nothing: outcome, items, time, and what would be alerted. Needs no server.

    An address is held to the same rules as a source: nothing off the public internet. Exit code 1 when it was refused
    or failed.
    """
    place = installation(config, None)
    configuration = load_configuration(place.config, os.environ)
    chosen = configuration.sources.get(source) or _bare(source, kind)
    trial = asyncio.run(Runtime(place, configuration).try_source(chosen))
    out.print(f"{chosen.label}: {trial.outcome} in {trial.seconds:.1f} s, {len(trial.entries)} items", markup=False)
    if trial.reason:
        out.print(f"  {harmless(trial.reason)}", markup=False)
    for tried in trial.articles[:_SHOWN]:
        _show(tried)
    if not trial.outcome.good:
        raise typer.Exit(1)


def retry(
    id: Annotated[str, typer.Argument(metavar="ID", help="a source of sources.yaml")],  # noqa: A002
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Look at a source now instead of when it is due, for one that failed and is mended. Needs a running monitor."""
    place = installation(config, data)
    if not answers(place):
        raise MonitorError("nothing runs that could look: start it with `monitor up`, or use `monitor sources check`")
    with reading(place) as runtime:
        if id not in runtime.sources:
            raise MonitorError(f"no source has the id {id!r}")
        if not runtime.jobs.pull_forward(id, utc_now()):
            raise MonitorError(f"{id} is not scheduled yet: the running monitor has not read the changed sources.yaml")
        out.print(f"{id} is due now; see `monitor sources`", markup=False)


def _bare(address: str, kind: str) -> Source:
    if absolute(address, "") is None or kind not in KINDS:
        known = " or ".join(sorted(KINDS))
        raise MonitorError(f"{address} is neither the id of a source nor an http address (of kind {known})")
    return Source(id="address", name=harmless(address, 80), url=address, kind=kind)


def _show(tried: TriedArticle) -> None:
    article = tried.article
    when = f"{article.published:%Y-%m-%d %H:%M}" if article.published else "undated"
    size = f"{len(article.text)} characters" if article.text else "feed text only"
    out.print(f"  {harmless(article.title, 120)}  [dim]{when}, {size}[/dim]", soft_wrap=True)
    for match in tried.matches:
        out.print(f"    {match.severity}: {harmless(match.name)}", markup=False, style="bold red")
    for warning in tried.warnings:
        out.print(f"    {harmless(warning)}", markup=False, style="yellow")
