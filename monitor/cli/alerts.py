"""`monitor alerts`: read the alert queue."""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from typing import Annotated

import typer

from monitor.cli.common import ConfigOption, DataOption, JsonOption, answers, installation, out, reading
from monitor.errors import MonitorError, StoreUnavailable
from monitor.models import Alert, parse_duration
from monitor.notify.console import print_lines, render
from monitor.wiring import utc_now

_POLL_SECONDS = 0.3


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example:  monitor alerts --since 24h --json | jq .title")(alerts)


def _duration(value: str) -> timedelta:
    try:
        return parse_duration(value)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def alerts(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="go on printing as alerts come; Ctrl-C stops")] = False,
    since: Annotated[
        timedelta | None, typer.Option(parser=_duration, metavar="AGE", help="only those of the last 24h, 7d, …")
    ] = None,
    rule: Annotated[str | None, typer.Option(metavar="ID", help="only those for which this rule holds")] = None,
    json: JsonOption = False,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Print the alerts, oldest first; with --json one JSON document a line (docs/alerts.md).

    Without a running server it reads what the data folder holds.
    """
    last = ""
    if follow and not answers(installation(config, data)):
        raise MonitorError("nothing runs that could bring new alerts: start it with `monitor up`")
    with reading(installation(config, data)) as runtime:
        start = utc_now() - since if since else None
        while True:
            try:
                for entry, message in runtime.alerts.read(start, last):
                    last = entry
                    if isinstance(message, Alert) and (rule is None or any(item.id == rule for item in message.rules)):
                        _print(message, json=json)
            except StoreUnavailable:
                # The monitor restarts; what comes meanwhile is read from where we were.
                if not follow:
                    raise
            if not follow:
                return
            time.sleep(_POLL_SECONDS)


def _print(alert: Alert, *, json: bool) -> None:
    if json:
        sys.stdout.write(alert.model_dump_json() + "\n")
        sys.stdout.flush()
    else:
        print_lines(out, render(alert, utc_now(), colour=out.is_terminal))
