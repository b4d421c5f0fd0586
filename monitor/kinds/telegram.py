"""Public Telegram channels by their web preview, https://t.me/s/NAME: the last twenty posts or so, without an account.

A post is whole as it stands there, so its own page is not fetched. What a reader sees of it: its text, the question
and answers of a poll, the names of documents, and title and description of a linked page. Service messages ("pinned
…", "channel created") are left out, since they repeat old posts; deleted posts are not in the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from monitor.errors import UnreadableDocument
from monitor.extract import decode
from monitor.extract.tree import MAX_NODES, parse
from monitor.kinds.entries import iso_moment, make_entry, shortened, shown_text
from monitor.kinds.kind import Kind, Listed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from monitor.extract.tree import Node
    from monitor.models import Document, Entry, Source

_HOSTS = frozenset({"t.me", "telegram.me", "www.t.me", "telegram.dog"})
_TITLE = 200  # characters; a first line may be a whole post
_HISTORY = "tgme_channel_history"
_POST = "tgme_widget_message"
_SHOWN = frozenset(
    {
        "tgme_widget_message_text",
        "tgme_widget_message_poll_question",
        "tgme_widget_message_poll_option_text",
        "tgme_widget_message_document_title",
        "link_preview_title",
        "link_preview_description",
    }
)
_AUTHORS = ("tgme_widget_message_from_author", "tgme_widget_message_forwarded_from_name")
# What a post without words is called, so that it is an item of the channel all the same.
_MEDIA = (
    ("tgme_widget_message_photo", "photo"),
    ("tgme_widget_message_video", "video"),
    ("tgme_widget_message_roundvideo", "video"),
    ("tgme_widget_message_voice", "voice message"),
    ("tgme_widget_message_document", "document"),
    ("tgme_widget_message_location", "location"),
    ("tgme_widget_message_sticker", "sticker"),
)


def read_telegram(document: Document, _source: Source, _memory: bytes) -> Listed:
    """The posts of a channel, newest first. Raises UnreadableDocument where the page is no preview of a channel."""
    nodes = list(parse(decode(document.body, document.content_type)).root.walk())
    if len(nodes) > MAX_NODES:
        raise UnreadableDocument(f"the page has more than {MAX_NODES:,} elements, which no preview of a channel has")
    if not any(_HISTORY in _classes(node) for node in nodes):
        known = any("tgme_page" in _classes(node) for node in nodes)
        why = "t.me shows no posts of this channel: it has no public preview, or does not exist"
        raise UnreadableDocument(why if known else "the answer is no preview of a Telegram channel")
    posts = [node for node in nodes if _POST in _classes(node) and "data-post" in node.attrib]
    told = [post for post in reversed(posts) if "service_message" not in _classes(post)]
    return Listed(tuple(_entry(post, document) for post in told))


def _entry(post: Node, document: Document) -> Entry:
    text = "\n".join(filter(None, map(shown_text, _shown(post)))) or f"[{_medium(post)}]"
    link, published = _link_and_time(post)
    name = post.attrib["data-post"]
    return make_entry(
        document,
        # The number alone: it stays when the channel takes another name.
        id=name.rpartition("/")[2],
        link=link or f"https://t.me/{name}",
        title=_title(text),
        text=text,
        whole=True,
        published=published,
        author=_author(post),
    )


def _shown(node: Node) -> Iterator[Node]:
    """The parts that hold words, outermost only: the text of an album stands in itself once more."""
    for child in node.children:
        if isinstance(child, str):
            continue
        if _classes(child) & _SHOWN:
            yield child
        else:
            yield from _shown(child)


def _title(text: str) -> str:
    """The first line that holds a letter or digit, cut at a word where it is long."""
    lines = text.split("\n")
    line = next((line for line in lines if any(map(str.isalnum, line))), lines[0])
    return shortened(line, _TITLE)


def _link_and_time(post: Node) -> tuple[str | None, datetime | None]:
    for anchor in post.walk():
        if "tgme_widget_message_date" in _classes(anchor):
            written = [node.attrib["datetime"] for node in anchor.walk() if "datetime" in node.attrib]
            return anchor.attrib.get("href"), iso_moment(written[0]) if written else None
    return None, None


def _author(post: Node) -> str | None:
    """Who signed the post, else whom it was forwarded from."""
    found = {name: node for node in post.walk() for name in _AUTHORS if name in _classes(node)}
    return next((shown_text(found[name]) for name in _AUTHORS if name in found), None)


def _medium(post: Node) -> str:
    classes = {name for node in post.walk() for name in _classes(node)}
    return next((word for start, word in _MEDIA if any(name.startswith(start) for name in classes)), "post")


def _classes(node: Node) -> set[str]:
    return set(node.attrib.get("class", "").split())


def _mistake(url: str) -> str | None:
    """On t.me only /s/NAME shows posts; other hosts may be mirrors with paths of their own."""
    parts = urlsplit(url)
    name = parts.path.strip("/").split("/")[0] or "NAME"
    if parts.hostname not in _HOSTS or (name == "s" and parts.path.removeprefix("/s/").strip("/")):
        return None
    return f"write https://t.me/s/{'NAME' if name == 's' else name}"


KIND = Kind(
    "the preview of a public Telegram channel", "https://t.me/s/NAME", read_telegram, _mistake, for_readers=True
)
