"""`monitor up`: the whole program on one machine."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import typer

from monitor import __version__
from monitor.cli.common import ConfigOption, DataOption, err, installation
from monitor.cli.processes import Child
from monitor.cli.summary import StartSummary
from monitor.store.embedded import EmbeddedServer, owned
from monitor.wiring import Installation, Runtime, load_configuration

if TYPE_CHECKING:
    from collections.abc import Callable

_TICK_SECONDS = 0.2
# Together below the 30 s that `monitor up` promises. Tasks end within a second or two of the signal.
_WORKER_SECONDS = 15.0
_BEAT_SECONDS = 3.0
# A command that reads the data folder for a moment owns it meanwhile.
_READER_SECONDS = 5.0


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example:  monitor up --config config --data /var/lib/monitor")(up)
    app.command(epilog="Example:  monitor valkey --data /var/lib/monitor", hidden=True)(valkey)


def up(config: ConfigOption = None, data: DataOption = None) -> None:
    """Watch: run the embedded Valkey, the Celery worker and beat, and print alerts. Ctrl-C stops everything.

    REDIS_URL replaces the embedded server; CELERY_BROKER_URL names another broker.
    """
    place = installation(config, data)
    configuration = load_configuration(place.config, os.environ)
    stop = _on_signals()
    with ExitStack() as stack:
        stack.enter_context(owned(place.data, wait=_READER_SECONDS))
        server = None if place.redis_url else _started(place, stack)
        runtime = Runtime(place, configuration)
        runtime.wait(_say, stop=stop)
        for warning in configuration.warnings:
            _say(f"warning: {warning}")
        _say(f"Vedette {__version__}: config {place.config}, data {place.data}")
        channels = ", ".join(channel.id for channel in configuration.settings.channels)
        _say(f"{len(runtime.sources)} sources, {len(configuration.watch.rules)} rules, channels: {channels or 'none'}")
        children = _children(place)
        stack.callback(_stop_all, children)
        for child in children:
            child.start()
        _say("watching; Ctrl-C stops")
        _look_after(children, server, StartSummary(runtime, _say), stop)


def valkey(data: DataOption = None) -> None:
    """Run the embedded Valkey alone, in the foreground: for the Procfile."""
    place = installation(None, data)
    stop = _on_signals()
    with ExitStack() as stack:
        stack.enter_context(owned(place.data, wait=_READER_SECONDS))
        server = _started(place, stack)
        _say(f"Valkey answers on {place.state_url}")
        _look_after([], server, None, stop)


def _started(place: Installation, stack: ExitStack) -> EmbeddedServer:
    server = EmbeddedServer(place.data)
    server.start()
    stack.callback(server.stop)
    return server


def _children(place: Installation) -> list[Child]:
    celery = [sys.executable, "-m", "celery", "--quiet", "--app", "monitor.worker"]
    environment = place.environment
    name = f"monitor-{os.getpid()}@%h"
    return [
        Child("worker", [*celery, "worker", "--hostname", name, "--without-gossip", "--without-mingle"], environment),
        Child("beat", [*celery, "beat"], environment),
    ]


def _look_after(
    children: list[Child], server: EmbeddedServer | None, summary: StartSummary | None, stop: Callable[[], bool]
) -> None:
    while not stop():
        if server and not server.running:
            _say("the embedded Valkey ended, starting it again")
            server.stop()
            server.start()
        for child in children:
            child.tend(_say)
        if summary:
            summary.tick()
        time.sleep(_TICK_SECONDS)
    _say("stopping")


def _stop_all(children: list[Child]) -> None:
    """Beat first, so that nothing new is begun; the server goes last, when nobody writes any more."""
    for child in reversed(children):
        if not child.stop(_WORKER_SECONDS if child.name == "worker" else _BEAT_SECONDS):
            _say(f"{child.name} did not end in time and was killed; what it had begun is done again at the next start")


def _on_signals() -> Callable[[], bool]:
    """Catch Ctrl-C and SIGTERM; the result says whether one came."""
    came: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda caught, _: came.append(caught))
    return lambda: bool(came)


def _say(line: str) -> None:
    err.print(f"monitor: {line}", soft_wrap=True, markup=False)
