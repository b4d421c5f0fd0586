"""Which part of a page is the article, and which of its blocks a reader of the article reads.

1. Every block weighs as much as it has unlinked prose; the root is found by going down from the top as long as one
   child holds nearly all of it, then to the part that is named as an article's body.
2. Inside the root, what looks noisy or consists of links is left out, and so is what stands before the first and after
   the last paragraph.
3. The standfirst, which many pages keep outside, is put in front.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from monitor.extract.blocks import HEADINGS, Block, blocks_of
from monitor.extract.noise import names_of
from monitor.extract.title import letters
from monitor.extract.tree import Node

if TYPE_CHECKING:
    from collections.abc import Iterable

# Measured on 1,049 pages of two sets; each may move by a fifth without moving F1 by more than 0.002.
_MIN_PROSE = 40  # characters below which a block is no paragraph
_SURE_PROSE = 80  # characters from which it is one without the end of a sentence
_LINK_COST = 2.0  # what a linked character takes from the weight of its block
_NOISY_WEIGHT = 0.3  # weight of a block inside something that looks noisy
_DOMINANT = 0.85  # share of the weight that a child must hold to be gone down into
_NAMED_PART = 0.5  # share that a part named as the body must hold
_SMALL_PART = 0.05  # share below which a named part is not one of several
_TRUSTED = 0.5  # share of the page's weight above which a noisy element is the article after all
_TRUSTED_INSIDE = 0.35  # the same inside the root
_LINKED = 0.6  # share of linked characters above which a block is a list of links
_REPEATED = 30  # characters from which a repeated block is a copy for another screen size
_LABEL = 40  # characters up to which a block without the end of a sentence may be a heading
_CALL_LENGTH = 160  # characters up to which a call to follow the outlet is nothing else
_LEAD = 30  # characters that a standfirst has at least
_NEAR = 10  # blocks before the headline among which date and byline may stand

_BODY_ITEMS = frozenset({"articleBody", "reviewBody", "blogPost"})
_BODY_NAMES = re.compile(
    "article-?_*(?:body|text|content|copy|main)"
    "|(?:entry|post|story|news|blog|single|page|main|detail)[-_]*(?:body|text|content|article)"
    "|(?:^|[ _-])(?:body|text)[-_]?(?:copy|text|content)?(?:$|[ _])"
    "|content[-_]*(?:body|article|text)|rich-?text|wysiwyg|prose"
)
_LEAD_NAMES = re.compile(
    "lead|lede|standfirst|summary|sub-?title|sub-?head|subline|intro|(?:^|[-_ ])de(?:k|ck)(?:$|[-_ ])|excerpt|vorspann"
    "|chapo|descri|teaser|abstract|perex|anons|announce|preview"
)
_AD_LABEL = re.compile(
    "(?:advertise?ments?|реклама|рэклама|anzeige|werbung|publicidad|publicité|pubblicità)(?: ?[:.])?", re.IGNORECASE
)
# What the outlet, not the story, says: report a mistake, follow the channel. Such lines are short.
_CALL = re.compile(
    r"ctrl\s*\+\s*enter"
    r"|(?:подписыва|подпишит|падпіс|підпис|читайте нас|чытайце нас|subscribe|follow us|sign up).{0,60}"
    r"(?:telegram|телеграм|viber|youtube|facebook|twitter|google|канал|рассылк|розсилк|newsletter|e-?mail)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…:;»”\"')。！？]\W*$")


class Body(NamedTuple):
    """The blocks of the article in reading order, and the lines around its headline, where date and byline stand."""

    leads: list[Block]
    blocks: list[Block]
    near: list[Block]

    @property
    def text(self) -> str:
        """One paragraph a line."""
        return "\n".join(block.text for block in (*self.leads, *self.blocks))


def find_body(top: Node, title: str, summary: str) -> Body:
    """The article of a page, without blocks when it has no prose. `summary` is what the page says of itself."""
    every = blocks_of(top)
    trusted = _trusted(every)
    free = [block for block in every if trusted.issuperset(block.certain)]
    root = _root(free, top)
    chosen = _trimmed(_readable([block for block in free if _within(block.node, root)], root), title)
    if not chosen:
        return Body([], [], every[:_NEAR])
    first = next(index for index, block in enumerate(every) if block is chosen[0])
    start = _headline(every[:first], title)
    known = {block.text for block in chosen}
    leads = [block for block in _leads(every[start + 1 : first], summary) if block.text not in known]
    return Body(leads, chosen, every[max(0, (start if start >= 0 else first) - _NEAR) : first + 1])


def _weight(block: Block) -> float:
    prose = block.prose
    if prose < _MIN_PROSE or block.tag in HEADINGS:
        return 0.0
    return max(0.0, prose * (1 - _LINK_COST * block.linked / len(block.text)))


def _weights(blocks: Iterable[Block], noisy: float = 1.0) -> dict[Node, float]:
    """The weight of each element: that of all blocks inside it."""
    weights: dict[Node, float] = defaultdict(float)
    for block in blocks:
        weight = _weight(block) * (noisy if block.likely else 1.0)
        if weight:
            for node in block.node.ancestors():
                weights[node] += weight
    return weights


def _trusted(blocks: list[Block]) -> set[Node]:
    """Elements that their names call noise although most of the page's prose is inside."""
    weights: dict[Node, float] = defaultdict(float)
    total = 0.0
    for block in blocks:
        weight = _weight(block)
        total += weight
        for node in block.certain:
            weights[node] += weight
    return {node for node, weight in weights.items() if weight > _TRUSTED * total}


