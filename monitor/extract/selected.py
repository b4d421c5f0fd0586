"""What the CSS selectors of a source pick from a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from soupsieve import SelectorSyntaxError

from monitor.errors import UnreadableDocument
from monitor.extract.blocks import blocks_of
from monitor.extract.soup import soup_of
from monitor.extract.tree import MAX_CHARS, parse

if TYPE_CHECKING:
    from bs4 import Tag

    from monitor.extract.extracted import Selectors


class Selected(NamedTuple):
    """Texts of the selected elements; empty where there is no selector or nothing matches."""

    title: str = ""
    text: str = ""
    date: str = ""

    @property
    def given(self) -> tuple[str, ...]:
        """The names of the selectors that matched."""
        found = {"title": self.title, "body": self.text, "date": self.date}
        return tuple(name for name, value in found.items() if value)


def select(html: str, selectors: Selectors) -> Selected:
    """Apply the selectors of a source. Raises UnreadableDocument for a selector that is no CSS.

    A whole tree for CSS costs eight times the parse of the general rules, so only sources with selectors pay for it.
    """
    soup = soup_of(html[:MAX_CHARS])
    try:
        for unwanted in selectors.remove:
            for tag in soup.select(unwanted):
                tag.decompose()
        bodies = soup.select(selectors.body) if selectors.body else []
        title = soup.select_one(selectors.title) if selectors.title else None
        date = soup.select_one(selectors.date) if selectors.date else None
    except SelectorSyntaxError as error:
        reason = str(error).splitlines()[0]
        raise UnreadableDocument(f"a selector of this source is no CSS: {reason}") from error
    return Selected(_text(title), "\n".join(filter(None, map(_lines, bodies))), _stamp(date))


def _text(tag: Tag | None) -> str:
    return " ".join(tag.get_text(" ").split()) if tag else ""


def _stamp(tag: Tag | None) -> str:
    if tag is None:
        return ""
    return str(tag.get("datetime") or tag.get("content") or _text(tag))


def _lines(tag: Tag) -> str:
    """All text of an element, one paragraph a line: whoever names the body by hand means all of it."""
    return "\n".join(block.text for block in blocks_of(parse(str(tag)).root))
