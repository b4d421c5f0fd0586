"""WordPress by its REST API: a search, a category or all posts (developer.wordpress.org/rest-api/reference/posts/)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from monitor.errors import UnreadableDocument
from monitor.kinds.entries import ELLIPSES, iso_moment, load_json, make_entry, plain_text, string, visible_text
from monitor.kinds.kind import Kind, Listed

if TYPE_CHECKING:
    from monitor.models import Document, Entry, Source


def read_wordpress(document: Document, _source: Source, _memory: bytes) -> Listed:
    """The posts, in the order of the answer. Raises UnreadableDocument with the reason that WordPress gives."""
    answer = load_json(document)
    if isinstance(answer, dict):
        reason = plain_text(string(answer, "message") or string(answer, "code"))[:200]
        raise UnreadableDocument(
            f"WordPress answers: {reason}" if reason else "the answer is JSON, but no list of posts"
        )
    if not isinstance(answer, list):
        raise UnreadableDocument("the answer is JSON, but no list of posts")
    return Listed(tuple(_entry(post, document) for post in answer if isinstance(post, dict)))


def _entry(post: dict[str, Any], document: Document) -> Entry:
    text = _rendered(post, "content")
    return make_entry(
        document,
        id=string(post, "id") or None,
        link=string(post, "link") or string(post, "url") or None,
        title=_rendered(post, "title"),
        lead=_rendered(post, "excerpt"),
        text=text,
        # The API gives whole posts; a protected one has an empty text, a paid one often its beginning.
        whole=bool(text) and not text.endswith(ELLIPSES),
        published=iso_moment(string(post, "date_gmt")) or iso_moment(string(post, "modified_gmt")),
    )


def _rendered(post: dict[str, Any], name: str) -> str:
    """A field as HTML: an object in posts, a string in the results of /wp/v2/search."""
    value = post.get(name)
    return visible_text(string(value, "rendered") if isinstance(value, dict) else string(post, name))


def _mistake(url: str) -> str | None:
    if "/wp/v2/" in unquote(url):
        return None
    parts = urlsplit(url)
    return f"write {parts.scheme}://{parts.netloc}/wp-json/wp/v2/posts?search=WORD"


KIND = Kind(
    "posts of a WordPress site as JSON",
    "https://example.org/wp-json/wp/v2/posts?search=WORD",
    read_wordpress,
    _mistake,
    may_be_empty=True,
)
