"""YAML as a tree of nodes that know where they stand in the file.

Every scalar stays the text it is: `no` is Norwegian, `12:30:45` is a word. Nothing is ever constructed from a tag.
Duplicate keys, tags, tabs, control characters and aliases that unfold too far are mistakes of the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml

from monitor.errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Data: TypeAlias = "dict[str, Data] | list[Data] | str | None"
Loc: TypeAlias = "tuple[str | int, ...]"

MAX_BYTES = 10_000_000
MAX_DEPTH = 50
MAX_UNFOLDED = 10_000  # values that aliases may add; a term list shared by a hundred rules stays far below
MAX_EXCERPT = 300  # characters before the place of a mistake, and after it

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TEXT_TAGS = frozenset({None, "!", "tag:yaml.org,2002:str"})
_LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_TAB_INDENT = re.compile(r"^ *\t[\t ]*(?=[^\s#])", re.MULTILINE)
# The C scanner is ten times as fast and raises the same error types; a PyYAML built without it has only the other.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Pieces of a scalar as it is written, in step with the characters of its value that are not blank.
_QUOTED_PIECE = {'"': re.compile(r'\\["\\/]|[^\s\\]'), "'": re.compile(r"''|[^\s']")}
_PLAIN_PIECE = re.compile(r"\S")
_SCALAR_HEAD = re.compile(r"(?:[&!]\S*\s+)*(?:[|>][^\n\r]*|[\"'])?")

# What libyaml or PyYAML say, and what a person can do about it.
_HINTS = (
    ("mapping values are not allowed", "a second ': ' in one value: put the value in quotes, or indent the line"),
    ("expected alphabetic or numeric character", "a value that begins with * or & stands in quotes"),
    ("cannot start any token", "a value that begins with this character stands in quotes"),
    ("',' or ']'", "a list in [ ] is not closed, or a comma is missing"),
    ("',' or '}'", "a mapping in { } is not closed, or a comma is missing"),
    ("end of stream", "a quotation mark is not closed"),
    ("expected key", "the indentation differs from the lines above, or a ':' is missing"),
    ("block end", "the indentation differs from the lines above"),
    ("could not find expected ':'", "a key needs ':' after it, or the line above is not finished"),
    ("sequence entries are not allowed", "'- ' begins a list on a line of its own"),
)


@dataclass(slots=True, eq=False)
class Node:
    """One value of the file. Line and column count from 1; `size` is the number of values it unfolds to."""

    line: int
    column: int
    content: dict[str, tuple[Node, Node]] | list[Node] | str | None = None
    style: str = ""
    size: int = 1
    open: bool = False

    def data(self) -> Data:
        """The bare value, without positions."""
        if isinstance(self.content, dict):
            return {name: value.data() for name, (_, value) in self.content.items()}
        if isinstance(self.content, list):
            return [value.data() for value in self.content]
        return self.content


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed file: `data` is dict, list, str or None all the way down; `position` says where each value stands.

    `problems` are mistakes that did not keep the rest from being read (a duplicate key, a tag, an alias); whoever
    checks the tree reports them with its own, so that one run shows all.
    """

    path: str
    lines: tuple[str, ...]
    root: Node
    data: Data
    problems: tuple[Problem, ...] = ()

    def position(self, loc: Loc, *, key: bool = False, offset: int | None = None) -> tuple[int, int]:
        """Line and column of the value at `loc`, or of its key; of the nearest value above where `loc` leads nowhere.

        `offset` is a place inside a scalar's text, found again in the file through folding and quotation marks.
        """
        name, node = self._find(loc)
        if key and name is not None:
            return name.line, name.column
        if offset is not None and isinstance(node.content, str) and node.content.strip():
            return self._inside(node, offset)
        return node.line, node.column

    def problem(
        self, loc: Loc, message: str, hint: str = "", *, key: bool = False, offset: int | None = None
    ) -> Problem:
        """A Problem at `loc`, with the line of the file."""
        line, column = self.position(loc, key=key, offset=offset)
        return self.problem_at(line, column, message, hint)

    def problem_at(self, line: int, column: int, message: str, hint: str = "") -> Problem:
        """A Problem at a place that was found before."""
        return Problem(self.path, line, column, message, hint, _excerpt(self.lines, line, column))

    def value(self, loc: Loc) -> Data:
        """The bare value at `loc`; None where there is none."""
        value = self.data
        for step in loc:
            if isinstance(value, dict) and isinstance(step, str):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return None
        return value

    def keys(self, loc: Loc) -> tuple[str, ...]:
        """The keys of the mapping at `loc`; none where there is no mapping."""
        value = self.value(loc)
        return tuple(value) if isinstance(value, dict) else ()

    def entries(self, loc: Loc) -> tuple[Loc, ...]:
        """Where the entries of the list at `loc` stand; `loc` itself where one value stands without brackets."""
        value = self.value(loc)
        if isinstance(value, list):
            return tuple((*loc, index) for index in range(len(value)))
        return () if value is None else (loc,)

    def _find(self, loc: Loc) -> tuple[Node | None, Node]:
        name, node = None, self.root
        for step in loc:
            if isinstance(node.content, dict) and step in node.content:
                name, node = node.content[str(step)]
            elif isinstance(node.content, list) and isinstance(step, int) and step < len(node.content):
                name, node = None, node.content[step]
            else:
                break
        return name, node

    def _inside(self, node: Node, offset: int) -> tuple[int, int]:
        assert isinstance(node.content, str)  # noqa: S101 - the only caller has looked
        wanted, total = (sum(not char.isspace() for char in text) for text in (node.content[:offset], node.content))
        rest = self.lines[node.line - 1][node.column - 1 :]
        raw = "\n".join((rest, *self.lines[node.line : node.line + node.content.count("\n") + len(node.content)]))
        head = _SCALAR_HEAD.match(raw)
        start = head.end() if head else 0
        place = start
        for count, piece in enumerate(_QUOTED_PIECE.get(node.style, _PLAIN_PIECE).finditer(raw, start)):
            place = piece.start() if count == wanted else piece.end()
            if count == min(wanted, total - 1):
                break
        line_feeds = raw.count("\n", 0, place)
        column = place - raw.rfind("\n", 0, place) if line_feeds else node.column + place
        return node.line + line_feeds, column


