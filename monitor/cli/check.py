"""`monitor check`: whether the configuration is right."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.common import ConfigOption, installation, out
from monitor.config.watch import check_watch
from monitor.errors import ConfigError
from monitor.wiring import Configuration, load_configuration

Folder = Annotated[
    Path | None,
    typer.Argument(metavar="[DIR]", help="folder of the three YAML files, by default config", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example:  monitor check config")(check)


def check(folder: Folder = None, config: ConfigOption = None) -> None:
    """Check sources.yaml, watch.yaml and settings.yaml, and run the rules' own tests; needs no server.

    Every problem is reported at once as `file:line:col: message (hint)`. Exit code 0 when there is none, else 1.
    """
    place = installation(folder or config, None)
    found = _checked(place.config)
    for warning in found.warnings:
        out.print(f"warning: {warning}", soft_wrap=True, markup=False)
    channels = ", ".join(channel.id for channel in found.settings.channels) or "none"
    counted = f"{len(found.sources)} sources, {len(found.watch.rules)} rules, channels: {channels}"
    out.print(f"{place.config}: {counted}. No problem.", soft_wrap=True)


def _checked(folder: Path) -> Configuration:
    """The configuration. Raises ConfigError with the problems of all files and the tests of rules that do not hold."""
    problems = check_watch(folder / "watch.yaml")
    try:
        found = load_configuration(folder, os.environ)
    except ConfigError as error:
        raise ConfigError((*problems, *error.problems)) from error
    if problems:
        raise ConfigError(problems)
    return found
