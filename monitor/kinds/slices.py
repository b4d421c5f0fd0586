"""A feed as text, cut at its items without parsing it: two looks with a scanner that never goes back.

So a feed of any size costs no more than the items that are taken of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

# What matters of XML for finding items: sections whose content is no markup, and the tags of items themselves.
_TOKEN = re.compile(r"<(?:!\[CDATA\[|!--|(?P<end>/?)(?P<name>item|entry)(?=[\s/>]))")
_CDATA = "<![CDATA["
_CLOSING = {_CDATA: "]]>", "<!--": "-->"}


@dataclass(frozen=True, slots=True)
class Slices:
    """`frame[0] + items[0] + frame[1] + items[1] + … + frame[-1]` is the document."""

    frame: tuple[str, ...]
    items: tuple[str, ...]

    def only(self, wanted: Collection[int]) -> str:
        """The document with these items alone, by number."""
        kept = (item if number in wanted else "" for number, item in enumerate(self.items))
        return "".join(part for pair in zip(self.frame, kept, strict=False) for part in pair) + self.frame[-1]


def slices(text: str) -> Slices | None:
    """The feed at its items; None where it has none, or where they are not told apart by their tags alone."""
    frame, items, after = [], [], 0
    for start, end in _ranges(text):
        if start is None or end is None:
            return None
        frame.append(text[after:start])
        items.append(text[start:end])
        after = end
    return Slices((*frame, text[after:]), tuple(items)) if items else None


def _ranges(text: str) -> Iterator[tuple[int | None, int | None]]:
    """Start and end of each item; the end of the last is that of the text where it is cut. None, None for a riddle."""
    start, name = None, None
    for token, position in _tokens(text):
        if token["name"] and name in {None, token["name"]}:
            name = token["name"]
            stop = text.find(">", position) + 1
            if (start is None) != (not token["end"]) or not stop or text[stop - 2] == "/":
                yield None, None
                return
            if token["end"]:
                yield start, stop
            start = None if token["end"] else token.start()
    if start is not None:
        yield start, len(text)


def _tokens(text: str) -> Iterator[tuple[re.Match[str], int]]:
    position = 0
    while token := _TOKEN.search(text, position):
        position = token.end()
        if closing := _CLOSING.get(token.group()):
            position = text.find(closing, position)
            if position < 0:
                return
        yield token, position


def markup(text: str) -> int:
    """How much work a parser will have, in tags: their number, that of attributes or an eighth of that of entities.

    Outside of CDATA, where all three are plain text.
    """
    if _CDATA in text:
        text = "".join(part.partition("]]>")[2] if number else part for number, part in enumerate(text.split(_CDATA)))
    return max(text.count("<"), text.count("="), text.count("&") // 8)