def read(path: Path, *, shown: str | None = None) -> Tree:
    """The tree of a file in UTF-8, at most 10 MB. `shown` replaces the path in messages. Raises ConfigError."""
    name = shown or str(path)
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(
            [Problem(name, 1, 1, "there is no such file", f"create it, or check the path {path}")]
        ) from None
    except OSError as error:
        raise ConfigError([Problem(name, 1, 1, f"cannot be read: {error.strerror}")]) from error
    if len(body) > MAX_BYTES:
        raise ConfigError([Problem(name, 1, 1, f"the file has {len(body):,} bytes; {MAX_BYTES:,} are allowed")])
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError([_not_utf8(name, body, error.start)]) from None
    return parse(text, name)


def parse(text: str, path: str) -> Tree:
    """The tree of one YAML document whose root is a mapping. Raises ConfigError where nothing sensible can be read.

    A null or empty scalar is None, an empty document an empty mapping.
    """
    text = text.removeprefix("\ufeff")
    lines = tuple(_LINE_BREAK.split(text))
    if forbidden := list(_forbidden_characters(text, path, lines)):
        raise ConfigError(forbidden)
    builder = _Builder(path, lines)
    root = builder.build(text)
    if root.content is None:
        root.content = {}
    if not isinstance(root.content, dict):
        builder.report(root.line, root.column, "the file must be a mapping: lines of `key: value`")
    if builder.broken or not isinstance(root.content, dict):
        raise ConfigError(builder.problems)
    return Tree(path, lines, root, root.data(), tuple(builder.problems))


