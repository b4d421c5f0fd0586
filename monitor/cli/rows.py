"""Articles as JSON lines, {id, title, text, lead?, lang?, source?, date?}: what `match` and `backtest` read."""

from __future__ import annotations

import json
import re
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from monitor.cli.common import err
from monitor.errors import MonitorError
from monitor.extract.dates import parse_date
from monitor.models import Article
from monitor.wiring import utc_now

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_TEXTS = ("title", "lead", "text")


class Row(NamedTuple):
    """One line: the id as it was given, and the article; or what is wrong with the line."""

    id: Any
    article: Article | None
    error: str = ""


@contextmanager
def opened(name: str, *, bar: bool = True) -> Iterator[Iterable[str]]:
    """The lines of a file, or for `-` of standard input; UTF-8, with or without a mark at the start.

    A file from disk has a progress bar on a terminal. Raises MonitorError where there is none.
    """
    if name == "-":
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")  # type: ignore[union-attr]
        yield sys.stdin
        return
    with progress(shown=bar) as shown:
        try:
            path = Path(name)
            file = shown.open(path, "r", encoding="utf-8-sig", errors="replace", description=path.name)
        except OSError as error:
            raise MonitorError(f"{name} cannot be read: {error.strerror}") from error
        with file:
            yield file


def progress(*, shown: bool = True) -> Progress:
    """A bar on standard error that goes away when it is done; none where that is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*columns, console=err, transient=True, disable=not (shown and err.is_terminal))


def read_rows(lines: Iterable[str]) -> Iterator[Row]:
    """Each line that is not blank, in order."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _row(line, number)


def articles(rows: Iterable[Row]) -> Iterator[Article]:
    """The articles of rows that are all good. Raises MonitorError at the first that is not."""
    for row in rows:
        if row.article is None:
            raise MonitorError(f"{row.error}; every line is a JSON object with id, title and text")
        yield row.article


def write_row(value: Mapping[str, Any]) -> None:
    """One line of JSON in UTF-8 on standard output; what UTF-8 cannot hold is escaped as JSON does."""
    line = json.dumps(value, ensure_ascii=False) + "\n"
    sys.stdout.buffer.write(line.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def _row(line: str, number: int) -> Row:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Row(None, None, f"line {number}: not JSON: {error}")
    if not isinstance(values, dict):
        return Row(None, None, f"line {number}: not a JSON object")
    name = values.get("id")
    try:
        return Row(name, _article(values, f"line {number}" if name is None else str(name)))
    except ValueError as error:
        return Row(name, None, f"line {number}: {error}")


def _article(values: Mapping[str, Any], name: str) -> Article:
    """The article of a row; a lone surrogate becomes U+FFFD, so that offsets stay. Raises ValueError.

    Its date may have any form that pages use; what is none leaves the article undated.
    """
    texts = {key: values.get(key) or "" for key in (*_TEXTS, "source", "lang", "language")}
    for key, value in texts.items():
        if not isinstance(value, str):
            raise ValueError(f"{key} is not a text")  # noqa: TRY004 - a bad row, not a bug
    url, date = values.get("url"), values.get("published") or values.get("date")
    clean = {key: _LONE_SURROGATE.sub("\ufffd", value) for key, value in texts.items()}
    return Article(
        id=_LONE_SURROGATE.sub("\ufffd", name),
        source=clean["source"],
        url=_LONE_SURROGATE.sub("\ufffd", url) if isinstance(url, str) else None,
        language=clean["lang"] or clean["language"] or None,
        published=parse_date(str(date), utc_now()) if date else None,
        **{key: clean[key] for key in _TEXTS},
    )
