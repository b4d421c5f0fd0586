"""`monitor explain`: which rules hold for one article and why, and how near the others came."""

from __future__ import annotations

import os
import re
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli.common import ConfigOption, JsonOption, installation, out
from monitor.cli.explained import show_explanation
from monitor.cli.extract import page_body
from monitor.cli.rows import write_row
from monitor.config.nodes import did_you_mean
from monitor.config.sources import load_sources
from monitor.config.watch import load_watch
from monitor.errors import MonitorError
from monitor.extract import decode, extract, language_of
from monitor.matching import Matcher
from monitor.models import Article, Entry, Source
from monitor.pipeline.read import article_from_page, selectors_of
from monitor.wiring import utc_now

_TAGS = re.compile(r"<(?:!doctype|html|head|body|title|meta|article|main|section|div|h[1-6]|p|br|a)\b", re.IGNORECASE)
_BINARY = (b"%PDF-", b"PK\x03\x04", b"\x1f\x8b", b"\x89PNG")  # extraction says what these are
# For an article of which nobody said where it comes from.
_NOBODY = Source.model_construct(id="", url="", kind="page")

SourceOption = Annotated[
    str | None,
    typer.Option("--source", metavar="ID", help="a source of sources.yaml: its tags, language and selectors count"),
]
WatchOption = Annotated[
    Path | None, typer.Option("--watch", metavar="FILE", help="a watch file", show_default="that of the configuration")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example:  monitor explain https://example.org/news/1 --source belta-ru")(explain)


def explain(
    page: Annotated[str, typer.Argument(metavar="URL|FILE|-", help="HTML, or plain text with the title first")],
    watch: WatchOption = None,
    source: SourceOption = None,
    text: Annotated[bool, typer.Option("--text", help="show the whole text, with the hits in it")] = False,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show what is read of a page, which rules hold and why, and what the others lacked. Needs no server.

    An address is held to the same rules as a source: nothing off the public internet, unless the source is allowed to.
    """
    place = installation(config, None)
    matcher = Matcher(load_watch(watch or place.config / "watch.yaml"))
    origin = _source(place.config / "sources.yaml", source) if source else _NOBODY
    body, url, content_type = page_body(page, config, allow_private=origin.allow_private, proxy=origin.proxy_url)
    article = read_article(body, url, content_type, origin)
    reports = matcher.explain(article, tags=origin.tags)
    if json:
        write_row({"article": article.model_dump(mode="json"), "rules": [_plain(asdict(one)) for one in reports]})
    else:
        show_explanation(out, article, origin, reports, whole=text)


def read_article(body: bytes, url: str, content_type: str, source: Source) -> Article:
    """The article as the program would read it from a page of that source. Raises MonitorError.

    What is text/plain, or has no tag, is plain text: the title, a line end, a paragraph a line.
    """
    text = decode(body, content_type)
    if body.startswith(_BINARY) or (_TAGS.search(text) and not content_type.startswith("text/plain")):
        found = extract(body, url, content_type=content_type, selectors=selectors_of(source), now=utc_now())
        return article_from_page("page", found, Entry(key=url, url=url or None), source)
    title, _, rest = (part.strip() for part in text.strip().partition("\n"))
    if not title:
        raise MonitorError("there is nothing to read in it")
    language = language_of(f"{title}\n{rest}") or source.language
    return Article(id="text", source=source.id, url=url or None, title=title, text=rest, language=language)


def _source(path: Path, name: str) -> Source:
    """The source of that id. Raises MonitorError for one that the file does not have."""
    sources = {source.id: source for source in load_sources(path, os.environ)}
    if name not in sources:
        hint = did_you_mean(name, sources)
        raise MonitorError(f"{path} has no source {name!r}" + (f": {hint}" if hint else ""))
    return sources[name]


def _plain(value: Any) -> Any:
    """What JSON can hold: spans as objects, tuples as lists."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value
