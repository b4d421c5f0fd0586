"""What a page says about its article in JSON-LD (schema.org)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.extract.tree import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from monitor.extract.tree import Script

MAX_NODES = 20_000
MAX_FIELD = 5000  # characters of any field but the body
_ARTICLE = re.compile(r"(?:Article|BlogPosting|LiveBlogPosting|Report|Review|Posting|OpinionPiece|Recipe)$")
_PAGE = re.compile(r"(?:WebPage|ItemPage|MediaObject|VideoObject)$")
_WRAPPING = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*$")


@dataclass(frozen=True, slots=True)
class Linked:
    """The fields of the article, as they stand: dates unparsed, texts with whatever markup they hold."""

    headline: str = ""
    description: str = ""
    body: str = ""
    published: str = ""
    modified: str = ""
    author: str = ""
    publisher: str = ""
    language: str = ""
    url: str = ""


def read_linked(scripts: Iterable[Script]) -> Linked:
    """The article among the JSON-LD blocks of a page; empty when none says anything of one."""
    nodes = [node for script in scripts if "ld+json" in script.kind for node in objects(load(script.text), _is_article)]
    articles = [node for node in nodes if _is_article(node)]
    others = [node for node in nodes if _PAGE.search(_kind(node)) and "datePublished" in node]
    if not articles and not others:
        return Linked()
    return _linked(max(articles or others, key=_richness))


def load(text: str) -> Any:
    """The value of a JSON text, or None; comments around it, raw line ends and a last semicolon are forgiven."""
    try:
        return json.loads(_WRAPPING.sub("", text).strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return None


def objects(value: Any, whole: Callable[[dict[str, Any]], bool] = lambda _: False) -> Iterator[dict[str, Any]]:
    """Every JSON object inside a value, in reading order; none inside a `whole` one, and 20,000 values at most."""
    stack = [value]
    seen = 0
    while stack and seen < MAX_NODES:
        seen += 1
        value = stack.pop()
        if isinstance(value, dict):
            yield value
            if not whole(value):
                stack.extend(reversed(list(value.values())))
        elif isinstance(value, list):
            stack.extend(reversed(value))


def _is_article(node: dict[str, Any]) -> bool:
    """An article, the entries of a live blog counting as parts of it."""
    return bool(_ARTICLE.search(_kind(node)))


def _kind(node: dict[str, Any]) -> str:
    kind = node.get("@type")
    return " ".join(map(str, kind)) if isinstance(kind, list) else str(kind or "")


def _richness(node: dict[str, Any]) -> int:
    wanted = ("headline", "datePublished", "articleBody", "author", "mainEntityOfPage")
    return sum(bool(node.get(key)) for key in wanted)


def _linked(node: dict[str, Any]) -> Linked:
    return Linked(
        headline=_string(node.get("headline") or node.get("name")),
        description=_string(node.get("description")),
        body=_long(node.get("articleBody") or node.get("text")),
        published=_string(node.get("datePublished") or node.get("dateCreated")),
        modified=_string(node.get("dateModified")),
        author=_names(node.get("author") or node.get("creator")),
        publisher=_names(node.get("publisher")),
        language=_string(node.get("inLanguage")),
        url=_string(node.get("url") or node.get("mainEntityOfPage")),
    )


def _string(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("name") or value.get("@id") or value.get("@value") or ""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, int):
        return str(value)
    return " ".join(printable(value[:MAX_FIELD]).split()) if isinstance(value, str) else ""


def _long(value: Any) -> str:
    if isinstance(value, list):
        value = "\n".join(part for part in value if isinstance(part, str))
    return printable(value) if isinstance(value, str) else ""


def _names(value: Any) -> str:
    people = value if isinstance(value, list) else [value]
    names = [name for name in map(_string, people) if name and not name.startswith("http")]
    return ", ".join(dict.fromkeys(names))
