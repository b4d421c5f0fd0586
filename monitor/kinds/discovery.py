"""Where a web page says that its feeds are (RSS autodiscovery), and where most sites have them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import feedparser
from bs4 import BeautifulSoup

from monitor.extract import decode
from monitor.kinds.entries import visible_text
from monitor.urls import absolute, host

if TYPE_CHECKING:
    from monitor.models import Document

_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"})
_FEED_ENDS = ("/rss", "/feed", "/atom", ".rss", ".atom", "rss.xml", "feed.xml", "atom.xml", "feed.json", "index.xml")
_USUAL = ("/rss", "/feed", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml")
_FEW = 10


def announced_feeds(document: Document) -> tuple[str, ...]:
    """Addresses of feeds that a page links to, at most 10: those it announces, before links that look like one.

    Feeds of comments come last: `<link rel="alternate" type="application/rss+xml" title="Comments">` is everywhere.
    """
    soup = BeautifulSoup(decode(document.body, document.content_type), "lxml")
    links = [link for link in soup.find_all("link", href=True) if str(link.get("type", "")).lower() in _FEED_TYPES]
    links.sort(key=lambda link: "comment" in f"{link.get('title')} {link['href']}".lower())
    anchors = [link for link in soup.find_all("a", href=True) if _looks_like_feed(str(link["href"]))]
    found = [absolute(document.url, str(link["href"])) for link in (*links, *anchors)]
    return tuple(dict.fromkeys(url for url in found if url))[:_FEW]


def usual_places(url: str) -> tuple[str, ...]:
    """Where the feed of a site is when its pages do not say."""
    return tuple(found for place in _USUAL if (found := absolute(url, place)))


def site_name(document: Document) -> str:
    """What a feed or page calls itself, else its host."""
    title = feedparser.parse(io.BytesIO(document.body), sanitize_html=False).feed.get("title", "")
    if not title:
        soup = BeautifulSoup(decode(document.body, document.content_type), "lxml")
        named = soup.find("meta", property="og:site_name")
        title = str(named.get("content", "")) if named else soup.title.get_text() if soup.title else ""
    return " ".join(visible_text(title).split())[:80] or host(document.url)


def _looks_like_feed(link: str) -> bool:
    return urlsplit(link.rstrip("/")).path.lower().endswith(_FEED_ENDS)