def _root(blocks: list[Block], top: Node) -> Node:
    weights = _weights(blocks, _NOISY_WEIGHT)
    node = top
    while weights[node]:
        bound = _DOMINANT * weights[node]
        inner = next((one for one in node.children if isinstance(one, Node) and weights.get(one, 0.0) >= bound), None)
        if inner is not None and inner.tag in {"p", "td", "li"}:
            break
        inner = inner or _named_part(node, weights)
        if inner is None:
            break
        node = inner
    return node


def _named_part(node: Node, weights: dict[Node, float]) -> Node | None:
    """The element below that is named as the body of an article, or the one that holds all parts of the same name."""
    bound = _SMALL_PART * weights[node]
    named = [one for one in node.walk() if one is not node and weights.get(one, 0.0) > bound and _is_body(one)]
    if not named:
        return None
    best = max(named, key=weights.__getitem__)
    parts = [best, *_alike(best, named)]
    if sum(weights[part] for part in parts) < _NAMED_PART * weights[node]:
        return None
    if len(parts) == 1:
        return best
    common = next(one for one in best.ancestors() if all(_within(part, one) for part in parts))
    return None if common is node else common


def _alike(best: Node, named: list[Node]) -> list[Node]:
    names = best.attrib.get("class")
    around = set(best.ancestors())
    alike: list[Node] = []
    for one in named if names else ():
        apart = one not in around and not any(_within(one, part) for part in (best, *alike))
        if apart and one.tag == best.tag and one.attrib.get("class") == names:
            alike.append(one)
    return alike


def _is_body(node: Node) -> bool:
    if node.tag == "article" or node.attrib.get("itemprop") in _BODY_ITEMS:
        return True
    names = names_of(node)
    return bool(names and _BODY_NAMES.search(names))


def _within(node: Node, root: Node) -> bool:
    return any(one is root for one in node.ancestors())


def _readable(blocks: list[Block], root: Node) -> list[Block]:
    """The blocks of the root without noise, lists of links, their headings, advertising labels and copies."""
    weights = _weights(blocks)
    bound = _TRUSTED_INSIDE * weights[root]
    around = set(root.ancestors())
    kept: list[Block] = []
    seen: set[str] = set()
    for block in blocks:
        copy = len(block.text) > _REPEATED and block.text in seen
        noisy = any(node not in around and weights[node] <= bound for node in block.likely)
        if copy or noisy or _says_nothing(block):
            continue
        seen.add(block.text)
        if block.linked > _LINKED * len(block.text):
            while kept and _announces(kept[-1]):
                kept.pop()
            continue
        kept.append(block)
    return kept


def _says_nothing(block: Block) -> bool:
    """An advertising label, a call to follow the outlet, or a clock or number that stands alone outside a table."""
    if len(block.text) <= _CALL_LENGTH and _CALL.search(block.text):
        return True
    if block.tag == "td" or any(map(str.isalpha, block.text)):
        return bool(_AD_LABEL.fullmatch(block.text))
    return True


def _announces(block: Block) -> bool:
    """Whether a block is the heading of what follows: of a list of links, it goes with them."""
    return block.tag in HEADINGS or (len(block.text) <= _LABEL and not block.text.endswith((".", "!", "?", "…")))


def _trimmed(blocks: list[Block], title: str) -> list[Block]:
    """From the first to the last paragraph, without the headline."""
    headline = letters(title)
    blocks = [block for block in blocks if block.tag != "h1" and letters(block.text) != headline]
    paragraphs = [index for index, block in enumerate(blocks) if _is_paragraph(block)]
    return blocks[paragraphs[0] : paragraphs[-1] + 1] if paragraphs else blocks


def _is_paragraph(block: Block) -> bool:
    return _weight(block) > 0 and (block.prose >= _SURE_PROSE or bool(_SENTENCE_END.search(block.text)))


def _headline(blocks: list[Block], title: str) -> int:
    """Where the headline stands among the blocks before the text; -1 when it does not."""
    wanted = letters(title)
    last = -1
    for index, block in enumerate(blocks):
        if block.tag in HEADINGS and wanted and letters(block.text) == wanted:
            return index
        if block.tag == "h1":
            last = index
    return last


def _leads(blocks: list[Block], summary: str) -> list[Block]:
    """The standfirst between headline and text: what the summary of the page says, or what is named as one."""
    wanted = letters(summary)
    beginning = wanted[:50]
    found = []
    for block in blocks:
        if len(block.text) < _LEAD or block.linked > len(block.text) / 2:
            continue
        said = letters(block.text)
        summed_up = len(beginning) > _LEAD / 2 and (beginning in said or said in wanted)
        if summed_up or (not block.certain and not block.likely and _is_paragraph(block) and _named_lead(block.node)):
            found.append(block)
    return found


def _named_lead(node: Node) -> bool:
    return bool(_LEAD_NAMES.search(f"{names_of(node)} {node.attrib.get('itemprop', '')}"))
