"""The headline of a page, by a vote among the places that state it."""

from __future__ import annotations

import re
from collections import defaultdict
from html import unescape
from typing import TYPE_CHECKING

from monitor.extract.head import MAX_TITLE
from monitor.urls import host

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.extract.head import Head
    from monitor.extract.linked import Linked
    from monitor.extract.tree import Node

_SEPARATOR = re.compile(r"\s+[|–—·•»:/-]+\s+|\s*[|ㅣ]\s*")
_MIN_HEADLINE = 15  # characters
# Votes of each place: a headline that two of them agree on wins. Measured on 1,049 pages; small changes change little.
_FIRST_H1, _OTHER_H1, _SHARED, _TWEETED, _WINDOW, _LINKED = 1.2, 0.9, 1.0, 0.3, 0.1, 1.6


def headline(head: Head, linked: Linked, url: str) -> str:
    """The headline without the name of the site; empty when the page states none."""
    window = next(iter(head.titles), "")
    headings = _texts(head.headings) or [text for text in _texts(head.subheadings) if _titles(text, window)]
    bare = _Bare(headings, (head.site, linked.publisher, host(url).removeprefix("www.").rpartition(".")[0]))
    stated = [
        (_SHARED, bare(head.first(("og:title", "dc.title", "title")))),
        (_LINKED, bare(unescape(linked.headline))),
        *((_OTHER_H1 if index else _FIRST_H1, text) for index, text in enumerate(headings)),
        (_WINDOW, bare(window)),
        (_TWEETED, bare(head.first(("twitter:title",)))),
    ]
    votes: dict[str, float] = defaultdict(float)
    for weight, text in dict.fromkeys(stated):
        votes[letters(text)] += weight
    votes.pop("", None)
    if not votes:
        return next((text for _, text in stated if text), "")
    winner = max(votes, key=votes.__getitem__)
    return next(text for _, text in stated if letters(text) == winner)


def site_name(window: str, title: str) -> str:
    """The name of the site in the title of the window: what follows the headline; empty when nothing does."""
    wanted = letters(title)
    for mark in _SEPARATOR.finditer(window):
        if wanted and letters(window[: mark.start()]) == wanted:
            return _SEPARATOR.split(window[mark.end() :])[-1].strip()
    return ""


def _texts(nodes: Iterable[Node]) -> list[str]:
    return [text for text in (node.text()[:MAX_TITLE] for node in nodes) if text]


def _titles(text: str, window: str) -> bool:
    """Whether a heading is the headline of a page that has no h1: the window has it in its title."""
    return len(text) >= _MIN_HEADLINE and letters(text) in letters(window)


def letters(text: str) -> str:
    """Letters and digits alone, in lower case: what two spellings of a title have in common."""
    return "".join(character for character in text.lower() if character.isalnum())


class _Bare:
    """Takes the name of the site off a title."""

    def __init__(self, headings: Iterable[str], sites: Iterable[str]) -> None:
        self._headings = {letters(text) for text in headings}
        self._sites = {letters(site) for site in sites} - {""}

    def __call__(self, text: str) -> str:
        text = unescape(text[:MAX_TITLE])
        marks = list(_SEPARATOR.finditer(text))
        for mark in marks:
            if letters(text[: mark.start()]) in self._headings:
                return text[: mark.start()]
        if marks and self._names_site(letters(text[marks[-1].end() :])):
            return text[: marks[-1].start()]
        return text

    def _names_site(self, tail: str) -> bool:
        return bool(tail) and any(tail in site or site in tail for site in self._sites)
