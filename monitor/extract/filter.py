"""Extraction as a filter over JSON lines: `{id, url, html}` in, the article or the reason for none out."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitor.errors import UnreadableDocument
from monitor.extract.article import extract

if TYPE_CHECKING:
    from collections.abc import Mapping


def filter_line(line: str | bytes, *, now: datetime) -> dict[str, Any]:
    """The answer to one line; never raises.

    With an article: `id` and the fields of `Extracted`, times in ISO 8601. Without: `id` and `error`, a line for a
    person; the id of a line that is no JSON object is None.
    """
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"not JSON: {error}"}
    if not isinstance(asked, dict):
        return {"id": None, "error": "a line is an object with id, url and html"}
    return {"id": asked.get("id")} | _answer(asked, now)


def _answer(asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    html = asked.get("html")
    if not isinstance(html, str):
        return {"error": "html is missing, or is no string"}
    try:
        found = extract(html, str(asked.get("url") or ""), now=now)
    except UnreadableDocument as error:
        return {"error": str(error)}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(found).items()}
