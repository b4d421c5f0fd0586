import gzip
from datetime import UTC, datetime

import pytest

from monitor.errors import UnreadableDocument
from monitor.kinds import read_entries
from monitor.models import Document, Purpose, Source

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOURCE = Source(id="s", url="https://x.test/news.xml", kind="sitemap")
NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">{}</urlset>"""
STORY = """<url><image:image><image:loc>https://x.test/i.jpg</image:loc><image:title>Подпись</image:title></image:image>
<loc> https://x.test/1 </loc><lastmod>2026-11-24T11:00:00Z</lastmod>
<news:news><news:publication><news:name>Газета</news:name><news:language>ru</news:language></news:publication>
<news:publication_date>2026-11-24T10:00+03:00</news:publication_date>
<news:title><![CDATA[Минск &amp; Москва: договор]]></news:title></news:news></url>"""


def read(body):
    body = body if isinstance(body, bytes) else body.encode()
    return read_entries(Document("d", "s", Purpose.INDEX, SOURCE.url, body, "application/xml", NOW), SOURCE).entries


def test_a_story_has_address_title_and_time_of_publication():
    (entry,) = read(NEWS.format(STORY))
    assert (entry.key, entry.url) == ("https://x.test/1", "https://x.test/1")
    assert entry.title == "Минск & Москва: договор"
    assert entry.published == datetime(2026, 11, 24, 7, tzinfo=UTC)
    assert entry.text == entry.lead == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"', ""),
        ("http://www.google.com/schemas/sitemap-news/0.9", "https://www.google.com/schemas/sitemap-news/0.84"),
        (' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"', ""),
        ("UTF-8", "utf-8"),
        ("news:", "n:"),
    ],
)
def test_namespaces_may_vary(old, new):
    assert read(NEWS.format(STORY).replace(old, new)) == read(NEWS.format(STORY))


def test_a_plain_sitemap_gives_addresses_whose_pages_tell_the_rest():
    plain = "<url><loc>https://x.test/{}</loc>{}</url>"
    dated, undated, none = read(
        NEWS.format(
            plain.format(1, "<lastmod>2026-11-20</lastmod>")
            + plain.format(2, "")
            + plain.format(3, "<lastmod>?</lastmod>")
        )
    )
    assert (dated.title, dated.published) == ("", datetime(2026, 11, 20, tzinfo=UTC))
    assert undated.published is none.published is None


def test_gzip_is_unpacked_and_a_bomb_is_refused():
    assert read(gzip.compress(NEWS.format(STORY).encode())) == read(NEWS.format(STORY))
    with pytest.raises(UnreadableDocument, match="unpacks to more than"):
        read(gzip.compress(b" " * 60_000_000))
    with pytest.raises(UnreadableDocument, match="gzip and is none"):
        read(b"\x1f\x8bxxxxxxxxxxxxxxxxxx")


def test_an_index_is_refused_with_its_newest_sitemaps():
    rows = "".join(
        f"<sitemap><loc>https://x.test/{month}.xml</loc><lastmod>2026-{month:02}-01</lastmod></sitemap>"
        for month in (9, 11, 10, 8)
    )
    with pytest.raises(UnreadableDocument, match=r"index of 4 sitemaps.*/11\.xml, .*/10\.xml, .*/9\.xml$"):
        read(f"<sitemapindex>{rows}</sitemapindex>")


def test_thousands_of_addresses_without_a_date_are_refused():
    with pytest.raises(UnreadableDocument, match="1,001 addresses without a date"):
        read(NEWS.format("".join(f"<url><loc>https://x.test/{n}</loc></url>" for n in range(1001))))


@pytest.mark.parametrize(
    "body",
    [
        "",
        "hello",
        "<html><body><p>Just a moment...</p></body></html>",
        "<rss><channel><item><link>x</link></item></channel></rss>",
        b"\x00" * 1000,
        "<" * 5_000_000,
        "<a>" * 1_000_000,
    ],
)
def test_what_is_no_sitemap_is_said_to_be_none(body):
    with pytest.raises(UnreadableDocument, match="no sitemap"):
        read(body)


def test_an_empty_sitemap_is_empty():
    assert read(NEWS.format("")) == ()


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/passwd", "//user@evil/", "http://"])
def test_a_link_that_is_no_web_address_is_dropped(link):
    assert [entry.url for entry in read(NEWS.format(f"<url><loc>{link}</loc></url>"))] == [None]


def test_what_stands_before_a_fault_is_read():
    assert len(read(NEWS.format(STORY + "<url><loc>https://x.test/2")[:-9])) >= 1


def test_entities_bring_no_file_and_no_bomb(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("hidden-words")
    story = STORY.replace("]]>", "]]>&x;")
    external = NEWS.format(story).replace("<urlset", f'<!DOCTYPE u [<!ENTITY x SYSTEM "file://{secret}">]><urlset')
    assert [entry.title for entry in read(external)] == ["Минск & Москва: договор"]
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    bomb = NEWS.format(story.replace("&x;", "&l9;")).replace(
        "<urlset", f'<!DOCTYPE u [<!ENTITY l0 "ha">{laughs}]><urlset'
    )
    with pytest.raises(UnreadableDocument, match="no sitemap"):
        read(bomb)


def test_fifty_thousand_addresses_are_read():
    row = "<url><loc>https://x.test/{}</loc><lastmod>2026-11-24</lastmod></url>"
    assert len(read(NEWS.format("".join(map(row.format, range(50_000)))))) == 50_000
