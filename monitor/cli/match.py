"""`monitor match` and `monitor forms`: the watch language on its own, without a server."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from monitor.cli.common import err, out
from monitor.config.watch import load_watch
from monitor.errors import MonitorError
from monitor.matching import Matcher
from monitor.matching.morphology import expand, languages_of
from monitor.models import Article

if TYPE_CHECKING:
    from collections.abc import Iterator

WatchFile = Annotated[Path, typer.Argument(metavar="WATCH.yaml", help="a watch file")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example:  monitor match config/watch.yaml articles.jsonl | jq 'select(.matches != [])'")(match)
    app.command(epilog="Example:  monitor forms интеграция --lang ru")(forms)


def match(
    watch: WatchFile,
    articles: Annotated[str, typer.Argument(metavar="ARTICLES.jsonl", help="a file, or - for standard input")],
) -> None:
    """Match articles and print one JSON line for each, in order: {id, matches: [{rule, severity, spans, ...}]}.

    A row is {id, title, text, lang?, source?}. A row that cannot be read gives {id, error}, and exit code 1 at the end.
    """
    matcher = Matcher(load_watch(watch))
    bad = 0
    with opened(articles) as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                row = _match_line(matcher, line, number)
                bad += "error" in row
                sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
                sys.stdout.flush()
    if bad:
        err.print(f"monitor: {bad} {'row' if bad == 1 else 'rows'} could not be read, see `error`", markup=False)
        raise typer.Exit(1)


def _match_line(matcher: Matcher, line: str, number: int) -> dict[str, Any]:
    try:
        name, article = article_of(json.loads(line))
    except ValueError as error:
        return {"id": None, "error": f"line {number}: {error}"}
    found = matcher.match(article)
    return {"id": name, "matches": [item.model_dump(mode="json") for item in found]}


def article_of(row: Any) -> tuple[Any, Article]:
    """The article of a row {id, title, text, lead?, lang?, source?, date?}, with its id as given. Raises ValueError."""
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - a bad row, not a bug
    texts = {name: row.get(name) or "" for name in ("title", "lead", "text")}
    if wrong := [name for name, value in texts.items() if not isinstance(value, str)]:
        raise ValueError(f"{wrong[0]} is not a text")
    name, language = row.get("id"), row.get("lang") or row.get("language")
    source = row.get("source")
    return name, Article(
        id=str(name),
        source=source if isinstance(source, str) else "",
        language=str(language) if language else None,
        **texts,
    )


@contextmanager
def opened(name: str) -> Iterator[TextIO]:
    """A text file, or standard input for `-`. Raises MonitorError where there is none."""
    if name == "-":
        yield sys.stdin
        return
    try:
        file = Path(name).open(encoding="utf-8", errors="replace")  # noqa: SIM115 - closed below
    except OSError as error:
        raise MonitorError(f"{name} cannot be read: {error.strerror}") from error
    with file:
        yield file


def forms(
    term: Annotated[str, typer.Argument(help="a word or a phrase")],
    language: Annotated[str | None, typer.Option("--lang", metavar="en|ru|be|uk", help="else by its letters")] = None,
) -> None:
    """Show the forms that a term is expanded to, folded as they are compared (ё as е, ў as у, ...)."""
    if language is not None and language not in {"en", "ru", "be", "uk"}:
        raise typer.BadParameter("write one of en, ru, be, uk", param_hint="--lang")
    for word in term.replace("-", " ").split():
        for name in (language,) if language else languages_of(word):
            out.print(f"[bold]{name}[/bold] {word}: {', '.join(sorted(expand(word, name)))}", soft_wrap=True)
