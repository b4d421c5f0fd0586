"""`monitor extract`: what the program reads of a page."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli.common import ConfigOption, JsonOption, installation, out
from monitor.cli.rows import write_row
from monitor.config.settings import Settings, load_settings
from monitor.errors import FetchError, MonitorError
from monitor.extract import Extracted, extract
from monitor.extract.filter import filter_line
from monitor.fetch.client import Bounds, opened
from monitor.notify.words import harmless
from monitor.wiring import utc_now


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("extract", epilog="Example:  monitor extract https://example.org/news/1 --json")(extract_page)


def extract_page(
    page: Annotated[str | None, typer.Argument(metavar="FILE|URL|-", help="a page; - is standard input")] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="a filter: {id, url, html} in, one line out for each")] = False,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show the article of a page: title, times, author, text. Needs no server.

    An address is held to the same rules as a source: nothing off the public internet.
    """
    if jsonl:
        for line in sys.stdin.buffer:
            write_row(filter_line(line, now=utc_now()))
        return
    if page is None:
        raise typer.BadParameter("name a file, an address, or - for standard input", param_hint="FILE|URL|-")
    body, url, content_type = page_body(page, config)
    found = extract(body, url, content_type=content_type, now=utc_now())
    if json:
        write_row(as_json(found))
    else:
        _show(found)


def page_body(
    page: str, config: Path | None, *, allow_private: bool = False, proxy: str = ""
) -> tuple[bytes, str, str]:
    """The bytes of a page with its address and content type. Raises MonitorError."""
    if page == "-":
        return sys.stdin.buffer.read(), "", ""
    if page.startswith(("http://", "https://")):
        return asyncio.run(_fetch(page, config, allow_private=allow_private, proxy=proxy))
    try:
        return Path(page).read_bytes(), "", "text/plain" if page.endswith(".txt") else ""
    except OSError as error:
        raise MonitorError(f"{page} cannot be read: {error.strerror}") from error


async def _fetch(url: str, config: Path | None, *, allow_private: bool, proxy: str) -> tuple[bytes, str, str]:
    path = installation(config, None).config / "settings.yaml"
    settings = load_settings(path, os.environ) if path.is_file() else Settings(version=1)
    bounds = Bounds(settings.fetch.deadline.total_seconds(), settings.fetch.max_bytes)
    async with opened(settings.fetch.user_agent, bounds) as client:
        try:
            response = await client.get(url, allow_private=allow_private, proxy=proxy)
        except FetchError as error:
            raise MonitorError(f"{url}: {error.outcome}, {error}") from error
    return response.body, response.url, response.content_type


def as_json(found: Extracted) -> dict[str, Any]:
    """The document that a program reads; times in ISO 8601."""
    values = asdict(found)
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _show(found: Extracted) -> None:
    rows = {name: value for name, value in as_json(found).items() if value and name not in {"text", "title"}}
    out.print(harmless(found.title), style="bold", markup=False, soft_wrap=True)
    for name, value in rows.items():
        out.print(f"{name:>10}  {harmless(str(value))}", style="dim", markup=False, soft_wrap=True)
    for paragraph in found.text.split("\n"):
        out.print(f"\n{harmless(paragraph, 100_000)}", markup=False, soft_wrap=True)
