"""`monitor init`: a commented configuration to begin another topic with."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.common import out
from monitor.errors import MonitorError

_NAMES = ("sources.yaml", "watch.yaml", "settings.yaml")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example:  monitor init floods && monitor check floods")(init)


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="the new folder; a file that is there is never replaced")
    ],
) -> None:
    """Write sources.yaml, watch.yaml and settings.yaml to begin another topic with: an example whose comments teach."""
    try:
        write_templates(folder)
    except OSError as error:
        raise MonitorError(f"{error.filename or folder} cannot be written: {error.strerror}") from error
    out.print(f"wrote {', '.join(_NAMES)} into {folder}", soft_wrap=True, markup=False)
    out.print("next, with your own sources and words in them:", style="dim")
    for line in (f"monitor check {folder}", f"monitor up --config {folder}"):
        out.print(f"  {line}", soft_wrap=True, markup=False)


def write_templates(folder: Path) -> None:
    """Write all three files, or none where one of them is there. Raises MonitorError, or OSError."""
    there = [name for name in _NAMES if (folder / name).exists() or (folder / name).is_symlink()]
    if there:
        raise MonitorError(f"{folder} already has {', '.join(there)}: nothing was written; name another folder")
    folder.mkdir(parents=True, exist_ok=True)
    for name in _NAMES:
        template = files("monitor.cli") / "templates" / name
        with (folder / name).open("x", encoding="utf-8") as file:
            file.write(template.read_text(encoding="utf-8"))
