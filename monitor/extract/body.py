"""Which part of a page is the article, and which of its blocks a reader of the article reads."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from monitor.extract.tree import Node, printable

if TYPE_CHECKING:
    from collections.abc import Iterable

_BLOCKS = frozenset(
    "html body main article section header footer nav aside div p ul ol li dl dt dd h1 h2 h3 h4 h5 h6 table thead tbody"
    " tfoot tr td th caption blockquote pre br hr figure figcaption form fieldset address details summary center".split()
)
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_JUNK_TAGS = frozenset("nav aside footer form button figcaption label menu dialog amp-ad".split())
_JUNK_ROLES = frozenset("navigation complementary contentinfo banner search dialog alertdialog menu menubar toolbar".split())
_STRONG = re.compile(
    "comment(?!ar)|disqus|newsletter|breadcrumb|outbrain|taboola|social|sharing|pagination|read-?also"
    "|related|recommend|see-?also|copyright|most-?read|most-?popular|trending|teaser|pop-?up|sr-only|visually-?hidden"
    "|screen-reader|offscreen|signup|sign-up|subscri|slideshow|carousel|readnext|read-?next|more-?from"
)
_CONSENT = re.compile("cookie[-_]?(?:banner|consent|notice|bar|law|policy|pop|modal|message|info|dialog|wall)|consent|gdpr|onetrust")
_CONCEALED = frozenset({"hidden", "hide", "is-hidden", "visually-hidden", "sr-only"})
_AD_LABEL = re.compile("(?:advertise?ments?|реклама|рэклама|anzeige|werbung|publicidad|publicité|pubblicità)(?: ?[:.])?", re.IGNORECASE)
_FOLDED = re.compile("(?i)accordion|collaps|toggle|panel|expand|faq|answer")
_SOFT = re.compile(
    "side-?bar|recommend|promo|sponsor|advert|banner|footer|caption|byline|read-?more|modal|toolbar|login"
    "|navigation|navbar|gallery|author|biography|popular|top-?stories|article-?list|disclaimer|share"
)
_SOFT_WORDS = frozenset(
    "ad ads adv nav menu tags tagcloud topics keywords credit credits bio date dateline timestamp tools"
    " rating ratings vote votes noprint tooltip dropdown search meta postmeta embed".split()
)
_LAYOUT = re.compile("^(?:has|with|no|without)[-_A-Z]|grid|layout|(?:^|[-_])(?:content|wrap|wrapper|container|inner)(?:$|[-_])")
_BODY_HINT = re.compile(
    "article-?_*(?:body|text|content|copy|main)|(?:entry|post|story|news|blog|single|page|main|detail)[-_]*(?:body|text|content|article)"
    "|(?:^|[ _-])(?:body|text)[-_]?(?:copy|text|content)?(?:$|[ _])|content[-_]*(?:body|article|text)|richtext|rich-text|wysiwyg|prose"
)
_WORDS = re.compile(r"[a-z0-9]+")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")


class Block(NamedTuple):
    """A run of text between two block borders."""

    text: str
    linked: int  # characters of it that are inside links
    node: Node  # the block element around it
    tag: str  # heading tag, "li", "p" or the tag of `node`
    strong: tuple[Node, ...]  # the elements around it that are certainly no article
    soft: tuple[Node, ...]  # the elements around it that look like something else than an article


@lru_cache(maxsize=4096)
def _looks_junk(names: str) -> int:
    level = 0
    for name in names.split():
        if ":" in name or "[" in name or _LAYOUT.search(name):
            continue
        if name in _CONCEALED:
            return 2
        if _CONSENT.search(name):
            return 3
        if _STRONG.search(name):
            return 2
        if _SOFT.search(name) or (not _SOFT_WORDS.isdisjoint(_WORDS.findall(name)) and 'label' not in name):
            level = 1
    return level


def _junk_level(node: Node) -> int:
    get = node.attrib.get
    if node.tag in _JUNK_TAGS or get("role") in _JUNK_ROLES:
        return 2
    if "hidden" in node.attrib and not get("id", "").startswith("S:"):
        return 2
    style = get("style")
    names = f"{get('class', '')} {get('id', '')}"
    if style and _HIDDEN.search(style) and not _FOLDED.search(names):
        return 2
    level = _looks_junk(names[:300].lower()) if len(names) > 1 and node.tag not in {"html", "body", "main"} else 0
    if node.tag == "article":
        return min(level, 1)
    return 1 if node.tag == "figure" and not level and "table" not in names and "quote" not in names.lower() else level


class _Reader:
    """Cuts a tree into blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._parts: list[str] = []
        self._linked = 0
        self._links = 0

    def read(self, node: Node, strong: tuple[Node, ...] = (), soft: tuple[Node, ...] = (), tag: str = "") -> None:
        block = node.tag in _BLOCKS or "-" in node.tag
        level = _junk_level(node)
        if level == 3:
            return
        if level == 2:
            strong = (*strong, node)
        elif level == 1:
            soft = (*soft, node)
        if block:
            tag = node.tag if node.tag in _HEADINGS or node.tag in {"li", "p", "td", "dd", "dt"} else tag
        self._links += node.tag == "a"
        holder = node
        for child in node.children:
            if isinstance(child, str):
                self._parts.append(child)
                if self._links:
                    self._linked += len(child)
            elif child.tag in _BLOCKS or "-" in child.tag:
                self._flush(holder, strong, soft, tag)
                self.read(child, strong, soft, tag)
                self._flush(child, strong, soft, tag)
            else:
                self.read(child, strong, soft, tag)
        self._links -= node.tag == "a"
        if block:
            self._flush(holder, strong, soft, tag)

    def _flush(self, node: Node, strong: tuple[Node, ...], soft: tuple[Node, ...], tag: str) -> None:
        if self._parts:
            text = " ".join(printable("".join(self._parts)).split())
            if text:
                self.blocks.append(Block(text, min(self._linked, len(text)), node, tag or node.tag, strong, soft))
            self._parts = []
            self._linked = 0


