from datetime import UTC, datetime

import pytest

from monitor.errors import UnreadableDocument
from monitor.kinds import KINDS, read_entries
from monitor.models import Document, Purpose, Source

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOURCE = Source(id="s", url="https://t.me/s/channel", kind="telegram")
PAGE = '<html><body><section class="tgme_channel_history js-message_history">{}</section></body></html>'
POST = """<div class="tgme_widget_message_wrap"><div class="tgme_widget_message {classes}" data-post="channel/{number}">
<div class="tgme_widget_message_author"><a class="tgme_widget_message_owner_name">Канал</a></div>{inner}
<div class="tgme_widget_message_footer"><time class="message_video_duration">0:27</time><span>436.6K</span> views
<span class="tgme_widget_message_meta">{signed}<a class="tgme_widget_message_date" href="https://t.me/channel/{number}">
<time datetime="2026-11-24T09:30:00+03:00">9:30</time></a></span></div></div></div>"""


def post(inner, number=7, classes="", signed=""):
    return POST.format(inner=inner, number=number, classes=classes, signed=signed)


def text(words):
    return f'<div class="tgme_widget_message_text js-message_text" dir="auto">{words}</div>'


def read(page, url="https://t.me/s/channel"):
    body = page if isinstance(page, bytes) else page.encode()
    return read_entries(Document("d", "s", Purpose.INDEX, url, body, "text/html; charset=utf-8", NOW), SOURCE).entries


def test_a_post_is_its_whole_text_with_the_first_line_as_title():
    (entry,) = read(
        PAGE.format(post(text("<b>Союзное</b> государство<br/><br/>Подписан <a href='/x'>договор</a> &amp; план.")))
    )
    assert entry.title == "Союзное государство"
    assert entry.text == "Союзное государство\nПодписан договор & план."
    assert (entry.key, entry.url) == ("7", "https://t.me/channel/7")
    assert entry.published == datetime(2026, 11, 24, 6, 30, tzinfo=UTC)


def test_the_newest_post_is_the_first_entry():
    assert [entry.key for entry in read(PAGE.format(post(text("а"), 7) + post(text("б"), 8)))] == ["8", "7"]


def test_a_title_is_a_line_with_words_and_not_longer_than_a_headline():
    marked, long = read(PAGE.format(post(text("слово " * 200)) + post(text("⚡️<br/>___<br/>Срочно"))))
    assert marked.title == "Срочно"
    assert len(long.title) <= 201
    assert long.title.endswith("слово…")
    assert len(long.text) > 1000


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        ('<a class="tgme_widget_message_photo_wrap"></a>', "[photo]"),
        ('<a class="tgme_widget_message_video_player"><time>0:27</time></a>', "[video]"),
        ('<i class="tgme_widget_message_sticker"></i>', "[sticker]"),
        ('<div class="message_media_not_supported_label">Open Telegram to view this post</div>', "[post]"),
    ],
)
def test_a_post_without_words_is_an_item_whose_page_is_not_fetched(inner, said):
    (entry,) = read(PAGE.format(post(inner)))
    assert entry.text == entry.title == said


def test_poll_document_and_linked_page_are_read():
    inner = (
        '<div class="tgme_widget_message_poll_question">Вступать?</div>'
        '<div class="tgme_widget_message_poll_option_percent">9%</div>'
        '<div class="tgme_widget_message_poll_option_text">Да</div>'
        '<div class="tgme_widget_message_document_title">договор.pdf</div>'
        '<a class="tgme_widget_message_link_preview"><div class="link_preview_site_name">Сайт</div>'
        '<div class="link_preview_title">Заголовок</div><div class="link_preview_description">Лид</div></a>'
    )
    assert read(PAGE.format(post(inner)))[0].text == "Вступать?\nДа\nдоговор.pdf\nЗаголовок\nЛид"


