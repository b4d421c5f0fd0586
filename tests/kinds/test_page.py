import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from monitor.errors import UnreadableDocument
from monitor.kinds import read_entries
from monitor.models import Document, Listing, Purpose, Source

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PAGE = """<html><body><nav><a href="/about">Всё о нашей редакции и нашей команде</a></nav>
<div class="item"><h3><a href="/2026/1">Парламент утвердил союзную программу</a></h3><time datetime="2026-11-24T09:00:00Z">9:00</time></div>
<div class="item"><a href="/2026/1"><img></a><a class="t" href="/2026/2">Министры обсудили таможенный центр</a></div>
<a href="/tag/x">Теги</a><a href="https://other.test/1">Материал другого сайта, реклама партнёра</a>
<a href="javascript:void(0)">Поделиться этой страницей с друзьями</a></body></html>"""


def read(page, listing=None):
    source = Source(id="s", url="https://x.test/news/", kind="page", listing=listing)
    document = Document("d", "s", Purpose.INDEX, source.url, page.encode(), "text/html; charset=utf-8", NOW)
    return read_entries(document, source).entries


def test_without_selectors_headlines_of_the_site_itself_are_entries():
    first, second = read(PAGE)
    assert (first.url, first.title) == ("https://x.test/2026/1", "Парламент утвердил союзную программу")
    assert second.title == "Министры обсудили таможенный центр"


def test_selectors_choose_item_link_title_and_date():
    first, second = read(PAGE, Listing(item="div.item", link="a.t, h3 a", title="a.t, h3", date="time"))
    assert (first.title, first.published) == (
        "Парламент утвердил союзную программу",
        datetime(2026, 11, 24, 9, tzinfo=UTC),
    )
    assert (second.url, second.published) == ("https://x.test/2026/2", None)


def test_a_page_without_links_is_no_listing():
    with pytest.raises(UnreadableDocument, match="no link"):
        read("Checking your browser")


LINK = '<a href="/2026/1">Парламент утвердил союзную программу</a>'


@pytest.mark.parametrize("listing", [None, Listing(item="a")], ids=["looks", "selectors"])
@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 45_000 + LINK,
        "<b>" * 1_000_000 + LINK,
        "<!--" * 50_000 + LINK,
        '<a href="' * 100_000,
        "</a " * 100_000 + LINK,
        "<?" * 100_000 + LINK,
        "<a " + " ".join(map('a{}="1"'.format, range(100_000))) + " href='/1'>" + "x" * 50 + "</a>",
        "<table><form>" * 10_000 + LINK,
        LINK + "<" * 5_000_000,
        LINK * 200_000,
        "\x00" * 1_000_000,
    ],
    ids=lambda page: f"{len(page)}-{page[:9].strip(chr(0))}",
)
def test_hostile_pages_end_in_time(page, listing):
    began = time.process_time()
    with suppress(UnreadableDocument):
        read(page, listing)
    assert time.process_time() - began < 5
