"""`monitor backtest`: what a changed watch file adds and loses, tried on articles that were read."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.backtest import backtest
from monitor.cli.backtested import Files, as_json, show_backtest
from monitor.cli.common import ConfigOption, DataOption, JsonOption, err, installation, out, reading
from monitor.cli.rows import articles, opened, progress, read_rows, write_row
from monitor.config.sources import load_sources
from monitor.config.watch import load_watch
from monitor.models import parse_duration
from monitor.wiring import utc_now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.backtest import Backtest
    from monitor.wiring import Installation

_MEGABYTE = 1_000_000
_SHOWN = 20  # titles of a kind, and days, without --all


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("backtest", epilog="Example:  monitor backtest new.yaml --since 7d")(compare)


def _duration(value: str) -> timedelta:
    try:
        return parse_duration(value)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def compare(
    watch: Annotated[Path, typer.Argument(metavar="WATCH.yaml", help="the changed watch file")],
    rows: Annotated[
        str | None,
        typer.Argument(metavar="ARTICLES.jsonl", help="articles of a file, or -, instead of the archive"),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(metavar="OTHER.yaml", help="the file before", show_default="watch.yaml of the configuration"),
    ] = None,
    since: Annotated[
        timedelta | None,
        typer.Option(parser=_duration, metavar="AGE", help="only articles read in the last 7d, 24h, …"),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="list every title, not the first of each kind")] = False,
    json: JsonOption = False,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Show which alerts a changed watch file adds and loses, by rule, by day and by title.

    The articles are those of the archive (settings.yaml, archive), or of a file: {id, title, text, lead?, lang?,
    source?, date?}, which needs no server. One that is there twice counts once, as it was last.
    """
    if rows and since:
        raise typer.BadParameter("it is for the archive, a file is read whole", param_hint="--since")
    place = installation(config, data)
    old = against or place.config / "watch.yaml"
    if old.exists() and watch.exists() and old.samefile(watch):
        err.print(f"monitor: {watch} is compared with itself: name the file before with --against", markup=False)
    files = Files(load_watch(old), load_watch(watch))
    found, archive = (_of_file(rows, files, place), {}) if rows else _of_archive(since, files, place)
    if json:
        write_row(as_json(found) | ({"archive": archive} if archive else {}))
    else:
        what = f"{watch} against {old}: {found.articles:,} articles{_held(archive)}"
        show_backtest(out, found, files, what, limit=None if every else _SHOWN)


def _of_file(name: str, files: Files, place: Installation) -> Backtest:
    """Over the articles of a file; tags are those of sources.yaml where there is one."""
    path = place.config / "sources.yaml"
    sources = load_sources(path, os.environ) if path.is_file() else ()
    tags = {source.id: source.tags for source in sources}
    with opened(name) as lines:
        return backtest(articles(read_rows(lines)), *files.matchers(), tags)


def _of_archive(since: timedelta | None, files: Files, place: Installation) -> tuple[Backtest, dict[str, int]]:
    """Over the archive, with the size of the whole of it."""
    with reading(place) as runtime, progress() as bar:
        kept, size = runtime.archive.size()
        shown = bar.add_task("backtest", total=None if since else kept)
        tags = {source.id: source.tags for source in runtime.sources.values()}
        archived = runtime.archive.read(utc_now() - since if since else None)
        found = backtest(archived, *files.matchers(), tags, step=lambda: bar.advance(shown))
        return found, {"readings": kept, "bytes": size}


def _held(archive: Mapping[str, int]) -> str:
    if not archive:
        return ""
    size = archive["bytes"]
    memory = f"{size / 1e6:.1f} MB" if size >= _MEGABYTE else f"{size / 1e3:.0f} KB"
    return f" of the archive, which holds {archive['readings']:,} readings in {memory}"
