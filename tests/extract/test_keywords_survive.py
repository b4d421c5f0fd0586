"""Whatever happened to the bytes of a page on their way, its title is readable and its keyword still matches."""

from datetime import UTC, datetime

import pytest
from support.flow import WATCH

from monitor.config.watch import load_watch
from monitor.extract import extract
from monitor.extract.tree import printable
from monitor.matching import Matcher
from monitor.models import Article

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TITLE = "Бюджет Союзного государства согласован"
TEXT = "В среду министры двух стран обсудили расходы на следующий год, сообщает агентство. Дороги отремонтируют летом."
CHINESE = "中国外交部发言人表示，Union State 两国领导人将在北京举行会谈，讨论贸易与能源合作。"


def page(title=TITLE, text=TEXT, declared=""):
    meta = f'<meta charset="{declared}">' if declared else ""
    return f"<!doctype html><html><head>{meta}<title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"


DAMAGED = {
    "UTF-16 LE with a mark": ("\ufeff" + page()).encode("utf-16-le"),
    "UTF-16 BE with a mark": ("\ufeff" + page()).encode("utf-16-be"),
    "UTF-16 LE without": page().encode("utf-16-le"),
    "UTF-16 BE without": page().encode("utf-16-be"),
    "UTF-8 with a mark, declared another": b"\xef\xbb\xbf" + page(declared="windows-1251").encode(),
    "UTF-8 declared as cp1252": page(declared="windows-1252").encode(),
    "UTF-8 declared as UTF-16": page(declared="utf-16").encode(),
    "windows-1251 declared as UTF-8": page(declared="utf-8").encode("windows-1251"),
    "koi8-r without a word": page().encode("koi8-r"),
    "UTF-8 cut inside a character": page().encode()[:-16] + "й".encode()[:1],
    "UTF-8 with strays": page().encode().replace(b"<p>", b"<p>\xff\xfe \xc3( \xed\xa0\x80 "),
    "NUL and C0 inside the keyword": page(TITLE.replace("юз", "ю\x00з").replace("дарс", "да\x07рс")).encode(),
    "lone surrogates": page(TITLE.replace("Бюджет", "Бюджет\ud83d")).encode("utf-8", "surrogatepass"),
    "references to control characters": page(TITLE.replace("Бюджет", "&#1;Бюджет&#xD800;&#0;")).encode(),
    "GB18030": page(CHINESE[:20], CHINESE * 3, "gb18030").encode("gb18030"),
    "GB18030 without a word": page(CHINESE[:20], CHINESE * 3).encode("gb18030"),
}
HEADERS = ["text/html", "text/html; charset=iso-8859-1", "text/html; charset=undefined"]


@pytest.fixture(scope="module")
def matcher(tmp_path_factory):
    path = tmp_path_factory.mktemp("watch") / "watch.yaml"
    path.write_text(WATCH, encoding="utf-8")
    return Matcher(load_watch(path))


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("name", DAMAGED)
def test_a_keyword_is_found(name, header, matcher):
    found = extract(DAMAGED[name], "https://herald.example/x", content_type=header, now=NOW)
    # Where nothing names it, GB18030 is a guess; the words in Latin letters are safe.
    if name != "GB18030 without a word":
        readable = found.title.replace("\ufffd", "")  # stands for what no character is, as Unicode asks
        assert readable == (CHINESE[:20] if name == "GB18030" else TITLE)
    assert printable(found.title + found.text) == found.title + found.text
    article = Article(id="a", source="s", title=found.title, text=found.text, language=found.language)
    assert [match.rule for match in matcher.match(article)] == ["union-state"]
