"""From stories to the bytes of a site: feeds, front pages, article pages, each in the form of its outlet.

stories -> Edition, one an outlet -> print_site -> {path: Resource}
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from lxml import etree
from lxml.builder import ElementMaker
from lxml.html import builder as html
from lxml.html import tostring as html_bytes

from monitor.demo.stories.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from monitor.demo.stories import Story
    from monitor.demo.stories.outlets import Form, Outlet

_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_RSS = ElementMaker(nsmap={"atom": _ATOM, "content": _CONTENT})
_FEED = ElementMaker(namespace=_ATOM, nsmap={None: _ATOM})
_PAGE = html.E
_READ_ALSO = {"en": "Read also", "ru": "Читайте также", "be": "Чытайце таксама", "uk": "Читайте також"}
_RELATED = 3


@dataclass(frozen=True, slots=True)
class Printed:
    """A story that its outlet has published."""

    story: Story
    url: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Edition:
    """What one outlet shows at one moment, newest story first."""

    outlet: Outlet
    base: str
    stories: tuple[Printed, ...]

    @property
    def home(self) -> str:
        """Address of the outlet's front page."""
        return f"{self.base}/{self.outlet.id}/"

    @property
    def address(self) -> str:
        """Address of the feed or listing that is watched."""
        return self.base + self.outlet.path

    @property
    def modified(self) -> datetime:
        """When the newest story came out; the epoch for an outlet without stories."""
        return self.stories[0].time if self.stories else datetime.fromtimestamp(0, UTC)


def _paragraphs(story: Story) -> str:
    body = (html_bytes(html.P(text), encoding="unicode") for text in (story.lead, *story.paragraphs))
    return "".join(body)


def _xml(root: Any, outlet: Outlet, subtype: str) -> tuple[bytes, str]:
    body = etree.tostring(root, encoding=outlet.charset, xml_declaration=True, pretty_print=True)
    return body, f"application/{subtype}+xml; charset={outlet.charset}"


def print_rss(edition: Edition, *, full_text: bool = False) -> tuple[bytes, str]:
    """RSS 2.0 with the lead as description, and the whole text as `content:encoded` where asked for."""
    outlet = edition.outlet
    channel = _RSS.channel(
        _RSS.title(outlet.name),
        _RSS.link(edition.home),
        _RSS.description(" · ".join(outlet.sections)),
        _RSS.language(outlet.language),
        _RSS(f"{{{_ATOM}}}link", href=edition.address, rel="self", type="application/rss+xml"),
        _RSS.lastBuildDate(format_datetime(edition.modified, usegmt=True)),
    )
    for printed in edition.stories:
        item = _RSS.item(
            _RSS.title(printed.story.title),
            _RSS.link(printed.url),
            _RSS.guid(printed.url, isPermaLink="true"),
            _RSS.pubDate(format_datetime(printed.time, usegmt=True)),
            _RSS.description(printed.story.lead),
        )
        if full_text:
            item.append(_RSS(f"{{{_CONTENT}}}encoded", etree.CDATA(_paragraphs(printed.story))))
        channel.append(item)
    return _xml(_RSS.rss(channel, version="2.0"), outlet, "rss")


def print_atom(edition: Edition) -> tuple[bytes, str]:
    """Atom (RFC 4287) with summaries."""
    outlet = edition.outlet
    feed = _FEED.feed(
        _FEED.id(edition.home),
        _FEED.title(outlet.name),
        _FEED.updated(edition.modified.isoformat()),
        _FEED.author(_FEED.name(outlet.name)),
        _FEED.link(href=edition.address, rel="self", type="application/atom+xml"),
        _FEED.link(href=edition.home, rel="alternate", type="text/html"),
    )
    feed.set("{http://www.w3.org/XML/1998/namespace}lang", outlet.language)
    for printed in edition.stories:
        feed.append(
            _FEED.entry(
                _FEED.id(printed.url),
                _FEED.title(printed.story.title),
                _FEED.link(href=printed.url, rel="alternate", type="text/html"),
                _FEED.published(printed.time.isoformat()),
                _FEED.updated(printed.time.isoformat()),
                _FEED.summary(printed.story.lead),
            )
        )
    return _xml(feed, outlet, "atom")


