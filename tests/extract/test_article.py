"""The fields of an article, and what happens to pages that hold none."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from monitor.errors import UnreadableDocument
from monitor.extract import Selectors, extract
from monitor.extract.filter import filter_line

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
URL = "https://www.herald.example/news/budget?utm_source=feed"
FIRST = "The council met on Monday and approved the budget for the coming year after a long debate."
SECOND = "Members who voted against it said that the figures for road repairs were too low by half."
THIRD = "The mayor promised to come back with a new plan before the first snow falls on the city."


def page(head: str = "", body: str = "", paragraphs: tuple[str, ...] = (FIRST, SECOND, THIRD)) -> str:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<html><head>{head}</head><body><article><h1>Council approves budget</h1>{body}{text}</article></body></html>"
    )


def read(html: str | bytes, url: str = URL, **options):
    return extract(html, url, now=NOW, **options)


def test_every_field_of_a_well_marked_page():
    data = {
        "@type": ["NewsArticle"],
        "headline": "Council approves budget",
        "datePublished": "2026-11-23T23:30:00+03:00",
        "dateModified": "2026-11-24T08:00:00Z",
        "author": [{"@type": "Person", "name": "Ann Field"}, {"name": "Bo Lake"}],
        "publisher": {"name": "The Herald"},
    }
    found = read(
        page(
            f'<script type="application/ld+json">{json.dumps(data)}</script>'
            '<link rel="canonical" href="/news/budget"><meta name="description" content="What was decided on Monday.">'
        )
    )
    assert found.title == "Council approves budget"
    assert found.text == f"{FIRST}\n{SECOND}\n{THIRD}"
    assert found.lead == "What was decided on Monday."
    assert found.url == "https://www.herald.example/news/budget"
    assert found.published == datetime(2026, 11, 23, 20, 30, tzinfo=UTC)
    assert found.modified == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert (found.author, found.site, found.language) == ("Ann Field, Bo Lake", "The Herald", "en")


def test_a_standfirst_outside_the_text_is_the_lead_and_is_read_first():
    standfirst = "Three members of the ruling party voted against their own leaders in public."
    found = read(f"<header><h1>Council approves budget</h1><p class=standfirst>{standfirst}</p></header>{page()}")
    assert found.lead == standfirst
    assert found.text.startswith(standfirst)


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        ('<meta property="article:published_time" content="2026-11-20T10:00:00+02:00">', "", "2026-11-20 08:00"),
        ('<meta itemprop="datePublished" content="2026-11-20">', "", "2026-11-20 00:00"),
        ("", '<time datetime="2026-11-20T10:00:00Z">Friday</time>', "2026-11-20 10:00"),
        ("", "<div class=news-date>20 ноября 2026, 10:00</div>", "2026-11-20 10:00"),
        ("", "<span>20 лістапада</span>", "2026-11-20 00:00"),
        ("", "<div>Обновлено: 22.11.2026</div><div>20.11.2026 09:15</div>", "2026-11-20 09:15"),
    ],
)
def test_the_time_of_publication_is_found_where_pages_state_it(head, body, expected):
    assert f"{read(page(head, body)).published:%Y-%m-%d %H:%M}" == expected


def test_the_date_in_the_address_is_better_than_none():
    assert read(page(), "https://herald.example/2026/03/09/budget").published == datetime(2026, 3, 9, tzinfo=UTC)


def test_a_date_is_never_in_the_future():
    """A local time read as UTC becomes now; a date of next year is no date."""
    soon = (NOW + timedelta(hours=3)).isoformat()
    assert read(page(f'<meta name="date" content="{soon}">')).published == NOW
    assert read(page('<meta name="date" content="2027-11-20">')).published is None


def test_a_canonical_address_that_is_the_home_page_is_not_believed():
    assert read(page('<link rel="canonical" href="https://www.herald.example/">')).url == URL


@pytest.mark.parametrize("junk", ["javascript:alert(1)", "http://[broken", "//", "http://user@evil.example/x"])
def test_a_canonical_address_that_is_none_is_not_believed(junk):
    assert read(page(f'<link rel="canonical" href="{junk}">')).url == URL


def test_the_name_of_the_site_is_taken_off_the_title():
    found = read("<title>Council approves budget — The Herald</title>" + page().replace("h1", "h5"))
    assert found.title == "Council approves budget"


def test_selectors_of_the_source_come_first():
    body = "<b class=kicker>Right title</b><i class=when>3 мая 2026</i><div class=junk>Junk</div>"
    found = read(
        page(body=body),
        selectors=Selectors(title=".kicker", body="article p:nth-of-type(n+2)", date=".when", remove=(".junk",)),
    )
    assert found.title == "Right title"
    assert found.text == f"{SECOND}\n{THIRD}"
    assert found.published == datetime(2026, 5, 3, tzinfo=UTC)


def test_a_selector_that_matches_nothing_leaves_the_general_rules():
    assert read(page(), selectors=Selectors(title=".none", body=".none", date=".none")).text == read(page()).text


def test_a_selector_that_is_no_css_is_named():
    with pytest.raises(UnreadableDocument, match="no CSS"):
        read(page(), selectors=Selectors(body="div[["))


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"%PDF-1.7 \x00\x01", "", "a PDF"),
        (b"anything", "application/pdf", "application/pdf"),
        (b"\x89PNG\r\n", "", "an image"),
        (b"{}", "application/json; charset=utf-8", "application/json"),
        (b"just words", "text/html", "no markup"),
        (b"", "text/html", "no markup"),
        (b"<html><body><nav><a href=/>Home</a></nav></body></html>", "text/html", "no article text"),
    ],
)
def test_what_is_no_article_is_refused_with_a_reason(body, content_type, reason):
    with pytest.raises(UnreadableDocument, match=reason) as refused:
        read(body, content_type=content_type)
    assert "\n" not in str(refused.value)


def test_data_of_the_page_is_read_only_when_the_page_shows_nothing():
    hidden = json.dumps({"@type": "NewsArticle", "articleBody": "Something else entirely. " * 20})
    script = f'<script type="application/ld+json">{hidden}</script>'
    assert read(page(script)).text == read(page()).text
    assert "Something else" in read(f"<html><head>{script}</head><body></body></html>").text


def test_a_react_stream_is_read_when_the_page_shows_nothing():
    text = f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"
    rows = f"5:T{len(text.encode()):x},{text}6:{json.dumps({'title': 'Council approves budget'})}\n"
    script = f"<script>self.__next_f.push({json.dumps([1, rows])})</script>"
    found = read(f"<html><head><title>Council approves budget</title></head><body>{script}</body></html>")
    assert found.text == f"{FIRST}\n{SECOND}\n{THIRD}"


def test_a_list_of_links_goes_with_its_heading():
    links = "<h3>Read also</h3><ul><li><a href=/1>Another story of the day with a long title</a></li></ul>"
    assert read(page(paragraphs=(FIRST,), body="").replace("</article>", f"{links}<p>{THIRD}</p></article>")).text == (
        f"{FIRST}\n{THIRD}"
    )


def test_a_second_copy_for_small_screens_is_read_once():
    assert read(page(paragraphs=(FIRST, SECOND, FIRST, SECOND, THIRD))).text == f"{FIRST}\n{SECOND}\n{THIRD}"


def test_hidden_text_is_not_read():
    for hidden in ('style="display:none"', "hidden", 'class="visually-hidden"'):
        assert (
            "secret" not in read(page(body=f"<div {hidden}><p>A secret sentence that nobody sees here.</p></div>")).text
        )


class TestFilter:
    """`monitor extract --jsonl`: one answer a line, whatever the line is."""

    def test_an_article(self):
        line = json.dumps({"id": 7, "url": URL, "html": page('<meta name="date" content="2026-11-20">')})
        answer = filter_line(line, now=NOW)
        assert answer["id"] == 7
        assert answer["title"] == "Council approves budget"
        assert answer["published"] == "2026-11-20T00:00:00+00:00"
        assert json.loads(json.dumps(answer))["text"] == answer["text"] == f"{FIRST}\n{SECOND}\n{THIRD}"

    @pytest.mark.parametrize(
        "line",
        [
            "",
            "no json",
            "[]",
            "[" * 100_000,
            '{"id": 1}',
            '{"id": 1, "html": 5}',
            '{"id": 1, "html": "no markup"}',
            b"\xff",
        ],
    )
    def test_a_line_that_is_none(self, line):
        answer = filter_line(line, now=NOW)
        assert set(answer) == {"id", "error"}
        assert answer["error"]
