"""What an element's tag, role, style and class names say about it being no part of an article.

The words are those that page builders, themes and newsrooms name their parts with. They are general: none stands for
one site, and none is believed when most of the article turns out to be inside (`monitor.extract.body`).
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.extract.tree import Node


class Noise(IntEnum):
    """How sure it is that an element is not article text."""

    NONE = 0
    LIKELY = 1
    CERTAIN = 2
    NEVER = 3  # a consent dialog: not even the only text of a page


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TAGS = _words("nav aside footer form button figcaption label menu dialog amp-ad")
_ROLES = _words("navigation complementary contentinfo banner search dialog alertdialog menu menubar toolbar")
_PAGE = _words("html body main")

_CERTAIN = re.compile(
    "comment(?!ar)|disqus|newsletter|breadcrumb|outbrain|taboola|social|sharing|pagination|read-?also"
    "|related|recommend|see-?also|copyright|most-?read|most-?popular|trending|teaser|pop-?up|sr-only|visually-?hidden"
    "|screen-reader|offscreen|signup|sign-up|subscri|slideshow|carousel|read-?next|more-?from|twitter-tweet|instagram-media|tiktok-embed"
)
_CONSENT = re.compile(
    "cookie[-_]?(?:banner|consent|notice|bar|law|policy|pop|modal|message|info|dialog|wall)|consent|gdpr|onetrust"
)
_CONCEALED = _words("hidden hide is-hidden visually-hidden sr-only")
_LIKELY = re.compile(
    "side-?bar|promo|sponsor|advert|banner|footer|caption|byline|read-?more|modal|toolbar|login"
    "|navigation|navbar|gallery|author|biography|popular|top-?stories|article-?list|disclaimer|share"
)
_LIKELY_WORDS = _words(
    "ad ads adv nav menu tags tagcloud topics keywords credit credits bio date dateline timestamp tools"
    " rating ratings vote votes noprint tooltip dropdown search meta postmeta"
)
# A name that places other things (`has-sidebar`, `footer-grid`) says nothing about what is inside.
_LAYOUT = re.compile(
    "^(?:has|with|no|without)[-_]|grid|layout|(?:^|[-_])(?:content|wrap|wrapper|container|inner)(?:$|[-_])"
)
_WORD = re.compile(r"[a-z0-9]+")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
_FOLDED = re.compile("accordion|collaps|toggle|panel|expand|faq|answer")  # text that a click shows
_STREAMED = "S:"  # React sends late parts of a page hidden, under such ids, and moves them into place


def noise(node: Node) -> Noise:
    """How sure it is, by the element alone, that it holds no article text."""
    tag, attrib = node.tag, node.attrib
    if tag in _TAGS or attrib.get("role") in _ROLES:
        return Noise.CERTAIN
    names = names_of(node)
    if _hidden(attrib, names):
        return Noise.CERTAIN
    level = _by_names(names) if names and tag not in _PAGE else Noise.NONE
    if tag == "article":
        return min(level, Noise.LIKELY)
    if tag == "figure" and "table" not in names and "quote" not in names:
        return max(level, Noise.LIKELY)
    return level


def names_of(node: Node) -> str:
    """Class names and id, in lower case; the first 300 characters."""
    attrib = node.attrib
    return f"{attrib.get('class', '')} {attrib.get('id', '')}"[:300].lower().strip()


def _hidden(attrib: dict[str, str], names: str) -> bool:
    if "hidden" in attrib and not attrib.get("id", "").startswith(_STREAMED):
        return True
    style = attrib.get("style")
    return bool(style and _HIDDEN.search(style[:300]) and not _FOLDED.search(names))


@lru_cache(maxsize=4096)
def _by_names(names: str) -> Noise:
    return max(map(_by_name, names.split()), default=Noise.NONE)


def _by_name(name: str) -> Noise:
    if ":" in name or "[" in name or _LAYOUT.search(name):
        return Noise.NONE
    if _CONSENT.search(name):
        return Noise.NEVER
    if name in _CONCEALED or _CERTAIN.search(name):
        return Noise.CERTAIN
    if _LIKELY.search(name) or ("label" not in name and not _LIKELY_WORDS.isdisjoint(_WORD.findall(name))):
        return Noise.LIKELY
    return Noise.NONE