def print_json_feed(edition: Edition) -> tuple[bytes, str]:
    """JSON Feed 1.1. The format asks for content in every item, so it carries the whole text."""
    outlet = edition.outlet
    items = [
        {
            "id": printed.url,
            "url": printed.url,
            "title": printed.story.title,
            "summary": printed.story.lead,
            "content_html": _paragraphs(printed.story),
            "date_published": printed.time.isoformat(),
            "language": printed.story.language,
        }
        for printed in edition.stories
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "home_page_url": edition.home,
        "feed_url": edition.address,
        "language": outlet.language,
        "authors": [{"name": outlet.name, "url": edition.home}],
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode(), "application/feed+json; charset=utf-8"


def _metadata(edition: Edition, printed: Printed) -> Iterable[Any]:
    story, outlet = printed.story, edition.outlet
    if "open-graph" in outlet.metadata:
        for name, value in (
            ("og:type", "article"),
            ("og:title", story.title),
            ("og:description", story.lead),
            ("og:url", printed.url),
            ("og:site_name", outlet.name),
            ("article:published_time", printed.time.isoformat()),
        ):
            yield html.META(property=name, content=value)
    if "json-ld" in outlet.metadata:
        described = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": story.title,
            "description": story.lead,
            "datePublished": printed.time.isoformat(),
            "inLanguage": story.language,
            "mainEntityOfPage": printed.url,
            "publisher": {"@type": "NewsMediaOrganization", "name": outlet.name, "url": edition.home},
        }
        # A script ends at the first "</", wherever it stands.
        yield html.SCRIPT(json.dumps(described, ensure_ascii=False).replace("</", "<\\/"), type="application/ld+json")


def _page(edition: Edition, title: str, head: Iterable[Any], *content: Any) -> tuple[bytes, str]:
    """A page of the outlet: `content` between its header and its footer."""
    outlet = edition.outlet
    sections = [html.LI(html.A(name, href=f"{edition.home}#{number}")) for number, name in enumerate(outlet.sections)]
    page = html.HTML(
        html.HEAD(
            html.META(charset=outlet.charset),
            html.META(name="viewport", content="width=device-width, initial-scale=1"),
            html.TITLE(title),
            *head,
        ),
        html.BODY(
            _PAGE.header(html.A(outlet.name, href=edition.home), _PAGE.nav(html.UL(*sections))),
            _PAGE.main(*content),
            _PAGE.footer(html.P(f"© {edition.modified.year} {outlet.name}")),
        ),
        lang=outlet.language,
    )
    body = html_bytes(page, encoding=outlet.charset, doctype="<!DOCTYPE html>", pretty_print=True)
    return body, f"text/html; charset={outlet.charset}"


def _shown_time(time: datetime) -> Any:
    return _PAGE.time(time.strftime("%d.%m.%Y, %H:%M UTC"), datetime=time.isoformat())


def print_home(edition: Edition) -> tuple[bytes, str]:
    """The outlet's front page: a card a story."""
    cards = [
        _PAGE.article(
            {"class": "card"},
            html.H2(html.A(printed.story.title, href=printed.url)),
            _shown_time(printed.time),
            html.P(printed.story.lead),
        )
        for printed in edition.stories
    ]
    return _page(edition, edition.outlet.name, (), html.H1(edition.outlet.name), *cards)


def print_article(edition: Edition, printed: Printed) -> tuple[bytes, str]:
    """An article page; the headlines beside the text, those of stories on topic first, must never alert."""
    story = printed.story
    others = sorted(
        (other for other in edition.stories if other != printed), key=lambda other: not other.story.on_topic
    )
    related = [html.LI(html.A(other.story.title, href=other.url)) for other in others[:_RELATED]]
    return _page(
        edition,
        f"{story.title} | {edition.outlet.name}",
        (html.LINK(rel="canonical", href=printed.url), *_metadata(edition, printed)),
        _PAGE.article(
            html.H1(story.title),
            html.P({"class": "byline"}, _shown_time(printed.time)),
            html.P({"class": "lead"}, story.lead),
            *(html.P(text) for text in story.paragraphs),
        ),
        _PAGE.aside({"class": "related"}, html.H2(_READ_ALSO[story.language]), html.UL(*related)),
    )


_PRINTERS: Mapping[Form, Callable[[Edition], tuple[bytes, str]]] = {
    "rss": print_rss,
    "rss-full": lambda edition: print_rss(edition, full_text=True),
    "atom": print_atom,
    "json-feed": print_json_feed,
    "listing": print_home,
}


def print_site(editions: Iterable[Edition]) -> dict[str, Resource]:
    """Every path of the newsroom with what it answers."""
    site = {
        "/robots.txt": Resource(
            b"User-agent: *\nDisallow:\n", "text/plain; charset=utf-8", datetime.fromtimestamp(0, UTC)
        )
    }
    for edition in editions:
        site[f"/{edition.outlet.id}/"] = Resource(*print_home(edition), edition.modified)
        site[edition.outlet.path] = Resource(*_PRINTERS[edition.outlet.form](edition), edition.modified)
        for printed in edition.stories:
            path = printed.url.removeprefix(edition.base)
            site[path] = Resource(*print_article(edition, printed), edition.modified)
    return site
