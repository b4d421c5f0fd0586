"""A page as a light tree, built in one streaming parse.

The parser hands over events instead of its own tree: its tree costs 12 s for one tag with 100,000 attributes and ends
at 2,048 nested elements, its events cost 0.04 s and have no such end. Depth and number of nodes are bounded here, so
whoever walks the tree may recurse.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, cast

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CHARS = 4_000_000  # the largest of 1,049 news pages has 2.2 million
MAX_DEPTH = 150
MAX_NODES = 40_000  # eight times the most of them
MAX_ATTRIBUTES = 200
MAX_SCRIPTS = 500
REGULAR_CHARS = 1_500_000
REGULAR_NODES = 10_000
REGULAR_ATTRIBUTES = 50_000
FLIGHT = "self.__next_f.push("  # how React Server Components stream their data into a page

# Nothing in these is read as text: code, drawings, controls, and what only a browser without scripts would show.
_MUTE = frozenset(
    {"script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "canvas", "audio", "video"}
    | {"textarea", "select", "datalist"}
)
_BREAK = "\n"
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")


class Node:
    """An element: lower-case tag, attributes, and its texts and elements in order."""

    __slots__ = ("attrib", "children", "parent", "tag")

    def __init__(self, tag: str, attrib: dict[str, str], parent: Node | None) -> None:
        self.tag = tag
        self.attrib = attrib
        self.children: list[Node | str] = []
        self.parent = parent

    def walk(self) -> Iterator[Node]:
        """This element and all below it, in document order."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(child for child in reversed(node.children) if isinstance(child, Node))

    def ancestors(self) -> Iterator[Node]:
        """This element, its parent, and so on up to the root."""
        node: Node | None = self
        while node is not None:
            yield node
            node = node.parent

    def text(self) -> str:
        """All text below, with single spaces."""
        return " ".join(printable("".join(self._texts())).split())

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child._texts()  # noqa: SLF001 - the same class


class Script(NamedTuple):
    """A script that carries data instead of doing something."""

    kind: str  # its type, in lower case
    name: str  # its id
    parts: list[str]

    @property
    def text(self) -> str:
        """What stands between its tags."""
        return "".join(self.parts)

    @property
    def holds_data(self) -> bool:
        """Whether it is JSON or a piece of a React stream."""
        return "json" in self.kind or self.parts[0].startswith(FLIGHT)


class Page(NamedTuple):
    """The tree of a page and the data that its scripts carry.

    `regular`: nothing was left out, and it is small enough for libraries that set themselves no bounds.
    """

    root: Node
    scripts: list[Script]
    regular: bool


class _Builder:
    """Receives the events of the parser; elements beyond the bounds are left out, their text is kept."""

    def __init__(self) -> None:
        self.root = self._node = Node("", {}, None)
        self.scripts: list[Script] = []
        self.nodes = 0
        self.attributes = 0
        self.regular = True
        self._beyond = 0
        self._muted = 0
        self._depth = 0
        self._texts: list[str] = []
        self._script: Script | None = None

    def start(self, tag: str, attrib: dict[str, str]) -> None:
        if self._muted:
            self._muted += 1
        elif tag in _MUTE:
            self._mute(tag, attrib)
        elif self._depth == MAX_DEPTH or self.nodes == MAX_NODES:
            self._beyond += 1
            self.regular = False
            self._separate()
        else:
            self._push(tag, attrib)

    def _mute(self, tag: str, attrib: dict[str, str]) -> None:
        self._muted = 1
        if tag == "script" and "src" not in attrib:
            self._script = Script(attrib.get("type", "").lower(), attrib.get("id", ""), [])

    def _push(self, tag: str, attrib: dict[str, str]) -> None:
        if len(attrib) > MAX_ATTRIBUTES:
            attrib = {}
            self.regular = False
        self._end_text()
        node = Node(tag, attrib, self._node)
        self._node.children.append(node)
        self._node = node
        self._depth += 1
        self.nodes += 1
        self.attributes += len(attrib)

    def end(self, _tag: str) -> None:
        if self._muted:
            self._muted -= 1
            if not self._muted:
                self._end_script()
        elif self._beyond:
            self._beyond -= 1
            self._separate()
        elif self._node.parent is not None:
            self._end_text()
            self._node = self._node.parent
            self._depth -= 1

    def _end_script(self) -> None:
        wanted = self._script and self._script.parts and len(self.scripts) < MAX_SCRIPTS
        if self._script and wanted and self._script.holds_data:
            self.scripts.append(self._script)
        self._script = None

    def _separate(self) -> None:
        """Keep the texts of two left-out elements apart."""
        if not self._texts or self._texts[-1] is not _BREAK:
            self._texts.append(_BREAK)

    def _end_text(self) -> None:
        """One text between two elements, however many pieces it came in: a page of `<` comes in millions."""
        if self._texts:
            self._node.children.append("".join(self._texts))
            self._texts.clear()

    def data(self, text: str) -> None:
        if not self._muted:
            self._texts.append(text)
        elif self._script is not None:
            self._script.parts.append(text)

    @property
    def _modest(self) -> bool:
        return self.nodes <= REGULAR_NODES and self.attributes <= REGULAR_ATTRIBUTES

    def close(self) -> Page:
        self._end_text()
        return Page(self.root, self.scripts, self.regular and self._modest)


def printable(text: str) -> str:
    """The text without control characters, surrogates and non-characters; tab and line ends stay."""
    return _UNPRINTABLE.sub("", text)


def parse(html: str) -> Page:
    """Parse a page, or its first 4 million characters. Linear in its length; never raises."""
    parser = etree.HTMLParser(encoding="utf-8", target=_Builder())
    try:
        parser.feed(html[:MAX_CHARS].encode("utf-8", "ignore"))
        page = cast("Page", parser.close())
    except etree.XMLSyntaxError:  # no element at all
        return Page(Node("", {}, None), [], regular=False)
    return page._replace(regular=page.regular and len(html) <= REGULAR_CHARS)
