"""When an article was published and last changed, from the best witness the page offers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import htmldate

from monitor.extract.dates import parse_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from monitor.extract.blocks import Block
    from monitor.extract.head import Head
    from monitor.extract.linked import Linked
    from monitor.extract.tree import Node

_NAMED = re.compile(r"date|time|publi|posted|data|dat[ae]?$|when|byline|meta|info|stamp", re.IGNORECASE)
_OTHER = re.compile(r"updat|modif|aktualis|обновл|абноўл|оновл", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?:[/_-]|\b)")
_SHORT = 90  # characters; a date line is short
_BARE = 50  # the same where nothing but the date itself says what the line is


def published(head: Head, linked: Linked, near: list[Block], url: str, now: datetime) -> datetime | None:
    """The time of publication, or None when neither marks, visible text nor address state one.

    In this order: JSON-LD, meta fields, itemprop, <time> and then any visible date near the headline, the address.
    """
    return _first(_witnesses(head, linked, near, url), now)


def modified(head: Head, linked: Linked, now: datetime) -> datetime | None:
    """The time of the last change, where the page states one."""
    marked = (_stamp(node) for node in head.marked.get("datemodified", ()))
    return _first((linked.modified, *head.modified, *marked), now)


def guessed(html: str, url: str, now: datetime) -> datetime | None:
    """What htmldate finds in a page that states no date in any of the usual places. Costs 5 to 50 ms."""
    # htmldate fetches a text that begins like an address and holds no space; this one always does.
    found = htmldate.find_date(f" {html}", url=url, original_date=True, max_date=now.strftime("%Y-%m-%d"))
    return parse_date(found, now) if found else None


def _first(texts: Iterable[str], now: datetime) -> datetime | None:
    return next((moment for text in texts if text and (moment := parse_date(text, now))), None)


def _witnesses(head: Head, linked: Linked, near: list[Block], url: str) -> Iterator[str]:
    yield linked.published
    yield from head.published
    yield from (_stamp(node) for node in head.marked.get("datepublished", ()))
    around = {id(node) for block in near for node in block.node.ancestors()}
    times = [node for node in head.times if _inside(node, around)] or head.times
    yield from (_stamp(node) for node in times if not _OTHER.search(_names(node)))
    yield from visible(near)
    in_address = _IN_ADDRESS.search(url)
    if in_address:
        yield "-".join(in_address.groups())


def visible(near: list[Block]) -> Iterator[str]:
    """Short lines around the headline, those whose element is named for a date first."""
    lines = [block for block in near if len(block.text) <= _SHORT and not _OTHER.search(block.text)]
    yield from (block.text for block in lines if _NAMED.search(_names(block.node)))
    yield from (block.text for block in lines if len(block.text) <= _BARE)


def _stamp(node: Node) -> str:
    return node.attrib.get("datetime") or node.attrib.get("content") or node.attrib.get("title") or node.text()


def _names(node: Node) -> str:
    return f"{node.attrib.get('class', '')} {node.attrib.get('id', '')} {node.attrib.get('itemprop', '')}"


def _inside(node: Node, elements: set[int]) -> bool:
    """Whether the element, or the one around it, is one of those that hold the lines near the headline."""
    return id(node) in elements or (
        node.parent is not None and id(node.parent) in elements and node.parent.tag != "body"
    )
