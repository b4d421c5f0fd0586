"""`monitor dead`: what a channel refused for good."""

from __future__ import annotations

import json as json_format
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from monitor.cli.common import ConfigOption, DataOption, JsonOption, installation, out, reading
from monitor.config.nodes import did_you_mean
from monitor.errors import MonitorError
from monitor.models import Alert, Notice, Update
from monitor.notify.console import print_lines, render
from monitor.notify.words import harmless
from monitor.store.dead import DeadLetter
from monitor.wiring import Runtime, utc_now

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.models import Message

_SHOWN = 60

_IdsArgument = Annotated[list[str] | None, typer.Argument(metavar="ID…", help="as `monitor dead list` shows them")]
_ChannelOption = Annotated[str | None, typer.Option("--channel", metavar="ID", help="all of this channel")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode="rich", help="What a channel refused for good.")
    group.command("list", epilog="Example:  monitor dead list --channel desk")(list_letters)
    group.command("show", epilog="Example:  monitor dead show 1764000000000-0")(show)
    group.command("replay", epilog="Example:  monitor dead replay --channel desk")(replay)
    group.command("purge", epilog="Example:  monitor dead purge --channel desk --yes")(purge)
    app.add_typer(group, name="dead", epilog="Example:  monitor dead list")


def list_letters(
    channel: _ChannelOption = None, json: JsonOption = False, config: ConfigOption = None, data: DataOption = None
) -> None:
    """List the dead letters, oldest first: the delivery, how often it was tried, and why it was given up."""
    with reading(installation(config, data)) as runtime:
        letters = runtime.dead.read(channel)
        if json:
            for letter in letters:
                _write(letter)
        else:
            _print_table(letters)


def show(
    name: Annotated[str, typer.Argument(metavar="ID")],
    json: JsonOption = False,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Show one dead letter with the messages in it."""
    with reading(installation(config, data)) as runtime:
        (letter,) = _found(runtime, [name])
        if json:
            _write(letter)
            return
        out.print(f"{letter.id}  {letter.channel}  {letter.at.astimezone():%Y-%m-%d %H:%M}", style="bold", markup=False)
        out.print(f"attempts: {letter.attempts}\nkey: {letter.key or 'none'}", markup=False)
        out.print(f"reason: {harmless(letter.reason)}\n", markup=False)
        for message in letter.messages:
            print_lines(out, render(message, utc_now(), colour=out.is_terminal))


def replay(
    names: _IdsArgument = None, channel: _ChannelOption = None, config: ConfigOption = None, data: DataOption = None
) -> None:
    """Put dead letters back to their channel: they go out next, with their key, so that a receiver can drop a repeat.

    Attempts are counted on. Quiet hours, digests and the cap do not hold them back.
    """
    with reading(installation(config, data)) as runtime:
        letters = _chosen(runtime, names, channel)
        known = [channel.id for channel in runtime.settings.channels]
        for letter in letters:
            if letter.channel not in known:
                hint = did_you_mean(letter.channel, known)
                raise MonitorError(f"settings.yaml has no channel {letter.channel!r} to send {letter.id} to; {hint}")
            if not letter.messages:
                raise MonitorError(f"{letter.id} was no message and cannot be sent: `monitor dead purge {letter.id}`")
        put_back = sum(runtime.dead.replay(letter) for letter in letters)
        out.print(f"{_counted(put_back)} put back; a running monitor sends within seconds.")


def purge(
    names: _IdsArgument = None,
    channel: _ChannelOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="do not ask")] = False,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Remove dead letters for good. The alerts stay in the alert stream."""
    with reading(installation(config, data)) as runtime:
        letters = _chosen(runtime, names, channel)
        if letters and not yes:
            if not sys.stdin.isatty():
                raise MonitorError(f"this removes {_counted(len(letters))} for good: repeat it with --yes")
            typer.confirm(f"Remove {_counted(len(letters))} for good?", abort=True)
        removed = runtime.dead.purge(letter.id for letter in letters)
        out.print(f"{_counted(removed)} removed.")


def _chosen(runtime: Runtime, names: list[str] | None, channel: str | None) -> list[DeadLetter]:
    if bool(names) == bool(channel):
        raise typer.BadParameter("name the letters by their ids, or all of a channel by --channel")
    return _found(runtime, names) if names else list(runtime.dead.read(channel))


def _found(runtime: Runtime, names: Iterable[str]) -> list[DeadLetter]:
    """The letters of these ids. Raises MonitorError when one is missing, before anything is done."""
    found = []
    for name in names:
        letter = runtime.dead.get(name)
        if letter is None:
            raise MonitorError(f"there is no dead letter {name!r}: `monitor dead list` shows the ids")
        found.append(letter)
    return found


def _print_table(letters: Iterable[DeadLetter]) -> None:
    table = Table("id", "channel", "given up", "tries", "what", "reason", box=None, pad_edge=False)
    for letter in letters:
        what = _title(letter.messages[0]) if letter.messages else "(no message)"
        more = f" and {len(letter.messages) - 1} more" if len(letter.messages) > 1 else ""
        cells = (f"{letter.at.astimezone():%m-%d %H:%M}", str(letter.attempts), what + more, letter.reason)
        table.add_row(letter.id, letter.channel, *(escape(harmless(cell, _SHOWN)) for cell in cells))
    out.print(table if table.row_count else "No dead letters.")


def _title(message: Message) -> str:
    if isinstance(message, Alert | Update):
        return message.title
    return message.name if isinstance(message, Notice) else message.id


def _write(letter: DeadLetter) -> None:
    row: dict[str, Any] = {
        "id": letter.id,
        "channel": letter.channel,
        "key": letter.key,
        "reason": letter.reason,
        "attempts": letter.attempts,
        "at": letter.at.isoformat(),
        "messages": [message.model_dump(mode="json") for message in letter.messages],
    }
    sys.stdout.write(json_format.dumps(row, ensure_ascii=False) + "\n")


def _counted(number: int) -> str:
    return f"{number} dead {'letter' if number == 1 else 'letters'}"
