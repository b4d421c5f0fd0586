"""The text of an article that a page carries as data, for pages that only scripts put together.

Used when the page itself shows next to nothing: where both exist, what is shown is nearer to what a reader sees.
"""

from __future__ import annotations

import re
from html import unescape
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from monitor.extract.blocks import blocks_of
from monitor.extract.linked import load, objects
from monitor.extract.title import letters
from monitor.extract.tree import FLIGHT, parse, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from monitor.extract.tree import Script

MIN_PROSE = 200  # characters that the text of an article has at least
_MAX_VALUES = 20_000
_MAX_ROWS = 2000
_MAX_BEARERS = 20  # objects that bear the headline
_PARAGRAPH = re.compile(r"\s\S+\s.*[.!?…»”\"。]", re.DOTALL)
_OTHER_KEYS = re.compile(
    "relat|recommend|comment|teaser|seo|meta|author|image|photo|media|caption|tags|menu|footer|nav|popular|next|prev|latest"
    "|descr|summary",
    re.IGNORECASE,
)
_DATE_KEY = re.compile(r"publi(?:sh|c)[a-z_]*(?:at|date|time|on)?$|^date|pub_?date", re.IGNORECASE)
_ROW = re.compile(r"([0-9a-f]+):(?:T([0-9a-f]+),)?")


class Embedded(NamedTuple):
    """The text, one paragraph a line, and the time of publication as it is written; empty where there is none."""

    text: str = ""
    published: str = ""


def embedded(scripts: Iterable[Script], title: str, body: str) -> Embedded:
    """What the data of a page says of its article. `body` is the articleBody of the page's JSON-LD.

    Without that, the application's state is searched for the object that bears the headline, and its prose taken;
    without one, the longest text of the state.
    """
    if len(body) >= MIN_PROSE:
        return Embedded(paragraphs(body))
    values = [value for script in scripts for value in _values(script)]
    wanted = letters(title)
    bearers = (one for value in values for one in objects(value) if wanted and _bears(one, wanted))
    found = [Embedded(_prose(one), _published(one)) for one in islice(bearers, _MAX_BEARERS)]
    best = max(found, key=lambda one: len(one.text), default=Embedded())
    if len(best.text) >= MIN_PROSE:
        return best
    longest = max((text for value in values for text in _strings(value)), key=len, default="")
    is_prose = len(longest) >= MIN_PROSE and _PARAGRAPH.search(longest)
    return Embedded(paragraphs(longest) if is_prose else "", best.published)


def paragraphs(text: str) -> str:
    """Visible text of a string that may hold markup, also escaped markup: one paragraph a line."""
    if "&lt;" in text:
        text = unescape(text)
    if "<" in text:
        return "\n".join(block.text for block in blocks_of(parse(text).root) if not block.certain)
    lines = (" ".join(line.split()) for line in printable(unescape(text)).splitlines())
    return "\n".join(line for line in lines if line)


def _values(script: Script) -> Iterator[Any]:
    text = script.text
    if "ld+json" in script.kind:
        return
    if "json" in script.kind:
        yield load(text)
    elif text.startswith(FLIGHT):
        yield from _flight(text)


def _flight(text: str) -> Iterator[Any]:
    """The rows of one `push([1, "..."])`: `id:json`, or `id:T<length in bytes>,<text>`."""
    value = load(text[len(FLIGHT) :].rstrip().rstrip(";").removesuffix(")"))
    if not isinstance(value, list) or not isinstance(value[-1], str):
        return
    rows = value[-1].encode("utf-8", "ignore")
    yield value[-1] if not _ROW.match(value[-1]) else None
    at = seen = 0
    while at < len(rows) and seen < _MAX_ROWS:
        seen += 1
        end = rows.find(b"\n", at)
        end = len(rows) if end < 0 else end
        head = _ROW.match(rows[at : at + 40].decode("ascii", "replace"))
        if head and head[2]:
            start = at + head.end()
            end = start + int(head[2], 16)
            yield rows[start:end].decode("utf-8", "replace")
            at = end
        else:
            yield load(rows[at + (head.end() if head else 0) : end].decode("utf-8", "replace"))
            at = end + 1


def _bears(value: dict[str, Any], title: str) -> bool:
    return any(isinstance(one, str) and letters(one) == title for one in value.values())


def _published(value: dict[str, Any]) -> str:
    """The first field of an object that is named for the time of publication."""
    return next((str(one) for key, one in value.items() if _DATE_KEY.search(key) and isinstance(one, str | int)), "")


def _prose(value: dict[str, Any]) -> str:
    """The strings inside an object that read like prose, in order and without what belongs to other stories."""
    seen: dict[str, None] = {}
    for text in _strings(value):
        if len(text) > 40 and _PARAGRAPH.search(text) and not text.startswith(("http", "{", "/")):  # noqa: PLR2004
            seen.setdefault(paragraphs(text))
    return "\n".join(text for text in seen if text)


def _strings(value: Any) -> Iterator[str]:
    stack = [value]
    seen = 0
    while stack and seen < _MAX_VALUES:
        seen += 1
        value = stack.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            stack.extend(one for key, one in reversed(value.items()) if not _OTHER_KEYS.search(key))
        elif isinstance(value, list):
            stack.extend(reversed(value))
