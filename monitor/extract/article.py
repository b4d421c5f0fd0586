"""The main use case: a page in, the article out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import trafilatura

from monitor.errors import UnreadableDocument
from monitor.extract import timing
from monitor.extract.body import find_body
from monitor.extract.decoding import decode
from monitor.extract.embedded import embedded_text, paragraphs
from monitor.extract.extracted import Extracted, Selectors
from monitor.extract.head import read_head
from monitor.extract.language import language_of
from monitor.extract.linked import read_linked
from monitor.extract.selected import Selected, select
from monitor.extract.title import headline, letters
from monitor.extract.tree import Page, parse
from monitor.urls import absolute, host

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.extract.body import Body
    from monitor.extract.head import Head
    from monitor.extract.linked import Linked

_THIN = 120  # characters below which a text is looked for elsewhere
_MAX_AUTHOR = 120
_OTHER_KINDS = re.compile(r"application/(?:pdf|zip|octet-stream|json|epub)|(?:image|audio|video|font)/", re.IGNORECASE)
_SIGNATURES = (("a PDF", b"%PDF-"), ("an archive", b"PK\x03\x04"), ("gzip data", b"\x1f\x8b"), ("an image", b"\x89PNG"))
_BYLINE = re.compile(r"^(?:by|автор|аўтар|автори|авторы|аўтары|текст|тэкст|von|par|por)\b:?\s*", re.IGNORECASE)
_AUTHOR_NAMES = re.compile("byline|author|автор")


def extract(
    html: str | bytes, url: str, *, content_type: str = "", selectors: Selectors | None = None, now: datetime
) -> Extracted:
    """Read the article of a page; bytes are decoded first.

    Reads the first 8 million characters. Raises UnreadableDocument, with a reason in one line, where there is no article:
    a PDF or another kind of file, no markup, no text.
    """
    if isinstance(html, bytes):
        _refuse_other_kinds(html, content_type)
        html = decode(html, content_type)
    if "<" not in html:
        raise UnreadableDocument("no markup: this is not an HTML page")
    page = parse(html)
    head, linked = read_head(page.root), read_linked(page.scripts)
    own = select(html, selectors) if selectors and page.regular else Selected()
    title = own.title or headline(head, linked, url)
    body = find_body(page.root, title, head.summary or linked.description)
    text = own.text or _text(body, page, linked, title, html)
    return Extracted(
        title=title,
        text=text,
        url=_canonical(head, linked, url),
        lead=_lead(body, head, linked, title),
        published=_published(own, head, linked, body, page, html, url, now),
        modified=timing.modified(head, linked, now),
        author=_author(head, linked, body),
        site=head.site or linked.publisher or host(url).removeprefix("www.") or None,
        language=language_of(f"{title}\n{text}") or _declared_language(head, linked),
    )


def _refuse_other_kinds(body: bytes, content_type: str) -> None:
    for kind, signature in _SIGNATURES:
        if body.startswith(signature):
            raise UnreadableDocument(f"{kind}: only HTML pages are read")
    found = _OTHER_KINDS.search(content_type)
    if found:
        raise UnreadableDocument(f"{content_type.split(';')[0].strip()}: only HTML pages are read")


def _text(body: Body, page: Page, linked: Linked, title: str, html: str) -> str:
    """What the page shows; when that is next to nothing, what its data says or what trafilatura sees."""
    text = body.text
    if len(text) >= _THIN:
        return text
    others = [embedded_text(page.scripts, title, linked.body)]
    if page.regular and not others[0]:
        others.append(trafilatura.extract(html, include_comments=False) or "")
    text = max((text, *others), key=len)
    if not text.strip():
        raise UnreadableDocument("the page shows no article text")
    return text


def _lead(body: Body, head: Head, linked: Linked, title: str) -> str:
    shown = " ".join(block.text for block in body.leads)
    lead = shown or " ".join(paragraphs(head.summary or linked.description).split())
    return "" if letters(lead) == letters(title) else lead


def _canonical(head: Head, linked: Linked, url: str) -> str:
    """The address that the page gives itself, unless it is that of a home page."""
    for stated in (head.links.get("canonical"), head.first(("og:url",)), linked.url):
        address = absolute(url, stated) if stated else None
        if address and address.partition("://")[2].partition("/")[2].strip("/"):
            return address
    return url


def _published(
    own: Selected, head: Head, linked: Linked, body: Body, page: Page, html: str, url: str, now: datetime
) -> datetime | None:
    chosen = timing.parse_date(own.date, now) if own.date else None
    found = chosen or timing.published(head, linked, body.near, url, now)
    return found or (timing.guessed(html, url, now) if page.regular else None)


def _author(head: Head, linked: Linked, body: Body) -> str | None:
    """One or several names, as the page writes them."""
    marked = [node.text() for node in (*head.marked.get("author", ()), *head.bylines)]
    lines = [block.text for block in body.near if _AUTHOR_NAMES.search(block.node.attrib.get("class", "").lower())]
    for name in (linked.author, head.author, *marked, *lines):
        name = _BYLINE.sub("", name).strip()
        if name and len(name) <= _MAX_AUTHOR:
            return name
    return None


def _declared_language(head: Head, linked: Linked) -> str | None:
    code = (head.language or linked.language)[:2].lower()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None  # noqa: PLR2004
