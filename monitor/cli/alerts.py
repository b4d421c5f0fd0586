"""`monitor alerts`: read the alert queue, take note of a story, snooze it."""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from monitor.cli.common import (
    ConfigOption,
    DataOption,
    JsonOption,
    answers,
    duration,
    err,
    installation,
    local_time,
    out,
    reading,
)
from monitor.config.nodes import did_you_mean
from monitor.errors import MonitorError, StoreUnavailable
from monitor.models import Alert, Update
from monitor.notify.console import print_lines, render
from monitor.notify.words import harmless
from monitor.routing import Silence
from monitor.store.keys import STORY_LIFE
from monitor.wiring import Runtime, utc_now

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from monitor.stories.story import Story

_POLL_SECONDS = 0.3

ForOption = Annotated[
    timedelta, typer.Option("--for", parser=duration, metavar="TIME", help="for how long: 30m, 6h, 2d")
]
_IdArgument = Annotated[str, typer.Argument(metavar="ID", help="of the alert, as `monitor alerts` shows it")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(invoke_without_command=True, rich_markup_mode="rich")
    group.callback(epilog="Example:  monitor alerts --since 24h --json | jq .title")(alerts)
    group.command("ack", epilog="Example:  monitor alerts ack a-3f2504e04f8941d39a0c")(ack)
    group.command("snooze", epilog="Example:  monitor alerts snooze a-3f2504e04f8941d39a0c --for 6h")(snooze)
    app.add_typer(group, name="alerts")


def alerts(
    context: typer.Context,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="go on printing as alerts come; Ctrl-C stops")] = False,
    since: Annotated[
        timedelta | None, typer.Option(parser=duration, metavar="AGE", help="only those of the last 24h, 7d, …")
    ] = None,
    rule: Annotated[str | None, typer.Option(metavar="ID", help="only those for which this rule holds")] = None,
    json: JsonOption = False,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Print the alerts and their updates, oldest first; with --json one JSON document a line (docs/alerts.md).

    Without a running server it reads what the data folder holds.
    """
    if context.invoked_subcommand is not None:
        return
    if follow and not answers(installation(config, data)):
        raise MonitorError("nothing runs that could bring new alerts: start it with `monitor up`")
    with reading(installation(config, data)) as runtime:
        last, shown = "", 0
        start = utc_now() - since if since else None
        while True:
            try:
                states = {} if json else _states(runtime)
                for entry, message in _messages(runtime, start, last, rule):
                    last, shown = entry, shown + 1
                    _print(message, states, json=json)
            except StoreUnavailable:
                # The monitor restarts; what comes meanwhile is read from where we were.
                if not follow:
                    raise
            if not follow:
                break
            time.sleep(_POLL_SECONDS)
        if not shown:
            _say_why_none(runtime, rule)


def _messages(
    runtime: Runtime, start: datetime | None, after: str, rule: str | None
) -> Iterator[tuple[str, Alert | Update]]:
    for entry, message in runtime.alerts.read(start, after):
        if isinstance(message, Alert | Update):
            rules = message.rules if isinstance(message, Alert) else (*message.rules, *message.known)
            if rule is None or any(item.id == rule for item in rules):
                yield entry, message


def _say_why_none(runtime: Runtime, rule: str | None) -> None:
    known = {item.id for item in runtime.rules}
    if rule is not None and rule not in known:
        hint = did_you_mean(rule, known)
        raise MonitorError(f"watch.yaml has no rule {rule!r}, and no alert names it" + (f"; {hint}" if hint else ""))
    if not any(isinstance(message, Alert | Update) for _, message in runtime.alerts.read()):
        err.print("No alerts yet: they come here when a rule of watch.yaml holds for an article.")
    else:
        err.print("No alerts of that kind.")


def _states(runtime: Runtime) -> dict[str, str]:
    """What people said of stories, in words."""
    states = {story: f", acknowledged {local_time(when)}" for story, when in runtime.silences.acknowledged().items()}
    for found in runtime.silences.active(utc_now()):
        if found.kind == "story":
            states[found.name] = f"{states.get(found.name, '')}, snoozed until {local_time(found.until)}"
    return states


def _print(message: Alert | Update, states: Mapping[str, str], *, json: bool) -> None:
    if json:
        sys.stdout.write(message.model_dump_json() + "\n")
        sys.stdout.flush()
        return
    *lines, end = render(message, utc_now(), colour=out.is_terminal)
    print_lines(out, [*lines, Text(f"  {message.id}{states.get(message.story, '')}", "dim"), end])


def ack(name: _IdArgument, config: ConfigOption = None, data: DataOption = None) -> None:
    """Say that somebody has taken note of a story: `monitor alerts` shows it. Nothing is held back."""
    with reading(installation(config, data)) as runtime:
        story = story_of(runtime, name)
        runtime.silences.acknowledge(story.id, utc_now())
        out.print(f"Acknowledged: {harmless(story.headline)}", markup=False)


def snooze(name: _IdArgument, length: ForOption, config: ConfigOption = None, data: DataOption = None) -> None:
    """Let the updates of a story wait; they come as one digest when the time is over.

    A graver rule still alerts. `monitor unmute ID` ends it earlier.
    """
    with reading(installation(config, data)) as runtime:
        story, now = story_of(runtime, name), utc_now()
        runtime.silences.set(Silence("story", story.id, now, now + length))
        out.print(f"Snoozed until {local_time(now + length)}: {harmless(story.headline)}", markup=False)


def story_of(runtime: Runtime, name: str) -> Story:
    """The story of an alert, of an update, or by its own id. Raises MonitorError."""
    story = runtime.alerts.find(name)
    if story is None:
        days = STORY_LIFE.days
        raise MonitorError(f"no alert of the last {days} days has the id {name!r}: `monitor alerts` shows the ids")
    return story
