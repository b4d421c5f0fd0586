"""What all kinds share: making an entry of found strings, and telling entries apart."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from monitor.errors import UnreadableDocument
from monitor.extract import decode
from monitor.extract.tree import parse
from monitor.models import Entry
from monitor.urls import absolute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.extract.tree import Node
    from monitor.models import Document

_BLOCKS = frozenset(
    {"p", "div", "li", "br", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "tr", "ul", "ol", "table"}
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_EARLIEST = 1990
LONGEST_TITLE = 1000
_MOST_UNPACKED = 50_000_000  # what sitemaps.org allows
# What ends a text that was cut.
ELLIPSES = ("…", "...", "[…]", "[...]")


def visible_text(html: str) -> str:
    """What a reader sees of a fragment of HTML: one paragraph a line, spaces folded, nothing hidden."""
    if "<" not in html and "&" not in html:
        return plain_text(html)
    return shown_text(parse(html).root)


def shown_text(node: Node) -> str:
    """The same of a parsed element."""
    return plain_text("".join(_pieces(node)))


def _pieces(node: Node) -> Iterator[str]:
    for child in node.children:
        if isinstance(child, str):
            yield child
            continue
        edge = "\n" if child.tag in _BLOCKS else ""
        yield edge
        yield from _pieces(child)
        yield edge


def plain_text(text: str) -> str:
    """Text that is no markup, without control characters and lone surrogates: one paragraph a line, spaces folded."""
    lines = (" ".join(line.split()) for line in _CONTROL.sub("", text.replace("\r", "\n")).split("\n"))
    return "\n".join(line for line in lines if line)


def iso_moment(value: str) -> datetime | None:
    """An ISO 8601 time (RFC 3339 too) in UTC, which is also assumed where it names no zone; None for anything else."""
    try:
        moment = datetime.fromisoformat(value.strip())
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def shortened(line: str, most: int) -> str:
    """The line, or its beginning up to a space, with an ellipsis, where it has more than so many characters."""
    return line if len(line) <= most else (line[:most].rpartition(" ")[0] or line[:most]) + "…"


def string(item: dict[str, Any], name: str) -> str:
    """A field of JSON as text; empty where it is missing, or no string or number."""
    value = item.get(name)
    return str(value) if isinstance(value, (str, int, float)) else ""


def load_json(document: Document) -> Any:
    """The body as JSON. Raises UnreadableDocument where it is none."""
    body = unpacked(document.body)
    try:
        return json.loads(body if _is_unicode(body) else decode(body, document.content_type), strict=False)
    except (ValueError, RecursionError) as error:
        raise UnreadableDocument("the answer should be JSON and is none") from error


def _is_unicode(body: bytes) -> bool:
    try:
        body.decode(json.detect_encoding(body))
    except ValueError:
        return False
    return True


def unpacked(body: bytes) -> bytes:
    """The body, without the gzip that some files are kept and sent in. Raises UnreadableDocument on a bomb."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(body, _MOST_UNPACKED)
    except zlib.error as error:
        raise UnreadableDocument("the answer begins like gzip and is none") from error
    if unpacker.unconsumed_tail:
        raise UnreadableDocument(f"the answer unpacks to more than {_MOST_UNPACKED:,} bytes")
    return plain


def make_entry(
    document: Document,
    *,
    id: str | None,  # noqa: A002 - the word of every format
    link: str | None,
    title: str,
    lead: str = "",
    text: str = "",
    whole: bool = False,
    published: datetime | None = None,
    author: str | None = None,
) -> Entry:
    """An entry of visible texts. Text that is not the whole article joins the lead; a date in the future is now.

    A title of any length is taken, but one beyond LONGEST_TITLE is a text: it is the lead, and its beginning the title.
    """
    if len(title) > LONGEST_TITLE:
        title, lead = shortened(title, LONGEST_TITLE), f"{title}\n{lead}".strip()
    if not whole:
        lead, text = max(lead, text, key=len), ""
    url = absolute(document.url, link) if link else None
    if published and published.year < _EARLIEST:
        published = None
    digest = hashlib.sha256(f"{title}\n{lead}\n{text}".encode("utf-8", "replace")).hexdigest()[:24]
    return Entry(
        key=plain_text(id or "")[:512] or url or digest,
        url=url,
        title=title,
        lead=lead,
        text=text,
        published=min(published, document.fetched) if published else None,
        author=visible_text(author)[:200] if author else None,
    )
