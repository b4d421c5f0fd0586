"""`monitor match` and `monitor forms`: the watch language on its own, without a server."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli.common import JsonOption, err, out
from monitor.cli.rows import Row, opened, read_rows, write_row
from monitor.config.watch import load_watch
from monitor.matching import Matcher
from monitor.matching.morphology import languages_of
from monitor.matching.patterns import Forms, patterns_of
from monitor.matching.words import words
from monitor.rules import LANGUAGES, Term, term_mistakes

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

    A row is {id, title, text, lead?, lang?, source?}; source is an id, or tag:NAME. A row that cannot be read gives
    {id, error}, and exit code 1 at the end. Needs no server.
    """
    matcher = Matcher(load_watch(watch))
    bad = 0
    # Where the rows go to the same terminal, a bar would only get between them.
    with opened(articles, bar=not sys.stdout.isatty()) as lines:
        for row in read_rows(lines):
            write_row(_answer(row, matcher))
            bad += row.article is None
    if bad:
        err.print(f"monitor: {bad} {'row' if bad == 1 else 'rows'} could not be read, see `error`", markup=False)
        raise typer.Exit(1)


def _answer(row: Row, matcher: Matcher) -> dict[str, Any]:
    if row.article is None:
        return {"id": row.id, "error": row.error}
    return {"id": row.id, "matches": [found.model_dump(mode="json") for found in matcher.match(row.article)]}


def forms(
    term: Annotated[str, typer.Argument(help="a word or a phrase, as in a watch file; word* is any ending")],
    language: Annotated[str | None, typer.Option("--lang", metavar="en|ru|be|uk", help="else by its letters")] = None,
    json: JsonOption = False,
) -> None:
    """Show the forms that a term is expanded to, folded as they are compared (ё as е, ў as у, ...)."""
    if language is not None and language not in LANGUAGES:
        raise typer.BadParameter(f"write one of {', '.join(LANGUAGES)}", param_hint="--lang")
    if mistake := next(term_mistakes(term), None):
        raise typer.BadParameter(mistake.message + (f": {mistake.hint}" if mistake.hint else ""), param_hint="TERM")
    for row in _forms(term, language):
        if json:
            write_row(row)
        else:
            out.print(f"[bold]{row['lang']}[/bold] {row['word']}: {', '.join(row['forms'])}", soft_wrap=True)


def _forms(term: str, language: str | None) -> list[dict[str, Any]]:
    """A row for each word in each language: {word, lang, forms}, as the matcher has them."""
    plain = [word for word, *_ in words(term.replace("*", " "))]
    possible = {name for word in plain for name in languages_of(word)}
    chosen = (language,) if language else tuple(name for name in LANGUAGES if name in possible) or LANGUAGES[:1]
    rows = []
    for name in chosen:
        (pattern,) = patterns_of(Term(term, 1, (name,)), Forms())
        for word, test in zip(plain, pattern.tests, strict=True):
            found = [f"{form}*" for form in test.forms] if test.prefix else sorted(test.forms)
            if language or name in languages_of(word) or not languages_of(word):
                rows.append({"word": word, "lang": name, "forms": found})
    return rows