@dataclass(slots=True)
class _Builder:
    """Builds nodes from the events of the parser, so that nothing recurses and nothing unfolds."""

    path: str
    lines: tuple[str, ...]
    problems: list[Problem] = field(default_factory=list)
    anchors: dict[str, Node] = field(default_factory=dict)
    unfolded: int = 0
    broken: bool = False

    def build(self, text: str) -> Node:
        """The root node; what is wrong is in `problems`, and `broken` when it ends the reading."""
        document: list[Node] = []
        nested: list[tuple[Node, list[Node]]] = [(Node(1, 1), document)]
        try:
            for event in yaml.parse(text, Loader=_LOADER):
                if isinstance(event, yaml.CollectionEndEvent):
                    self._close(*nested.pop())
                elif isinstance(event, yaml.NodeEvent):
                    node = self._node(event)
                    nested[-1][1].append(node)
                    if isinstance(event, yaml.CollectionStartEvent):
                        nested.append((node, []))
                    if mistake := _too_much(len(nested), len(document)):
                        self.report(node.line, node.column, *mistake)
                        self.broken = True
                        break
        except yaml.MarkedYAMLError as error:
            self._refuse_syntax(text, error)
            self.broken = True
        return document[0] if document else Node(1, 1, {})

    def report(self, line: int, column: int, message: str, hint: str = "") -> None:
        self.problems.append(Problem(self.path, line, column, message, hint, _excerpt(self.lines, line, column)))

    def _node(self, event: yaml.NodeEvent) -> Node:
        line, column = _place(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(str(event.anchor), line, column)
        if getattr(event, "tag", None) not in _TEXT_TAGS:
            self.report(line, column, "a tag (!...) is not allowed", "write the bare value: every scalar is text here")
        node = Node(line, column)
        if isinstance(event, yaml.ScalarEvent):
            node.style = event.style or ""
            null = not node.style and event.value in _NULLS
            node.content = None if null else event.value
        else:
            node.content = {} if isinstance(event, yaml.MappingStartEvent) else []
            node.open = True
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def _alias(self, name: str, line: int, column: int) -> Node:
        node = self.anchors.get(name)
        if node is None:
            self.report(line, column, f"unknown alias *{name}", "text that begins with * stands in quotes")
        elif node.open:
            self.report(line, column, f"the alias *{name} stands inside the value it repeats")
        elif self.unfolded <= MAX_UNFOLDED:
            self.unfolded += node.size
            if self.unfolded <= MAX_UNFOLDED:
                return node
            self.report(line, column, f"aliases unfold to more than {MAX_UNFOLDED:,} values")
        return Node(line, column)

    def _close(self, node: Node, children: list[Node]) -> None:
        node.open = False
        node.size += sum(child.size for child in children)
        if isinstance(node.content, dict):
            self._fill(node.content, children)
        else:
            node.content = children

    def _fill(self, content: dict[str, tuple[Node, Node]], children: list[Node]) -> None:
        for key, value in zip(children[::2], children[1::2], strict=True):
            if not isinstance(key.content, str):
                self.report(
                    key.line, key.column, "a key must be a word", "$name and other values stand in [ ], not in { }"
                )
            elif key.content in content:
                first = content[key.content][0].line
                self.report(key.line, key.column, f"duplicate key {key.content!r}", f"the first is in line {first}")
            else:
                content[key.content] = (key, value)

    def _refuse_syntax(self, text: str, error: yaml.MarkedYAMLError) -> None:
        tabs = list(_TAB_INDENT.finditer(text)) if "tab" in str(error) or r"\t" in str(error) else []
        for tab in tabs:
            line = len(_LINE_BREAK.findall(text, 0, tab.start())) + 1
            self.report(line, 1, "a tab indents this line", "YAML wants spaces")
        mark = error.problem_mark or error.context_mark
        if not tabs and mark is not None:
            said = f"{error.context}: {error.problem}" if error.context else str(error.problem)
            hint = next((hint for part, hint in _HINTS if part in str(error.problem)), "")
            line, column = _place(mark)
            if line > len(self.lines):  # the scanner sees one more line end
                line, column = len(self.lines), len(self.lines[-1]) + 1
            self.report(line, column, f"not YAML: {said}", hint)


def _excerpt(lines: tuple[str, ...], line: int, column: int) -> str:
    """The line for people to look at; none where it is too long to be drawn with a caret."""
    if line > len(lines) or column > MAX_EXCERPT:
        return ""
    return lines[line - 1][: column + MAX_EXCERPT]


def _too_much(depth: int, documents: int) -> tuple[str, str] | None:
    if documents > 1:
        return "a second document begins here", "keep everything in one, without ---"
    return (f"nested deeper than {MAX_DEPTH} levels", "is a bracket not closed?") if depth > MAX_DEPTH else None


def _place(mark: Any) -> tuple[int, int]:
    """Line and column from 1; the marks of the two scanners share no type."""
    return mark.line + 1, mark.column + 1


def _forbidden_characters(text: str, path: str, lines: tuple[str, ...]) -> Iterator[Problem]:
    if not _NOT_YAML.search(text):
        return
    for number, line in enumerate(lines, 1):
        excerpt = _NOT_YAML.sub("\ufffd", line)
        for found in _NOT_YAML.finditer(line):
            message = f"the character U+{ord(found[0]):04X} is not allowed"
            yield Problem(path, number, found.start() + 1, message, "delete it", excerpt)


def _not_utf8(name: str, body: bytes, start: int) -> Problem:
    before = body[:start].decode("utf-8-sig", errors="replace")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return Problem(name, line, column, "the file is not UTF-8 from here on", "save it as UTF-8")
