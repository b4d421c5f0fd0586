"""`monitor mute` and `monitor unmute`: hold back the alerts of a rule or a source for a while."""

from __future__ import annotations

import json as json_format
import sys
from datetime import datetime, timedelta
from typing import Annotated, Literal

import typer
from rich.markup import escape
from rich.table import Table

from monitor.cli.common import ConfigOption, DataOption, JsonOption, duration, installation, local_time, out, reading
from monitor.config.nodes import did_you_mean
from monitor.errors import MonitorError
from monitor.routing import Silence
from monitor.wiring import Runtime, utc_now

_Kind = Literal["rule", "source", "story"]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example:  monitor mute exercises --for 6h")(mute)
    app.command(epilog="Example:  monitor unmute exercises")(unmute)


def mute(
    target: Annotated[str | None, typer.Argument(metavar="RULE|SOURCE", help="an id of either")] = None,
    length: Annotated[
        timedelta | None, typer.Option("--for", parser=duration, metavar="TIME", help="for how long: 30m, 6h, 2d")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="show what is muted or snoozed now")] = False,
    json: JsonOption = False,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Let the alerts and updates of a rule or a source wait; they come as one digest when the time is over.

    An alert for which another rule holds too is not held back. Where a rule and a source have one id, write rule:ID or
    source:ID.
    """
    if not listed and (target is None or length is None):
        raise typer.BadParameter("say what and for how long, such as `monitor mute exercises --for 6h`, or --list")
    with reading(installation(config, data)) as runtime:
        now = utc_now()
        if target is not None and length is not None:
            kind, name = _target(runtime, target)
            runtime.silences.set(Silence(kind, name, now, now + length))
            out.print(f"The {kind} {name} is muted until {local_time(now + length)}.", markup=False)
        if listed:
            _show(runtime.silences.active(now), json=json)


def unmute(
    target: Annotated[str, typer.Argument(metavar="RULE|SOURCE|ID", help="of a rule, a source or a snoozed alert")],
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """End a mute or a snooze now: what it held back comes as one digest."""
    with reading(installation(config, data)) as runtime:
        now = utc_now()
        active = runtime.silences.active(now)
        found = [silence for silence in active if target in {silence.name, f"{silence.kind}:{silence.name}"}]
        if not found and (story := runtime.alerts.find(target)):
            found = [silence for silence in active if (silence.kind, silence.name) == ("story", story.id)]
        if not found:
            hint = did_you_mean(target, [silence.name for silence in active])
            raise MonitorError(f"{target!r} is not muted" + (f"; {hint}" if hint else ""))
        for silence in found:
            runtime.silences.set(Silence(silence.kind, silence.name, silence.since, now))
            out.print(f"The {silence.kind} {silence.name} is no longer muted.", markup=False)


def _target(runtime: Runtime, target: str) -> tuple[_Kind, str]:
    rules, sources = {rule.id for rule in runtime.rules}, set(runtime.sources)
    known = {f"rule:{name}" for name in rules} | {f"source:{name}" for name in sources}
    found = [name for name in (target, f"rule:{target}", f"source:{target}") if name in known]
    if len(found) > 1:
        raise MonitorError(f"{target!r} is a rule and a source: write {' or '.join(found)}")
    if not found:
        hint = did_you_mean(target, rules | sources)
        raise MonitorError(f"neither a rule nor a source has the id {target!r}" + (f"; {hint}" if hint else ""))
    kind, _, name = found[0].partition(":")
    return ("rule" if kind == "rule" else "source"), name


def _show(silences: tuple[Silence, ...], *, json: bool) -> None:
    if json:
        for found in silences:
            row = {"kind": found.kind, "id": found.name, "since": found.since, "until": found.until}
            sys.stdout.write(json_format.dumps(row, default=datetime.isoformat) + "\n")
    elif not silences:
        out.print("Nothing is muted or snoozed.")
    else:
        table = Table("kind", "id", "since", "until", box=None, pad_edge=False)
        for found in silences:
            table.add_row(found.kind, escape(found.name), local_time(found.since), local_time(found.until))
        out.print(table)
