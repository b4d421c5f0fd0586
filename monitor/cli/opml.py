"""`monitor import` and `monitor export`: the list of feeds of another reader, in and out."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import ConfigOption, err, installation, out
from monitor.config.editing import add_sources, entry_text, source_id
from monitor.config.opml import read_opml, write_opml
from monitor.config.sources import load_sources
from monitor.errors import MonitorError
from monitor.models import Source
from monitor.urls import identity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from monitor.config.opml import Outline


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("import", epilog="Example:  monitor import subscriptions.opml --tag imported")(import_)
    app.command("export", epilog="Example:  monitor export > subscriptions.opml")(export)


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.opml", exists=True, dir_okay=False, help="of another reader")],
    tag: Annotated[list[str] | None, typer.Option(metavar="TAG", help="a tag for each of them; repeat it")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show them and write nothing")] = False,
    config: ConfigOption = None,
) -> None:
    """Add the feeds of an OPML file to sources.yaml; folders and categories become tags. Nothing is fetched.

    Feeds that are watched already are left as they are. `monitor sources check ID` tries one.
    """
    path = installation(config, None).config / "sources.yaml"
    known = load_sources(path, os.environ)
    outlines, refused = read_opml(file.read_bytes())
    fresh = _new(outlines, known, tag or ())
    if dry_run:
        out.print("\n".join(map(entry_text, fresh)), markup=False, soft_wrap=True)
    elif fresh:
        add_sources(path, fresh, os.environ)
    if not outlines:
        raise MonitorError(f"{file} holds no feed: no outline with an http address in xmlUrl")
    written = "would be added" if dry_run else "added"
    known_already = len(outlines) - len(fresh)
    left = f", {refused} left out: their address is not of the web" if refused else ""
    out.print(f"feeds {written}: {len(fresh)}, watched already: {known_already}{left}", markup=False)


def export(config: ConfigOption = None) -> None:
    """Write sources.yaml as OPML to standard output: for other readers, or to move house.

    Feeds only can be read elsewhere; the others stand there as links.
    """
    sources = load_sources(installation(config, None).config / "sources.yaml", os.environ)
    sys.stdout.buffer.write(write_opml(sources))
    others = sum(source.kind != "feed" for source in sources)
    if others and sys.stdout.isatty():
        err.print(f"{others} sources are no feeds and stand there as links", markup=False)


def _new(outlines: Iterable[Outline], known: Sequence[Source], tags: Iterable[str]) -> list[Source]:
    watched = {identity(source.url) for source in known}
    taken = {source.id for source in known}
    fresh = []
    for outline in outlines:
        if identity(outline.url) in watched:
            continue
        labels = dict.fromkeys((*tags, *(_tag(folder) for folder in outline.folders)))
        source = Source(
            id="new",
            name=outline.name[:80],
            kind="feed",
            url=outline.url,
            language=outline.language,
            tags=tuple(label for label in labels if label),
        )
        named = source.model_copy(update={"id": source_id(source, taken)})
        watched.add(identity(named.url))
        taken.add(named.id)
        fresh.append(named)
    return fresh


def _tag(folder: str) -> str:
    return re.sub(r"[^\w.-]+", "-", folder.lower()).strip("-")[:40]