def test_what_a_reply_quotes_and_the_footer_say_is_not_the_post():
    quote = '<a class="tgme_widget_message_reply"><div class="js-message_reply_text">Старое</div></a>'
    assert read(PAGE.format(post(quote + text("Новое"))))[0].text == "Новое"


def test_a_service_message_repeats_an_old_post_and_is_left_out():
    assert read(PAGE.format(post(text("Канал pinned «Аннексия»"), classes="service_message"))) == ()


def test_author_is_the_signature_or_whom_it_was_forwarded_from():
    forwarded = '<a class="tgme_widget_message_forwarded_from_name" href="https://t.me/o"><span>Другой</span></a>'
    signed = '<span class="tgme_widget_message_from_author">А. Б.</span>,&nbsp;edited'
    assert read(PAGE.format(post(forwarded + text("а"))))[0].author == "Другой"
    assert read(PAGE.format(post(forwarded + text("а"), signed=signed)))[0].author == "А. Б."


def test_a_channel_without_preview_is_not_an_empty_one():
    with pytest.raises(UnreadableDocument, match="no public preview"):
        read('<div class="tgme_page"><a class="tgme_action_button_new">View in Telegram</a></div>')
    with pytest.raises(UnreadableDocument, match="no preview of a Telegram channel"):
        read("<html><title>Another page</title></html>")
    assert read(PAGE.format('<div class="tme_no_messages_found">No posts found</div>')) == ()


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        (PAGE.format("<div>" * 100_000 + post(text("глубоко"))), None),
        (PAGE.format(post(text("а" + "<b>" * 200_000 + "я"))), None),
        (PAGE.format(post(text("a\x00\x1b\u202eб\ufffe"))), ["a\u202eб"]),
        (PAGE.format(post("<" * 3_000_000)), None),
        (PAGE.format('<div class="tgme_widget_message" data-post="">x</div>'), ["[post]"]),
        (PAGE.format(post(text("x")).replace("2026-11-24T09", "99999-11-24T99")), ["x"]),
        (PAGE.format(post(text("x")).replace('href="https://t.me/channel/7"', 'href="javascript:x()"')), ["x"]),
        (b"\xff\xfe\x00", None),
    ],
)
def test_hostile_pages_end_in_entries_or_a_reason(body, texts):
    try:
        found = read(body)
    except UnreadableDocument:
        assert texts is None
    else:
        assert texts is None or [entry.text for entry in found] == texts
        assert all(not entry.url or entry.url.startswith("https://t.me/") for entry in found)


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("https://t.me/s/name", None),
        ("https://mirror.test/tg/name", None),
        ("https://t.me/name", "write https://t.me/s/name"),
        ("https://t.me/name/12", "write https://t.me/s/name"),
        ("https://t.me/s/", "write https://t.me/s/NAME"),
        ("https://telegram.me", "write https://t.me/s/NAME"),
    ],
)
def test_an_address_that_shows_no_posts_is_named_with_the_right_one(url, hint):
    assert KINDS["telegram"].mistake(url) == hint


def test_real_markup(shared_data):
    """Each message of the real channel is an entry with number, address, time and words, but for service messages."""
    found = read((shared_data / "pages" / "telegram__tchan__whole_channel_page.html").read_bytes())
    assert len(found) == 26
    assert all(
        entry.published and entry.url == f"https://t.me/{entry.url.split('/')[3]}/{entry.key}" for entry in found
    )
    assert all(entry.text and "views" not in entry.text for entry in found)
    by_number = {entry.key: entry for entry in found}
    assert (by_number["5"].text, by_number["5"].author) == ("Hello! Signed and edited message", "Álvaro Justen")
    assert by_number["84"].text == "Multiple videos and pictures"
    assert by_number["20"].text == "Reply to a video (not recorded in telegram)"
    assert by_number["7334"].title.endswith("CÂMARA APROVA")
    assert read((shared_data / "pages" / "telegram__tchan__test_parse_no_posts_found.html").read_bytes()) == ()
