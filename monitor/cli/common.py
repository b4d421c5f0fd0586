"""What the commands share: options, the installation, a server to read from."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from monitor.errors import MonitorError, StoreUnavailable
from monitor.models import parse_duration
from monitor.store.connection import connect, wait_until_up
from monitor.store.embedded import EmbeddedServer, owned, socket_path
from monitor.wiring import Installation, Runtime, load_configuration

if TYPE_CHECKING:
    from collections.abc import Iterator

APP_HELP = """Watch the press for a story and be told within minutes.

[bold]First steps[/bold]

  monitor demo         the whole job in under a minute, without a network
  monitor check        check config/: sources.yaml, watch.yaml, settings.yaml
  monitor up           watch, and print alerts as they come; Ctrl-C stops

[bold]While it runs[/bold], in another terminal

  monitor alerts --follow        the alerts
  monitor mute RULE --for 6h     hold back a rule or a source for a while
  monitor dead list              what a channel refused for good
  monitor sources                how each source is doing
  monitor sources check URL      try one source
  monitor notify test CHANNEL    send one example and see what comes back
  monitor sources add URL        find the feed of a site and watch it

[bold]Writing what you watch for[/bold]; none of these needs a server

  monitor init DIR               a commented configuration to begin with
  monitor explain URL            which rules hold for a page, and what the others lacked
  monitor backtest WATCH.yaml    what a changed file adds and loses on archived articles

[bold]Exit codes[/bold]: 0 done; 1 the answer is no, or an error that one line explains; 2 wrong usage; 130 Ctrl-C.
"""

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="DIR", help="folder of the three YAML files, by default config", show_default=False
    ),
]
DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="folder of the embedded server's data (by default in the user's data)",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON for a program")]


def duration(value: str) -> timedelta:
    """The value of an option. Raises what typer shows as wrong usage."""
    try:
        return parse_duration(value)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


err = Console(stderr=True, highlight=False)
out = Console(highlight=False)

_NOBODY = 5.0


def installation(config: Path | None, data: Path | None) -> Installation:
    """The installation of the environment, with what the options change."""
    found = Installation.of(os.environ)
    return replace(found, config=config or found.config, data=data or found.data)


@contextmanager
def reading(place: Installation) -> Iterator[Runtime]:
    """A runtime to read from: the running server, or the data folder of one that does not run.

    Raises MonitorError within 5 s when there is neither.
    """
    runtime = Runtime(place, load_configuration(place.config, os.environ))
    if place.redis_url:
        wait_until_up(connect(place.redis_url, timeout=2.0, retries=0), lambda _: None, limit=_NOBODY)
    if place.redis_url or answers(place):
        runtime.wait(lambda _: None, limit=_NOBODY)
        yield runtime
        return
    if not (place.data / "appendonlydir").is_dir():
        raise MonitorError(f"nothing runs, and nothing ever ran, in {place.data}: start it with `monitor up`")
    with owned(place.data):
        server = EmbeddedServer(place.data)
        server.start()
        try:
            yield runtime
        finally:
            server.stop()


def local_time(moment: datetime) -> str:
    """A time by the clock of this machine, to the minute."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def answers(place: Installation) -> bool:
    """Whether a server runs for this installation."""
    if not place.redis_url and not socket_path(place.data).exists():
        return False
    client = connect(place.state_url, timeout=2.0, retries=0)
    try:
        wait_until_up(client, lambda _: None, limit=0)
    except StoreUnavailable:
        return False
    finally:
        client.close()
    return True
