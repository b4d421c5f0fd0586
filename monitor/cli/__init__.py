"""The command line. A file a command; `common` has what they share."""

from __future__ import annotations

import sys

import typer

from monitor.cli import (
    alerts,
    backtest,
    canary,
    check,
    dead,
    demo,
    explain,
    extract,
    init,
    match,
    mute,
    notify,
    opml,
    schema,
    sources,
    up,
)
from monitor.cli.common import APP_HELP
from monitor.errors import ConfigError, MonitorError

app = typer.Typer(
    name="monitor",
    help=APP_HELP,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    up,
    demo,
    check,
    sources,
    opml,
    alerts,
    mute,
    dead,
    canary,
    notify,
    init,
    match,
    explain,
    extract,
    backtest,
    schema,
):
    command.register(app)


def main() -> None:
    """Run, and turn every error of the program into one line that says what to do."""
    try:
        app()
    except ConfigError as error:
        for problem in error.problems:
            sys.stderr.write(f"{problem.drawn()}\n")
        number = len(error.problems)
        sys.stderr.write(f"{number} {'problem' if number == 1 else 'problems'} in the configuration\n")
        sys.exit(1)
    except MonitorError as error:
        sys.stderr.write(f"monitor: {error}\n")
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read our output has gone; Python would complain again when it flushes at exit.
        sys.stderr.close()
        sys.exit(0)
