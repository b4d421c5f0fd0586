"""The main use case: a page in, the article out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import trafilatura

from monitor.errors import UnreadableDocument
from monitor.extract import timing
from monitor.extract.blocked import refuse_block_page
from monitor.extract.body import find_body
from monitor.extract.dates import parse_date
from monitor.extract.decoding import decode
from monitor.extract.embedded import Embedded, embedded, paragraphs
from monitor.extract.extracted import Extracted, Selectors
from monitor.extract.head import read_head
from monitor.extract.language import language_of
from monitor.extract.linked import read_linked
from monitor.extract.noise import names_of
from monitor.extract.selected import Selected, select
from monitor.extract.title import headline, letters, site_name
from monitor.extract.tree import MAX_CHARS, Page, parse, printable
from monitor.urls import absolute, host

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.extract.body import Body
    from monitor.extract.head import Head
    from monitor.extract.linked import Linked

_THIN = 120  # characters below which a text is looked for elsewhere
_LEAST = 60  # characters that a text found elsewhere must have: less is a menu
_MAX_AUTHOR = 120
_OTHER_KINDS = re.compile(r"application/(?:pdf|zip|octet-stream|json|epub)|(?:image|audio|video|font)/", re.IGNORECASE)
_SIGNATURES = (("a PDF", b"%PDF-"), ("an archive", b"PK\x03\x04"), ("gzip data", b"\x1f\x8b"), ("an image", b"\x89PNG"))
_BYLINE = re.compile(r"^(?:by|автор|аўтар|автори|авторы|аўтары|текст|тэкст|von|par|por)\b:?\s*", re.IGNORECASE)
_AUTHOR_NAMES = re.compile("byline|author|автор")


class _Reading(NamedTuple):
    """A page that has been looked through."""

    html: str
    url: str
    now: datetime
    page: Page
    head: Head
    linked: Linked
    own: Selected
    title: str
    body: Body
    data: Embedded  # empty unless the page itself shows next to nothing


def extract(
    html: str | bytes, url: str, *, content_type: str = "", selectors: Selectors | None = None, now: datetime
) -> Extracted:
    """Read the article of a page; bytes are decoded first.

    Reads the first 4 million characters. Raises UnreadableDocument, with a reason in one line, where there is no
    article: a PDF or another kind of file, no markup, no text; BlockedPage where a wall stands before it.
    """
    if isinstance(html, bytes):
        _refuse_other_kinds(html, content_type)
    refuse_block_page(html, url, content_type)
    if isinstance(html, bytes):
        html = decode(html, content_type)
    if "<" not in html:
        raise UnreadableDocument("no markup: this is not an HTML page")
    found = _read(html, url, selectors, now)
    text = found.own.text or _text(found)
    published, guessed = _published(found)
    return Extracted(
        title=found.title,
        text=text,
        url=_canonical(found),
        lead=_lead(found),
        published=published,
        guessed=guessed,
        cut=len(html) > MAX_CHARS,
        selected=found.own.given,
        modified=timing.modified(found.head, found.linked, now),
        author=_author(found),
        site=_site(found),
        language=language_of(f"{found.title}\n{text}") or _declared_language(found),
    )


def _read(html: str, url: str, selectors: Selectors | None, now: datetime) -> _Reading:
    page = parse(html)
    head, linked = read_head(page.root), read_linked(page.scripts)
    own = select(html, selectors) if selectors and page.regular else Selected()
    title = own.title or headline(head, linked, url)
    body = find_body(page.root, title, head.summary or linked.description)
    thin = len(body.text) < _THIN and not own.text
    data = embedded(page.scripts, title, linked.body) if thin else Embedded()
    return _Reading(html, url, now, page, head, linked, own, title, body, data)


def _refuse_other_kinds(body: bytes, content_type: str) -> None:
    for kind, signature in _SIGNATURES:
        if body.startswith(signature):
            raise UnreadableDocument(f"{kind}: only HTML pages are read")
    found = _OTHER_KINDS.search(content_type)
    if found:
        raise UnreadableDocument(f"{content_type.partition(';')[0].strip()}: only HTML pages are read")


def _text(found: _Reading) -> str:
    """What the page shows; when that is next to nothing, what its data says or what trafilatura sees."""
    text = found.body.text
    if len(text) >= _THIN:
        return text
    others = [found.data.text]
    if found.page.regular and not others[0]:
        others.append(printable(trafilatura.extract(found.html, include_comments=False) or ""))
    text = max((text, *(other for other in others if len(other) >= _LEAST)), key=len)
    if not text.strip():
        raise UnreadableDocument("the page shows no article text")
    return text


def _lead(found: _Reading) -> str:
    """The standfirst that the page shows, else its description of itself."""
    shown = " ".join(block.text for block in found.body.leads)
    lead = shown or " ".join(paragraphs(found.head.summary or found.linked.description).split())
    return "" if letters(lead) == letters(found.title) else lead


def _canonical(found: _Reading) -> str:
    """The address that the page gives itself, unless it is that of a home page."""
    for stated in (found.head.links.get("canonical"), found.head.first(("og:url",)), found.linked.url):
        address = absolute(found.url, stated) if stated else None
        if address and urlsplit(address).path.strip("/"):
            return address
    return found.url


def _published(found: _Reading) -> tuple[datetime | None, bool]:
    """The time of publication, and whether it is only a guess."""
    own, data = (parse_date(text, found.now) for text in (found.own.date, found.data.published))
    stated = own or timing.published(found.head, found.linked, found.body.near, found.url, found.now) or data
    if stated or not found.page.regular:
        return stated, False
    return timing.guessed(found.html, found.url, found.now), True


def _author(found: _Reading) -> str | None:
    """One or several names, as the page writes them."""
    marked = [node.text() for node in (*found.head.marked.get("author", ()), *found.head.bylines)]
    lines = [block.text for block in found.body.near if _AUTHOR_NAMES.search(names_of(block.node))]
    stated = (_BYLINE.sub("", name).strip() for name in (found.linked.author, found.head.author, *marked, *lines))
    return next((name for name in stated if name and len(name) <= _MAX_AUTHOR), None)


def _site(found: _Reading) -> str | None:
    window = next(iter(found.head.titles), "")
    named = found.head.site or found.linked.publisher or site_name(window, found.title)
    return named or host(found.url).removeprefix("www.") or None


def _declared_language(found: _Reading) -> str | None:
    code = (found.head.language or found.linked.language)[:2].lower()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None  # noqa: PLR2004 - ISO 639-1
