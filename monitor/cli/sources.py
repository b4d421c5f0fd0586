"""`monitor sources`: how each source is doing."""

from __future__ import annotations

import asyncio
import json as json_format
import os
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.add import add
from monitor.cli.common import ConfigOption, DataOption, JsonOption, answers, installation, out, reading
from monitor.cli.source_rows import gap_lines, in_plain_words, plain_lines, row_of, table_of, trouble_lines, worst_first
from monitor.errors import MonitorError
from monitor.kinds import KINDS
from monitor.models import Source
from monitor.notify.words import harmless
from monitor.store.values import moment
from monitor.urls import absolute
from monitor.wiring import Runtime, load_configuration, utc_now

if TYPE_CHECKING:
    from monitor.pipeline.try_source import Trial, TriedArticle

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
    """Show every source: its state, last good check, last item, rhythm, next check, gaps, and what is wrong with it.

    Those that fail come first. In a pipe each source is one line, whatever its length.

    `monitor sources check ID` tries one without a server.
    """
    if context.invoked_subcommand is not None:
        return
    with reading(installation(config, data)) as runtime:
        rows = _rows(runtime)
        if json:
            for row in rows:
                sys.stdout.write(json_format.dumps(row, ensure_ascii=False, default=datetime.isoformat) + "\n")
            return
        below = [*gap_lines(rows, utc_now()), *in_plain_words(runtime.documents.counts())]
        if out.is_terminal:
            out.print(table_of(rows, utc_now()))
            for line in trouble_lines(rows):
                out.print(line)
            out.print("", *below, sep="\n", style="dim", markup=False)
        else:
            # In a pipe a source is a line, whatever the width of a terminal that is not there.
            sys.stdout.writelines(f"{line}\n" for line in (*plain_lines(rows, utc_now()), "", *below))


def _rows(runtime: Runtime) -> list[dict[str, Any]]:
    due, troubles = runtime.jobs.next_due(), runtime.troubles.known()
    states = runtime.jobs.states(runtime.sources)
    return worst_first(
        row_of(source, state, moment(due.get(f"source:{source.id}")), troubles.get(f"source:{source.id}"))
        for source, state in zip(runtime.sources.values(), states, strict=True)
    )


def check(
    source: Annotated[
        str | None, typer.Argument(metavar="[ID|URL]", help="a source of sources.yaml, or any address; default: all")
    ] = None,
    kind: Annotated[str, typer.Option(help=f"what an address is: {', '.join(KINDS)}")] = "feed",
    allow_private: Annotated[bool, typer.Option("--allow-private", help="the address is on your own network")] = False,
    config: ConfigOption = None,
) -> None:
    """Look at one source now and store nothing: outcome, items, time, and what would be alerted. Needs no server.

    Without an argument every source of sources.yaml is looked at, a line each, with no look at its articles.

    An address is held to the same rules as a source: nothing off the public internet without --allow-private. Exit
    code 1 when it was refused or failed.
    """
    place = installation(config, None)
    configuration = load_configuration(place.config, os.environ)
    if source is None:
        _check_all(Runtime(place, configuration))
        return
    chosen = configuration.sources.get(source) or _bare(source, kind, allow_private=allow_private)
    trial = asyncio.run(Runtime(place, configuration).try_source(chosen))
    _tell(chosen, trial)
    for tried in trial.articles[:_SHOWN]:
        _show(tried)
    if len(trial.articles) > _SHOWN:
        out.print(f"  and {len(trial.articles) - _SHOWN} more", style="dim")
    if not trial.outcome.good:
        raise typer.Exit(1)


def _check_all(runtime: Runtime) -> None:
    failed = []

    def tell(source: Source, trial: Trial) -> None:
        _tell(source, trial)
        if not trial.outcome.good:
            failed.append(source.id)

    asyncio.run(runtime.try_sources(runtime.sources.values(), tell))
    out.print(f"{len(runtime.sources) - len(failed)} of {len(runtime.sources)} sources are well", markup=False)
    if failed:
        raise typer.Exit(1)


def _tell(source: Source, trial: Trial) -> None:
    items = f"{len(trial.entries)} items"
    reason = f": {harmless(trial.reason)}" if trial.reason else ""
    line = f"{source.label}: {trial.outcome} in {trial.seconds:.1f} s, {items}{reason}"
    out.print(line, markup=False, soft_wrap=True)


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


def _bare(address: str, kind: str, *, allow_private: bool) -> Source:
    if absolute(address, "") is None or kind not in KINDS:
        known = ", ".join(KINDS)
        raise MonitorError(f"{address} is neither the id of a source nor an http address (of a kind: {known})")
    if hint := KINDS[kind].mistake(address):
        raise MonitorError(f"{address} is no address of kind {kind}: {hint}")
    return Source(id="address", name=harmless(address, 80), url=address, kind=kind, allow_private=allow_private)


def _show(tried: TriedArticle) -> None:
    article = tried.article
    when = f"{article.published:%Y-%m-%d %H:%M}" if article.published else "undated"
    size = f"{len(article.text)} characters" if article.text else "feed text only"
    out.print(f"  {harmless(article.title, 120)}  [dim]{when}, {size}[/dim]", soft_wrap=True)
    for match in tried.matches:
        out.print(f"    {match.severity}: {harmless(match.name)}", markup=False, style="bold red")
    for warning in tried.warnings:
        out.print(f"    {harmless(warning)}", markup=False, style="yellow")
