import json
from datetime import UTC, datetime

import pytest

from monitor.errors import UnreadableDocument
from monitor.kinds import read_entries
from monitor.models import Document, Purpose, Source

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOURCE = Source(id="s", url="https://x.test/feed", kind="feed")
LONG = "Саюзная дзяржава абмеркавана. " * 50

RSS = """<?xml version="1.0" encoding="{encoding}"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>Т</title>{items}</channel></rss>"""
ITEM = """<item><title>Минск &amp; Москва</title><link>/n/1?utm_source=rss</link><guid isPermaLink="false">g1</guid>
<description><![CDATA[<p>Первый <b>абзац</b>.</p><script>x()</script><p>Второй.</p>]]></description>
<pubDate>Tue, 24 Nov 2026 10:00:00 +0300</pubDate></item>"""


def read(body, content_type="application/rss+xml", url="https://x.test/feed"):
    return read_entries(Document("d", "s", Purpose.INDEX, url, body, content_type, NOW), SOURCE).entries


def rss(items, encoding="utf-8"):
    return RSS.format(items=items, encoding=encoding).encode(encoding)


def test_an_item_becomes_visible_text_with_its_date_in_utc():
    (entry,) = read(rss(ITEM))
    assert entry.title == "Минск & Москва"
    assert entry.lead == "Первый абзац.\nВторой."
    assert entry.url == "https://x.test/n/1?utm_source=rss"
    assert (entry.key, entry.published) == ("g1", datetime(2026, 11, 24, 7, tzinfo=UTC))
    assert entry.text == ""


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r", "utf-16"])
def test_an_encoding_named_in_the_document_is_read(encoding):
    (entry,) = read(rss(ITEM, encoding), content_type="text/xml")
    assert entry.title == "Минск & Москва"


def test_a_text_long_enough_is_the_article_and_a_beginning_is_not():
    item = "<item><title>t</title><link>/1</link><content:encoded>{}</content:encoded></item>"
    whole, cut = read(rss(item.format(LONG) + item.format(LONG + "…").replace("/1", "/2")))
    assert whole.text == LONG.strip()
    assert (cut.text, cut.lead) == ("", LONG + "…")


def test_an_item_without_date_id_or_link_is_an_entry_all_the_same():
    first, second = read(rss("<item><title>Одно</title></item><item><title>Другое</title></item>"))
    assert first.url is first.published is None
    assert first.key != second.key
    assert first.key == read(rss("<item><title>Одно</title></item>"))[0].key


def test_a_date_in_the_future_is_now_and_an_absurd_one_is_none():
    item = "<item><title>t</title><pubDate>{}</pubDate></item>"
    dates = ["Fri, 24 Nov 2028 10:00:00 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "tomorrow", "99999"]
    assert [entry.published for entry in read(rss("".join(map(item.format, dates))))] == [NOW, None, None, NOW]


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "//user@evil/", "http://"]
)
def test_a_link_that_is_no_web_address_is_dropped(link):
    (entry,) = read(rss(f"<item><title>t</title><link>{link}</link></item>"))
    assert entry.url is None


def test_a_json_feed_is_read():
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [
            {
                "id": 7,
                "url": "https://x.test/7",
                "title": "Сім",
                "content_html": f"<p>{LONG}</p>",
                "date_published": "2026-11-24T10:00:00+02:00",
                "authors": [{"name": "А. Б."}],
            },
            {"id": "8", "content_text": "Коротко"},
            "odd",
        ],
    }
    whole, short = read(json.dumps(feed).encode(), "application/feed+json")
    assert (whole.key, whole.text, whole.author) == ("7", LONG.strip(), "А. Б.")
    assert whole.published == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert (short.lead, short.url, short.published) == ("Коротко", None, None)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b"<!doctype html><html><body>Just a moment...</body></html>", "HTML"),
        (b"/etc/passwd", "no feed"),
        (b"http://127.0.0.1:1/", "no feed"),
        (b"hello world", "these 11 bytes"),
        (b'{"a": 1}', "no JSON Feed"),
        (b'{"a": ', "is none"),
        (b"{" * 100_000, "is none"),
    ],
)
def test_what_is_no_feed_is_said_to_be_none(body, said):
    with pytest.raises(UnreadableDocument, match=said):
        read(body)


def test_external_entities_are_not_read(tmp_path):
    """XXE: neither a file nor an address that an entity names reaches an entry."""
    secret = tmp_path / "secret"
    secret.write_text("hidden-words")
    doctype = f'<!DOCTYPE r [<!ENTITY x SYSTEM "file://{secret}">]>'
    body = rss("<item><title>a &x; b</title></item>").replace(b"<rss", doctype.encode() + b"<rss")
    assert "hidden-words" not in "".join(entry.title for entry in read(body))
