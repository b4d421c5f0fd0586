"""`monitor canary`: whether everything works, from fetching to delivery."""

from __future__ import annotations

import json as json_format
import sys
from dataclasses import asdict
from datetime import datetime

import typer

from monitor.canary import overdue
from monitor.cli.common import ConfigOption, DataOption, JsonOption, answers, installation, out, reading
from monitor.errors import MonitorError
from monitor.notify.words import span
from monitor.wiring import utc_now


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example:  monitor canary || systemctl restart vedette")(canary)


def canary(json: JsonOption = False, config: ConfigOption = None, data: DataOption = None) -> None:
    """Say when an article of our own last came through fetching, reading, queueing and delivery.

    Exit code 1 when it is late, or when nothing runs: for health checks.
    """
    place = installation(config, data)
    if not answers(place):
        raise MonitorError("nothing runs: start it with `monitor up`")
    with reading(place) as runtime:
        settings, trip, now = runtime.settings.canary, runtime.trips.trip(), utc_now()
    if not settings.enabled:
        raise MonitorError("the canary is switched off: set canary.enabled in settings.yaml")
    late = trip.received is None or overdue(trip, trip.received, settings.every + settings.late, now) is not None
    if json:
        stages = {"late": late, **asdict(trip)}
        sys.stdout.write(json_format.dumps(stages, default=datetime.isoformat) + "\n")
    else:
        for stage, when in asdict(trip).items():
            out.print(f"{stage:<10} {_ago(when, now)}", markup=False)
        out.print("late" if late else "all is well", style="bold red" if late else "green")
    if late:
        raise typer.Exit(1)


def _ago(when: datetime | None, now: datetime) -> str:
    return f"{span(int((now - when).total_seconds()))} ago" if when else "never"
