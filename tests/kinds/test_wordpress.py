import json
from datetime import UTC, datetime

import pytest

from monitor.errors import UnreadableDocument
from monitor.kinds import KINDS, read_entries
from monitor.models import Document, Purpose, Source

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOURCE = Source(id="s", url="https://x.test/wp-json/wp/v2/posts?search=minsk", kind="wordpress")
POST = {
    "id": 41,
    "date_gmt": "2026-11-24T07:00:00",
    "modified_gmt": "2026-11-24T08:00:00",
    "link": "https://x.test/2026/41/",
    "title": {"rendered": "Минск &#8211; Москва"},
    "excerpt": {"rendered": "<p>Кратко [&hellip;]</p>\n", "protected": False},
    "content": {"rendered": "<p>Первый <b>абзац</b>.</p>\n<p>Второй.</p>", "protected": False},
}


def read(answer, content_type="application/json; charset=UTF-8"):
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return read_entries(Document("d", "s", Purpose.INDEX, SOURCE.url, body, content_type, NOW), SOURCE).entries


def test_a_post_is_an_entry_with_its_whole_text():
    (entry,) = read([POST])
    assert (entry.key, entry.url, entry.title) == ("41", "https://x.test/2026/41/", "Минск – Москва")
    assert (entry.lead, entry.text) == ("Кратко […]", "Первый абзац.\nВторой.")
    assert entry.published == datetime(2026, 11, 24, 7, tzinfo=UTC)


def test_a_protected_or_cut_post_is_a_beginning_whose_page_is_fetched():
    hidden = {"rendered": "", "protected": True}
    protected, cut, bare = read(
        [
            POST | {"content": hidden, "excerpt": hidden, "title": {"rendered": "Protected: Договор"}},
            POST | {"content": {"rendered": "<p>Начало…</p>"}},
            {"id": 1, "title": "Результат поиска", "url": "https://x.test/r"},
        ]
    )
    assert (protected.title, protected.lead, protected.text) == ("Protected: Договор", "", "")
    assert cut.text == ""
    assert (bare.title, bare.url, bare.published) == ("Результат поиска", "https://x.test/r", None)


def test_a_draft_date_gives_way_to_the_time_of_change():
    (entry,) = read([POST | {"date_gmt": "0000-00-00T00:00:00"}])
    assert entry.published == datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"code": "rest_no_route", "message": "No route was found.", "data": {"status": 404}}, "No route was found"),
        ({"code": "rest_disabled"}, "rest_disabled"),
        ({}, "no list of posts"),
        ("text", "no list of posts"),
        (b"<html>Just a moment...</html>", "is none"),
        (b"", "is none"),
        (b"[" * 200_000, "is none"),
        (b"[" + b"9" * 10_000 + b"]", "is none"),
    ],
)
def test_what_is_no_list_of_posts_is_said_to_be_none(answer, said):
    with pytest.raises(UnreadableDocument, match=said):
        read(answer)


@pytest.mark.parametrize(
    "post", [{}, {"id": None, "title": [], "content": 7, "link": {}}, {"title": {"rendered": None}}]
)
def test_fields_of_any_type_are_no_crash(post):
    (entry,) = read([post, "odd", None])
    assert (entry.url, entry.text) == (None, "7" * ("content" in post))


def test_other_encodings_and_broken_characters_are_readable():
    windows = b'[{"id": 1, "title": "' + "Союзное государство, Минск и Москва".encode("cp1251") + b'"}]'
    assert read(windows, "application/json; charset=windows-1251")[0].title == "Союзное государство, Минск и Москва"
    (entry,) = read(b'[{"id": 1, "title": "a\\ud800\\u0000\\u001b\x0bb", "link": "https://x.test/\\ud800"}]')
    assert (entry.title, entry.url) == ("ab", "https://x.test/")


def test_no_posts_found_is_empty():
    assert read([]) == ()


def test_an_address_of_another_part_of_the_site_is_named_with_the_right_one():
    mistake = KINDS["wordpress"].mistake
    assert mistake("https://x.test/news/") == "write https://x.test/wp-json/wp/v2/posts?search=WORD"
    assert mistake(SOURCE.url) is mistake("https://x.test/?rest_route=%2Fwp%2Fv2%2Fposts") is None