def blocks_of(root: Node) -> list[Block]:
    reader = _Reader()
    reader.read(root)
    return reader.blocks


def _size(text: str) -> int:
    """Length in characters, an ideograph or kana counting for two and a half."""
    if text.isascii() or max(text) < "\u3040":
        return len(text)
    return len(text) + 3 * sum("\u3040" <= char <= "\ud7a3" for char in text) // 2


def _mass(block: Block) -> float:
    size = _size(block.text)
    if size < 40 or block.tag in _HEADINGS:
        return 0.0
    return max(0.0, size - 2.0 * block.linked * size / len(block.text))


def exonerated(blocks: list[Block]) -> set[int]:
    mass: dict[int, float] = defaultdict(float)
    total = 0.0
    for block in blocks:
        weight = _mass(block)
        total += weight
        for node in block.strong:
            mass[id(node)] += weight
    return {key for key, value in mass.items() if value > 0.5 * total}


def _masses(blocks: Iterable[Block], soft: float = 1.0) -> dict[Node, float]:
    mass: dict[Node, float] = defaultdict(float)
    for block in blocks:
        weight = _mass(block) * (soft if block.soft else 1.0)
        if weight:
            for node in block.node.ancestors():
                mass[node] += weight
    return mass


def _hinted(node: Node) -> bool:
    if node.attrib.get("itemprop") in {"articleBody", "reviewBody", "blogPost"}:
        return True
    names = f"{node.attrib.get('class', '')} {node.attrib.get('id', '')}"
    return node.tag == "article" or (len(names) > 1 and bool(_BODY_HINT.search(names[:300].lower())))


def _hinted_part(node: Node, mass: dict[Node, float]) -> Node | None:
    hinted = [one for one in node.walk() if one is not node and mass.get(one, 0.0) > 0.05 * mass[node] and _hinted(one)]
    if not hinted:
        return None
    best = max(hinted, key=mass.__getitem__)
    names = best.attrib.get("class")
    above = set(best.ancestors())
    group = [best]
    if names:
        for one in hinted:
            if one.attrib.get("class") == names and one.tag == best.tag and not any(a in group for a in one.ancestors()) and one not in above:
                group.append(one)
    if sum(map(mass.__getitem__, group)) < 0.5 * mass[node]:
        return None
    if len(group) == 1:
        return best
    common = next(a for a in best.ancestors() if all(_inside(one, a) for one in group))
    return None if common is node else common


