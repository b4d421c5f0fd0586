"""Reading a document asks nobody for anything: no entity, style, frame or address in it is fetched, no file is opened."""

from datetime import UTC, datetime

import pytest
from support.recorder import Recorder

from monitor.errors import UnreadableDocument
from monitor.extract import Selectors, decode, extract
from monitor.kinds import read_entries
from monitor.models import Document, Purpose, Source

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
WORD = "marker-of-a-local-file"
SENTENCE = "The council met on Monday and approved the budget for the coming year, officials said."
TEXT = f"<h1>Budget approved</h1><p>{SENTENCE}</p>" * 3
# Spaces would save a library that takes a text without them for an address.
UNSPACED = TEXT.replace(" ", "\u00a0")

PAGES = {
    "an external DTD": '<!DOCTYPE html SYSTEM "{url}/x.dtd"><html><body>{text}</body></html>',
    "an external subset with entities": (
        '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY e SYSTEM "{url}/e"><!ENTITY f SYSTEM "file://{path}">'
        '<!ENTITY % p SYSTEM "{url}/p"> %p;]><html><body>&e;&f;{text}</body></html>'
    ),
    "XInclude": (
        '<html xmlns:xi="http://www.w3.org/2001/XInclude"><body><xi:include href="{url}/i" parse="text"/>'
        '<xi:include href="{path}" parse="text"/>{text}</body></html>'
    ),
    "style sheets": (
        '<?xml-stylesheet type="text/xsl" href="{url}/x.xsl"?><html><head><link rel="stylesheet" href="{url}/x.css">'
        '<style>@import "{url}/y.css";</style></head><body>{text}</body></html>'
    ),
    "pictures, frames, scripts, objects": (
        '<html><head><base href="{url}/"><script src="{url}/s.js"></script><link rel="preload" href="{url}/l">'
        '<link rel="canonical" href="{url}/c"><link rel="amphtml" href="{url}/amp"></head><body>{text}'
        '<img src="{url}/i.png"><iframe src="{url}/f"></iframe><object data="{url}/o"></object>'
        '<video src="{url}/v" poster="{url}/w"></video><embed src="{url}/b"><a href="{url}/a" ping="{url}/q">x</a></body></html>'
    ),
    "a refresh": '<html><head><meta http-equiv="refresh" content="0;url={url}/r"></head><body>{text}</body></html>',
    "an article elsewhere": (
        '<html><head><script type="application/ld+json">{{"@context":"{url}/ctx","@type":"NewsArticle",'
        '"url":"{url}/n","mainEntityOfPage":"{url}/m","headline":"x"}}</script></head><body>{text}</body></html>'
    ),
    "it begins like an address": "{url}/<p>{unspaced}</p>",
    "it is an address": "{url}/a?<b>x</b>",
    "it begins with a path": "{path}\n<p>{unspaced}</p>",
    "thin, so that others look too": "{url}/<html><body><div>{url}/x</div></body></html>",
}
FEEDS = {
    "entities": (
        '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY e SYSTEM "{url}/e"><!ENTITY f SYSTEM "file://{path}">'
        '<!ENTITY % p SYSTEM "{url}/p"> %p;]><rss version="2.0"><channel><title>T</title>'
        "<item><title>News &e; &f;</title><link>http://x.test/1</link></item></channel></rss>"
    ),
    "an external DTD": (
        '<?xml version="1.0"?><!DOCTYPE rss SYSTEM "{url}/x.dtd"><rss version="2.0"><channel><title>T</title>'
        "<item><title>News</title><link>http://x.test/1</link></item></channel></rss>"
    ),
    "style sheets and XInclude": (
        '<?xml-stylesheet type="text/xsl" href="{url}/x.xsl"?><rss version="2.0" '
        'xmlns:xi="http://www.w3.org/2001/XInclude"><channel><title>T</title><xi:include href="{url}/i"/><item>'
        '<title>News</title><link>http://x.test/1</link><description>&lt;img src="{url}/i.png"></description></item>'
        "</channel></rss>"
    ),
    "content elsewhere": (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><title>News</title><id>1</id>'
        '<content src="{url}/c" type="text/html"/><link rel="enclosure" href="{url}/m.mp3"/></entry></feed>'
    ),
    "it is an address": "{url}/feed",
    "it is a path": "{path}",
}


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret"
    path.write_text(WORD, encoding="utf-8")
    return path


@pytest.fixture
def silence(origin):
    """Nobody is asked: Python makes no connection, and none made below it reaches the origin."""
    with Recorder() as recorder:
        yield
    assert recorder.attempts == []
    assert origin.hits == []


def made(template, origin, path):
    return template.format(url=origin.url, path=path, text=TEXT, unspaced=UNSPACED)


@pytest.mark.parametrize("selectors", [None, Selectors(title="h1", body="p", date="time")], ids=["rules", "selectors"])
@pytest.mark.parametrize("name", PAGES)
def test_an_article_asks_nobody(name, selectors, origin, secret, silence):
    page = made(PAGES[name], origin, secret)
    for given in (page, page.encode()):
        try:
            found = extract(given, f"{origin.url}/story", content_type="text/html", selectors=selectors, now=NOW)
        except UnreadableDocument:
            assert name in {"it is an address", "thin, so that others look too"}
            continue
        assert WORD not in repr(found)
        assert "approved" in found.text or name in {"it is an address", "thin, so that others look too"}


@pytest.mark.parametrize(("kind", "templates"), [("feed", FEEDS), ("page", PAGES)])
def test_an_index_asks_nobody(kind, templates, origin, secret, silence):
    source = Source(id="s", url=f"{origin.url}/feed", kind=kind)
    for template in templates.values():
        body = made(template, origin, secret).encode()
        document = Document("d", "s", Purpose.INDEX, source.url, body, "", NOW)
        try:
            entries = read_entries(document, source)
        except UnreadableDocument:
            continue
        assert WORD not in repr(entries)


@pytest.mark.parametrize(
    "charset",
    [
        *("zip", "bz2", "rot13", "hex", "base64", "uu", "idna", "punycode", "unicode_escape", "raw_unicode_escape"),
        *("utf-7", "undefined", "mbcs", "oem", "../../etc/passwd", "x" * 10_000, "\x00", "utf_16_le", "none", ""),
    ],
)
def test_a_declared_charset_is_only_a_hint(charset):
    """No codec that is not one of texts, none that runs away, and the page is read whatever it says of itself."""
    text = "Заседание совета: дороги и школы"
    page = f'<meta charset="{charset}"><p>{text}</p>'
    assert text in decode(page.encode(), f"text/html; charset={charset}")
    assert text in decode(page.encode("windows-1251"), f"text/html; charset={charset}")
