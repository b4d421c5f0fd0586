"""Bytes to text: what the page says, and what is true when it says something else."""

import pytest

from monitor.extract import decode, extract
from monitor.extract.tree import printable

TEXTS = {
    "ru": "<p>В среду министры обсудили бюджет на следующий год, сообщает агентство.</p>",
    "be": "<p>У сераду міністры абмеркавалі бюджэт на наступны год, паведамляе агенцтва. Ўсё.</p>",
    "uk": "<p>У середу міністри обговорили бюджет на наступний рік, повідомляє агенція. Її ґрунт.</p>",
}
WRONG = ("", "text/html", "text/html; charset=utf-8", "text/html; charset=iso-8859-1", "text/html; charset=bogus")


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1251"])
@pytest.mark.parametrize("content_type", WRONG)
def test_the_encoding_is_told_whatever_the_header_says(text, encoding, content_type):
    assert decode(text.encode(encoding), content_type) == text


@pytest.mark.parametrize(
    ("language", "encoding"), [("ru", "koi8-r"), ("uk", "koi8-u"), ("ru", "cp866"), ("ru", "iso-8859-5")]
)
@pytest.mark.parametrize("content_type", [*WRONG, "text/html; charset=windows-1251"])
def test_older_cyrillic_encodings_are_told_too(language, encoding, content_type):
    assert decode(TEXTS[language].encode(encoding), content_type) == TEXTS[language]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("<p>中国外交部发言人表示，两国领导人将在北京举行会谈。</p>", "gb18030"),
        ("<p>日本の首相は今日、東京で記者会見を開いた。</p>", "shift_jis"),
        ("<p>한국 정부는 오늘 새로운 정책을 발표했다고 밝혔다.</p>", "euc_kr"),
        ("<p>Grüße für über fünfzig Mädchen</p>", "windows-1252"),
        ("<p>日本の首相は今日</p>", "iso2022_jp"),
    ],
)
def test_a_declared_encoding_is_followed(text, encoding):
    assert decode(text.encode(encoding), f"text/html; charset={encoding}") == text
    assert decode(f"<meta charset={encoding}>{text}".encode(encoding), "").endswith(text)


def test_broken_sequences_do_not_make_utf8_something_else():
    body = TEXTS["ru"].encode() + b"\xd0"
    assert decode(body, "").startswith(TEXTS["ru"])


@pytest.mark.parametrize(
    "content_type", ["text/html; charset=rot13", "text/html; charset=zip", "charset=\x00", "charset=" * 9]
)
def test_a_codec_that_is_no_encoding_is_not_used(content_type):
    assert decode(b"abc\xe9", content_type) == "abcé"


@pytest.mark.parametrize(
    "body", [b"", b"\x00" * 999, bytes(range(256)) * 9, b"\xff\xfe\x00", b"\xed\xa0\x80", b"\xef\xbb\xbf"]
)
def test_no_bytes_make_it_raise_or_leave_control_characters(body):
    text = decode(body, "text/html")
    assert printable(text) == text


def test_no_control_characters_reach_a_field(now):
    dirty = "Wo\x00rd\x07s\ud800 &#1;&#x85;&#xD800;&#0;"
    sentence = f"The {dirty} council met on Monday and approved the budget for the year."
    found = extract(
        f'<title>{dirty}</title><meta name=description content="{dirty} more"><meta name=author content="{dirty}">'
        f'<meta property="og:site_name" content="{dirty}"><h1>{dirty} title</h1><p>{sentence}</p><p>{sentence} Again.</p>',
        "https://herald.example/x",
        now=now,
    )
    for value in (found.title, found.text, found.lead, found.author, found.site):
        assert value
        assert printable(value) == value
        value.encode()


@pytest.mark.parametrize("language", TEXTS)
def test_a_page_as_bytes_is_read_as_its_text(language, now):
    body = f"<html><head><title>T</title></head><body>{TEXTS[language] * 2}</body></html>".encode("utf-16")
    found = extract(body, "https://herald.example/x", content_type="text/html; charset=windows-1251", now=now)
    assert found.language == language
