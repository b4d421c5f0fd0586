"""`monitor demo`: the whole job, without a network."""

from __future__ import annotations

import json as json_format
import sys
import tempfile
from pathlib import Path

import typer
from rich.table import Table

from monitor.cli.common import ConfigOption, JsonOption, installation, out
from monitor.demo.run import Result, run_demo
from monitor.errors import MonitorError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example:  monitor demo --json | tail -n 1")(demo)


def demo(json: JsonOption = False, config: ConfigOption = None) -> None:
    """Show the main job in under a minute: a newsroom on loopback, watched with the default watch file.

    Exit code 0 only when exactly the expected alerts arrived. --json ends with one line of JSON.
    """
    watch = installation(config, None).config / "watch.yaml"
    if not watch.is_file():
        raise MonitorError(f"{watch} is not there: run this where the project lies, or name its folder with --config")
    with tempfile.TemporaryDirectory(prefix="monitor-demo-") as folder:
        result = run_demo(watch, Path(folder), lambda line: out.print(line, style="dim", markup=False))
    if json:
        sys.stdout.write(json_format.dumps(result.as_json(), ensure_ascii=False) + "\n")
    else:
        out.print(_table(result))
    if not result.good:
        raise typer.Exit(1)


def _table(result: Result) -> Table:
    table = Table(show_header=False, box=None, pad_edge=False)
    seconds = ", ".join(f"{second:.1f}" for second in result.seconds) or "-"
    table.add_row("sources", str(result.sources))
    table.add_row("articles read", str(result.articles))
    table.add_row("alerts", f"{result.alerts} of {result.expected} expected")
    table.add_row("seconds from publication to alert", seconds)
    for title in result.missing:
        table.add_row("[red]missing[/red]", title)
    for title in result.unexpected:
        table.add_row("[red]unexpected[/red]", title)
    table.add_row("result", "[green]exactly what was expected[/green]" if result.good else "[red]not as expected[/red]")
    return table
