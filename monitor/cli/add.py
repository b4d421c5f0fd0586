"""`monitor sources add`: from an address to an entry of sources.yaml."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from monitor.cli.common import ConfigOption, installation, out
from monitor.config.editing import add_sources, entry_text, source_id
from monitor.errors import MonitorError
from monitor.kinds import KINDS
from monitor.models import Source
from monitor.notify.words import harmless
from monitor.urls import absolute, identity
from monitor.wiring import Runtime, load_configuration

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from monitor.pipeline.find_sources import Candidate

_PREVIEW = 5


def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="a feed, or any page of the site")],
    pick: Annotated[int, typer.Option(min=1, metavar="N", help="which one, where several are found")] = 1,
    id: Annotated[str, typer.Option("--id", metavar="ID", help="its id; default: from its name")] = "",  # noqa: A002
    name: Annotated[str, typer.Option(metavar="NAME", help="what alerts call it; default: what it calls itself")] = "",
    tag: Annotated[list[str] | None, typer.Option(metavar="TAG", help="such as state or agency; repeat it")] = None,
    every: Annotated[str | None, typer.Option(metavar="TIME", help="how often to look, such as 1m")] = None,
    kind: Annotated[str, typer.Option(help=f"{', '.join(KINDS)}; default: by looking")] = "",
    allow_private: Annotated[bool, typer.Option("--allow-private", help="it is on your own network")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show it and write nothing")] = False,
    config: ConfigOption = None,
) -> None:
    """Find the feed of a site, show what it holds, and write it into sources.yaml. Comments there stay.

    A running monitor takes it up within seconds. Exit code 1 when nothing was found or the address is refused.
    """
    place = installation(config, None)
    configuration = load_configuration(place.config, os.environ)
    url = url if "://" in url else f"https://{url}"
    if absolute(url, "") is None:
        raise MonitorError(f"{url} is no http or https address")
    if kind and kind not in KINDS:
        raise MonitorError(f"unknown kind {kind!r}: write {', '.join(KINDS)}")
    found = asyncio.run(Runtime(place, configuration).find_sources(url, kind, allow_private=allow_private))
    known = {identity(source.url): source.id for source in configuration.sources.values()}
    _show(found, known, pick)
    if pick > len(found):
        raise MonitorError(f"there is no number {pick}: {len(found)} found")
    chosen = found[pick - 1].source
    if identity(chosen.url) in known:
        raise MonitorError(f"{chosen.url} is watched already, as {known[identity(chosen.url)]}")
    source = _named(chosen, id, name, tag or (), every, configuration.sources)
    out.print(f"\n{entry_text(source)}", markup=False, end="", soft_wrap=True)
    if dry_run:
        return
    add_sources(place.config / "sources.yaml", [source], os.environ)
    out.print(f"\nwritten to {place.config / 'sources.yaml'}", markup=False)


def _named(
    source: Source, name: str, label: str, tags: Collection[str], every: str | None, taken: Collection[str]
) -> Source:
    labelled = source.model_copy(update={"name": label or harmless(source.name, 80)})
    chosen = {"id": name or source_id(labelled, taken), "tags": tuple(tags), "every": every}
    try:
        return Source.model_validate(labelled.model_dump() | chosen)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise MonitorError(f"{first['loc'][0]}: {first['msg']}") from error


def _show(found: Sequence[Candidate], known: Collection[str], pick: int) -> None:
    for number, candidate in enumerate(found, 1):
        source, entries = candidate.source, candidate.entries
        watched = ", watched already" if identity(source.url) in known else ""
        mark = "*" if number == pick else " "
        shown = f"{mark}{number}  {source.kind}  {harmless(source.url)}  ({len(entries)} items{watched})"
        out.print(shown, markup=False, soft_wrap=True, style="bold" if number == pick else "")
        for entry in entries[:_PREVIEW] if number == pick else ():
            when = f"{entry.published:%Y-%m-%d %H:%M}" if entry.published else "undated"
            out.print(f"     {when}  {harmless(entry.title or entry.lead, 100)}", markup=False, soft_wrap=True)
    if len(found) > 1:
        out.print("take another one with --pick N", style="dim")
