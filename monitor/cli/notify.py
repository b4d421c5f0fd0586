"""`monitor notify`: try a channel."""

from __future__ import annotations

import os
import secrets
import time
from typing import Annotated

import typer

from monitor.cli.common import ConfigOption, DataOption, installation, out
from monitor.config.nodes import did_you_mean
from monitor.errors import DeliveryError, MonitorError
from monitor.models import Delivery
from monitor.notify.labels import LABELS
from monitor.notify.template import example
from monitor.senders import make_channel
from monitor.wiring import load_configuration, surroundings, utc_now

notify = typer.Typer(no_args_is_help=True, help="Try a channel.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(notify, name="notify")


@notify.callback()
def _group() -> None:
    """Keep `test` a command of its own while it is the only one."""


@notify.command("test", epilog="Example:  monitor notify test newsroom")
def send_test(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="the id of a channel in settings.yaml")],
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Send one example, marked as a test, and say exactly what came back. Needs no running server.

    Exit code 0 when it was taken, 1 with the answer of the receiver when it was not.
    """
    place = installation(config, data)
    found = load_configuration(place.config, os.environ)
    known = {settings.id: settings for settings in found.settings.channels}
    if channel not in known:
        raise MonitorError(f"settings.yaml has no channel {channel!r} ({did_you_mean(channel, known)})")
    faults: list[str] = []
    around = surroundings(found.settings, place.data, lambda _, text: faults.append(text))
    sender = make_channel(known[channel], around)
    now, start = utc_now(), time.monotonic()
    labels = LABELS[getattr(known[channel], "language", "en")]
    message = example(secrets.token_hex(6), now, labels.test)
    try:
        sender.send(Delivery(f"{message.id}:{channel}", channel, (message,)), now)
    except DeliveryError as error:
        _say(faults)
        again = "would not be tried again" if error.permanent else "would be tried again"
        wait = f", not before {error.retry_after:g} s" if error.retry_after else ""
        raise MonitorError(f"{channel}: {error} (after {_since(start)}; an alert {again}{wait})") from error
    _say(faults)
    # Neither the terminal nor a file answers.
    answer = getattr(sender, "answer", None)
    said = "" if answer is None else f": {answer or 'the service says nothing back'}"
    out.print(f"{channel}: taken after {_since(start)}{said}", soft_wrap=True, markup=False)


def _say(faults: list[str]) -> None:
    for fault in faults:
        out.print(f"note: {fault}", soft_wrap=True, markup=False)


def _since(start: float) -> str:
    return f"{time.monotonic() - start:.1f} s"
