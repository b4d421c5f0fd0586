"""OPML (opml.org/spec2.opml): the lists of feeds that readers exchange."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from monitor.errors import MonitorError
from monitor.urls import absolute

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.models import Source


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of an OPML file; `folders` are the outlines around it, outermost first."""

    url: str
    name: str
    language: str | None
    folders: tuple[str, ...]


def read_opml(body: bytes) -> tuple[tuple[Outline, ...], int]:
    """The feeds of the file, in its order, one an address, and how many have no http or https address.

    Raises MonitorError when it is no OPML.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MonitorError(f"this is no OPML: {error}") from error
    if root is None or root.tag != "opml":
        raise MonitorError("this is no OPML: its outermost element is not <opml>")
    found: dict[str, Outline] = {}
    refused = 0
    for outline in root.iter("outline"):
        if written := outline.get("xmlUrl", ""):
            url = absolute("", written)
            refused += url is None
            found |= {url: _outline(outline, url)} if url and url not in found else {}
    return tuple(found.values()), refused


def _outline(outline: etree._Element, url: str) -> Outline:
    above = [_name(element) for element in outline.iterancestors("outline")][::-1]
    categories = [part for path in outline.get("category", "").split(",") for part in path.split("/")]
    folders = dict.fromkeys(name.strip() for name in (*above, *categories) if name.strip())
    language = outline.get("language", "")[:2].lower()
    return Outline(url, _name(outline), language if language.isalpha() and len(language) > 1 else None, tuple(folders))


def _name(outline: etree._Element) -> str:
    return " ".join((outline.get("title") or outline.get("text") or "").split())


def write_opml(sources: Iterable[Source]) -> bytes:
    """The sources as OPML 2.0: feeds as `rss` outlines with their tags as categories, others as `link` outlines."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Sources of Vedette"
    body = etree.SubElement(root, "body")
    for source in sources:
        feed = source.kind == "feed"
        outline = etree.SubElement(body, "outline", type="rss" if feed else "link", text=source.label)
        outline.set("xmlUrl" if feed else "url", source.url)
        if source.tags:
            outline.set("category", ",".join(source.tags))
        if source.language:
            outline.set("language", source.language)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written