def article_root(blocks: list[Block], top: Node) -> Node:
    mass = _masses(blocks, 0.3)
    node = top
    while mass[node]:
        children = [child for child in node.children if isinstance(child, Node) and mass.get(child, 0.0) >= 0.85 * mass[node]]
        if children and children[0].tag in ("p", "td", "li"):
            break
        if not children:
            part = _hinted_part(node, mass)
            if part is None:
                break
            children = [part]
        node = children[0]
    return node


def _inside(node: Node, root: Node) -> bool:
    return any(one is root for one in node.ancestors())


_SENTENCE = re.compile(r"[.!?…:;»”\"')。！？]\W*$")


def _chosen(inner: list[Block], root: Node, free: set[int], title: str) -> list[Block]:
    mass = _masses(inner)
    above = set(root.ancestors())
    bound = 0.35 * mass[root]
    kept: list[Block] = []
    seen: set[str] = set()
    for block in inner:
        if any(id(node) not in free for node in block.strong):
            continue
        if _AD_LABEL.fullmatch(block.text):
            continue
        if len(block.text) > 30:
            if block.text in seen:
                continue
            seen.add(block.text)
        if any(node not in above and mass[node] <= bound for node in block.soft):
            continue
        if block.linked > 0.6 * len(block.text):
            while kept and kept[-1].tag in _HEADINGS:
                kept.pop()
            continue
        kept.append(block)
    return _trimmed(kept, title)


def _good(block: Block) -> bool:
    return _mass(block) > 0 and (_size(block.text) >= 80 or bool(_SENTENCE.search(block.text)))


def _trimmed(kept: list[Block], title: str) -> list[Block]:
    known = _plain(title)
    kept = [block for block in kept if block.tag != "h1" and _plain(block.text) != known]
    good = [index for index, block in enumerate(kept) if _good(block)]
    if not good:
        return kept
    start, end = good[0], good[-1] + 1
    return kept[start:end]


def _plain(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


_LEAD = re.compile(
    "lead|lede|standfirst|summary|sub-?title|sub-?head|subline|intro|(?:^|[-_ ])de(?:k|ck)(?:$|[-_ ])|excerpt|vorspann|chapo"
    "|descri|teaser|abstract|perex|anons|announce|preview"
)


def _headline(blocks: list[Block], title: str, end: int) -> int:
    known = _plain(title)
    first = -1
    for index, block in enumerate(blocks[:end]):
        if block.tag in _HEADINGS and known and _plain(block.text) == known:
            return index
        if block.tag == "h1":
            first = index
    return first


def _leads(blocks: list[Block], start: int, end: int, description: str) -> list[Block]:
    wanted = _plain(description)[:50]
    found = []
    for block in blocks[start:end]:
        if len(block.text) < 30 or 2 * block.linked > len(block.text):
            continue
        plain = _plain(block.text)
        if len(wanted) > 20 and (wanted in plain or (len(plain) > 20 and plain in _plain(description))):
            found.append(block)
        elif not block.strong and not block.soft and _named(block, _LEAD) and _good(block):
            found.append(block)
    return found


def _named(block: Block, pattern: re.Pattern[str]) -> bool:
    node = block.node
    return bool(pattern.search(f"{node.attrib.get('class', '')} {node.attrib.get('itemprop', '')}".lower()))


def article_text(top: Node, title: str = "", description: str = "") -> str:
    everything = blocks_of(top)
    free = exonerated(everything)
    blocks = [block for block in everything if all(id(node) in free for node in block.strong)]
    root = article_root(blocks, top)
    inner = [block for block in blocks if _inside(block.node, root)]
    chosen = _chosen(inner, root, free, title)
    if chosen:
        end = everything.index(chosen[0])
        start = _headline(everything, title, end) + 1
        known = {block.text for block in chosen}
        chosen = [block for block in _leads(everything, start, end, description) if block.text not in known] + chosen
    return "\n".join(block.text for block in chosen)
