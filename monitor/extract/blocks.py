"""A tree cut into blocks: runs of text between two borders that a reader would see."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from monitor.extract.noise import Noise, noise
from monitor.extract.tree import printable

if TYPE_CHECKING:
    from monitor.extract.tree import Node

_BORDERS = frozenset(
    {"html", "body", "main", "article", "section", "header", "footer", "nav", "aside", "div", "p", "pre", "blockquote"}
    | {"ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "br", "hr", "center", "address", "form"}
    | {"table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th", "figure", "figcaption", "fieldset"}
    | {"details", "summary"}
)
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_TELLING = HEADINGS | {"li", "p", "td", "dd", "dt"}


class Block(NamedTuple):
    """A run of text; `node` is the block element around it."""

    text: str
    linked: int  # characters of it that are inside links
    node: Node
    tag: str  # the nearest of h1 to h6, li, p, td, dd, dt; else the tag of `node`
    certain: tuple[Node, ...]  # the elements around it that are certainly no article, from the outside in
    likely: tuple[Node, ...]  # the elements around it that look like something else

    @property
    def prose(self) -> int:
        """Length in characters, an ideograph or kana counting for two and a half."""
        text = self.text
        if text.isascii() or max(text) < "\u3040":
            return len(text)
        return len(text) + 3 * sum("\u3040" <= character <= "\ud7a3" for character in text) // 2


def blocks_of(root: Node) -> list[Block]:
    """All blocks in reading order, those of noisy elements included; consent dialogs are left out."""
    reader = _Reader()
    reader.read(root, (), (), "")
    return reader.blocks


class _Reader:
    """Walks the tree; an inline element adds to the block it stands in, a bordered one begins another."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._parts: list[str] = []
        self._linked = 0
        self._links = 0

    def read(self, node: Node, certain: tuple[Node, ...], likely: tuple[Node, ...], tag: str) -> None:
        level = noise(node)
        if level is Noise.NEVER:
            return
        if level is Noise.CERTAIN:
            certain = (*certain, node)
        elif level is Noise.LIKELY:
            likely = (*likely, node)
        if node.tag in _TELLING:
            tag = node.tag
        self._links += node.tag == "a"
        for child in node.children:
            if isinstance(child, str):
                self._parts.append(child)
                self._linked += len(child) * bool(self._links)
            elif child.tag in _BORDERS or "-" in child.tag:
                self._end(node, certain, likely, tag)
                self.read(child, certain, likely, tag)
            else:
                self.read(child, certain, likely, tag)
        self._links -= node.tag == "a"
        if node.tag in _BORDERS or "-" in node.tag:
            self._end(node, certain, likely, tag)

    def _end(self, node: Node, certain: tuple[Node, ...], likely: tuple[Node, ...], tag: str) -> None:
        if not self._parts:
            return
        text = " ".join(printable("".join(self._parts)).split())
        if text:
            self.blocks.append(Block(text, min(self._linked, len(text)), node, tag or node.tag, certain, likely))
        self._parts.clear()
        self._linked = 0
