"""FAULTS.md, parsing, as far as feeds go: each line ends in entries or in a reason, in little time and memory."""

import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import UnreadableDocument
from monitor.kinds import feed, read_entries
from monitor.kinds.identity import identities, is_new
from monitor.models import Document, Purpose, Source

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOURCE = Source(id="s", url="https://x.test/feed", kind="feed")
ITEM = "<item><title>{0}</title><link>https://x.test/{1}</link><guid>{1}</guid></item>"
TITLE = "Союзное государство: договор подписан в Минске"
BUDGET = 5.0  # seconds of the processor; most take a tenth


def rss(items, doctype="", declaration=' encoding="utf-8"'):
    return f'<?xml version="1.0"{declaration}?>{doctype}<rss version="2.0"><channel><title>T</title>{items}</channel></rss>'


def listed(body, content_type=""):
    body = body if isinstance(body, bytes) else body.encode()
    return read_entries(Document("d", "s", Purpose.INDEX, SOURCE.url, body, content_type, NOW), SOURCE)


def read(body, content_type=""):
    return listed(body, content_type).entries


def doctype(entities):
    return f"<!DOCTYPE rss [{entities}]>"


LAUGHS = '<!ENTITY l0 "haha">' + "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
DECLARED = "".join(f'<!ENTITY e{n} "x{n}">' for n in range(200_000))


@pytest.mark.parametrize(
    ("entities", "used"),
    [
        (LAUGHS, "&l9;"),
        (f'<!ENTITY a "{"x" * 50_000}">', "&a;" * 20_000),
        (DECLARED, "&e1;"),
        (DECLARED.replace("<!ENTITY e", "<!ENTITY % p"), ""),
        ("<!ENTITY % a '&#37;b;&#37;b;'><!ENTITY % b '&#37;a;'>%a;", ""),
    ],
)
def test_entities_do_not_grow(entities, used):
    began = time.process_time()
    try:
        (entry,) = read(rss(ITEM.format(f"a{used}", 1), doctype(entities)))
        assert len(entry.title) <= 1001
        assert len(entry.lead) < 200_000
    except UnreadableDocument:
        pass
    assert time.process_time() - began < BUDGET


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is read from /proc")
@pytest.mark.parametrize(("entities", "used"), [(LAUGHS, "&l9;"), (DECLARED, "&e1;")], ids=["laughs", "declared"])
def test_entities_take_little_memory(entities, used, tmp_path):
    """The peak of a process of its own, with the program's modules in it."""
    path = tmp_path / "feed.xml"
    path.write_text(rss(ITEM.format(used, 1), doctype(entities)))
    root = Path(__file__).resolve().parents[2]
    environment = os.environ | {"PYTHONPATH": str(root)}
    command = [sys.executable, "-c", PEAK, str(path)]
    shown = subprocess.run(command, capture_output=True, cwd=root, env=environment, check=True)
    assert int(shown.stdout) / 1024 < 200


PEAK = """
import pathlib, sys
from contextlib import suppress
from datetime import UTC, datetime
from monitor.errors import UnreadableDocument
from monitor.kinds import read_entries
from monitor.models import Document, Purpose, Source
source = Source(id="s", url="https://x.test/", kind="feed")
body = pathlib.Path(sys.argv[1]).read_bytes()
with suppress(UnreadableDocument):
    read_entries(Document("d", "s", Purpose.INDEX, source.url, body, "", datetime.now(UTC)), source)
status = pathlib.Path("/proc/self/status").read_text().splitlines()
print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


@pytest.mark.parametrize("scheme", ["file", "http"])
@pytest.mark.parametrize("form", ["<!ENTITY x SYSTEM '{}'>", "<!ENTITY % p SYSTEM '{}'> %p;"])
def test_an_external_entity_is_neither_opened_nor_fetched(tmp_path, scheme, form):
    secret = tmp_path / "secret"
    secret.write_text("hidden-words" if form.startswith("<!ENTITY x") else "<!ENTITY x 'hidden-words'>")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"file://{secret}" if scheme == "file" else f"http://127.0.0.1:{server.getsockname()[1]}/"
        entries = read(rss(ITEM.format("a &x; b", 1), doctype(form.format(address))))
        with pytest.raises(BlockingIOError):
            server.accept()
    assert [entry.title[0] for entry in entries] == ["a"]
    assert "hidden-words" not in str(entries)


@pytest.mark.parametrize(
    "body",
    [
        rss("<a>" * 100_000 + ITEM.format("t", 1)),
        rss("<a>" * 1_000_000 + ITEM.format("t", 1)),
        rss(ITEM.format("t" + "<b>" * 1_000_000, 1)),
        rss(f"<item><title>t</title><description><![CDATA[{'<div>' * 1_000_000}x]]></description></item>"),
        rss("<item " + " ".join(map('a{}="1"'.format, range(100_000))) + "><title>t</title></item>"),
        rss("<item " + " ".join(map('xmlns:a{}="x"'.format, range(50_000))) + "><title>t</title></item>"),
        rss("<!--" * 50_000),
        rss('<a href="' * 100_000),
        rss("</a " * 100_000),
        rss("<?" * 100_000),
        rss("<item><title>" + "<![CDATA[" * 200_000),
        rss(f"<item><title>{'&' * 2_000_000}</title></item>"),
        rss(f"<item><title>{'&amp' * 1_000_000}</title></item>"),
        rss("<item><title>t</title><description>" + "<" * 5_000_000),
        rss(ITEM.format("t", 1), "<!DOCTYPE " + "[" * 1_000_000),
        rss("".join(f"<item><title>{n}</title><pubDate>{'9' * 100_000}</pubDate></item>" for n in range(20))),
        rss(f"<item><title>t</title><pubDate>{'1-' * 100_000}</pubDate></item>"),
        "x" * 10_000_000,
        "hello & < > world " * 500_000,
        "<" * 5_000_000,
        '{"version":"https://jsonfeed.org/version/1","items":' + "[" * 1_000_000,
    ],
    ids=lambda body: f"{len(body)}-{body[60:75].strip()}",
)
def test_hostile_markup_ends_in_time(body):
    """Ten million bytes are the most that is fetched; the reader of a document is killed after 25 s."""
    began = time.process_time()
    with suppress(UnreadableDocument):
        read(body)
    assert time.process_time() - began < BUDGET


def test_an_item_of_endless_markup_is_left_out_and_counted():
    found = listed(rss(ITEM.format("a", 1) + ITEM.format("b" + "<b>" * 20_000, 2) + ITEM.format("c", 3)))
    assert [entry.title for entry in found.entries] == ["a", "c"]
    assert found.left_out == 1


def test_of_200_000_items_as_many_are_read_as_there_is_time_for():
    began = time.process_time()
    found = listed(rss("".join(map("<item><title>{}</title></item>".format, range(200_000)))))
    assert len(found.entries) == 20_000
    assert found.left_out == 180_000
    assert time.process_time() - began < 2 * BUDGET


@pytest.mark.parametrize("rising", [False, True])
def test_of_very_many_items_the_newest_are_read_and_the_rest_counted(monkeypatch, rising):
    monkeypatch.setattr(feed, "_MOST_ITEMS", 200)
    order = range(700) if rising else range(699, -1, -1)
    dated = "<item><title>{0}</title><pubDate>{1}</pubDate></item>"
    days = [datetime.fromtimestamp(1_600_000_000 + 1000 * n, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT") for n in order]
    found = listed(rss("".join(dated.format(n, day) for n, day in zip(order, days, strict=True))))
    assert {entry.title for entry in found.entries} == {str(n) for n in range(500, 700)}
    assert found.left_out == 500


def test_of_very_many_items_of_a_json_feed_likewise():
    items = ",".join(
        f'{{"id":{n},"title":"t","date_published":"{2000 + n // 1000}-01-01T00:00:00Z"}}' for n in range(90_000)
    )
    found = listed(f'{{"version":"https://jsonfeed.org/version/1","items":[{items}]}}')
    assert found.left_out == 70_000
    assert {entry.key for entry in found.entries} == {str(n) for n in range(70_000, 90_000)}


def test_an_item_of_two_megabytes_is_read_whole():
    words = "слово " * 200_000
    (entry,) = read(rss(f"<item><title>{words}</title><description>{words}конец</description></item>"))
    assert len(entry.title) <= 1001
    assert entry.lead.startswith(words.strip())
    assert entry.text.endswith("конец")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\xff\xfe" + rss(ITEM.format(TITLE, 1), declaration=' encoding="utf-16"').encode("utf-16-le"), ""),
        (b"\xfe\xff" + rss(ITEM.format(TITLE, 1), declaration=' encoding="utf-16"').encode("utf-16-be"), ""),
        (rss(ITEM.format(TITLE, 1), declaration=' encoding="utf-16"').encode("utf-16-le"), ""),
        (rss(ITEM.format(TITLE, 1), declaration="").encode("utf-16-be"), ""),
        (rss(ITEM.format(TITLE, 1)).encode(), "text/xml; charset=windows-1251"),
        (rss(ITEM.format(TITLE, 1)).encode(), "text/xml; charset=iso-8859-1"),
        (rss(ITEM.format(TITLE, 1)).encode(), "text/xml"),
        (rss(ITEM.format(TITLE, 1)).encode("cp1251"), "text/xml; charset=utf-8"),
        (
            rss(ITEM.format(TITLE, 1), declaration=' encoding="windows-1251"').encode("cp1251"),
            "text/xml; charset=utf-8",
        ),
        (rss(ITEM.format(TITLE, 1), declaration=' encoding="no-such"').encode(), ""),
        (rss(ITEM.format(TITLE.replace(" ", "\x00 "), 1)).encode(), ""),
        (rss(ITEM.format(TITLE.replace(" ", "\x1b\x08 "), 1)).encode(), ""),
        (rss(ITEM.format(TITLE.replace(" ", "&#27; &#0;&#xD800;&#99999999999;"), 1)).encode(), ""),
    ],
)
def test_a_title_is_readable_whatever_the_encoding(body, content_type):
    (entry,) = read(body, content_type)
    assert entry.title == TITLE


@pytest.mark.parametrize(
    ("written", "encoding", "declared"),
    [
        ("“Café” – naïve résumé", "cp1252", "utf-8"),
        ("中国人民的国家和地区的发展", "gb18030", "gb18030"),
        ("中国人民的国家和地区的发展", "gb18030", "utf-8"),
    ],
)
def test_other_languages_likewise(written, encoding, declared):
    (entry,) = read(rss(ITEM.format(written, 1), declaration=f' encoding="{declared}"').encode(encoding))
    assert entry.title == written


def test_broken_bytes_spoil_nothing_around_them():
    body = rss(ITEM.format(TITLE, 1)).replace("договор", "до\ud800говор").encode("utf-8", "surrogatepass")
    assert read(body)[0].title.endswith("говор подписан в Минске")
    (entry,) = read(rss(ITEM.format(TITLE, 1)).encode().replace("договор".encode(), b"\xd0\xd0\xd0"))
    assert entry.title.startswith("Союзное государство: ")
    assert entry.title.endswith(" подписан в Минске")
    entry.model_dump_json().encode()


def test_a_reference_that_is_meant_as_windows_1252_is_read_so():
    assert read(rss(ITEM.format("a &#150; b", 1)))[0].title == "a – b"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a &amp; b", "a & b"),
        ("a &amp;amp; b", "a & b"),
        ("&lt;b&gt;a&lt;/b&gt; b", "a b"),
        ("<![CDATA[<b>a</b> &amp; b]]>", "a & b"),
        ("<![CDATA[&laquo;a&raquo; &#8212; b]]>", "«a» — b"),
        ("&laquo;a&raquo;&nbsp;b", "«a» b"),
        ("a<![CDATA[ b]]> c", "a b c"),
        ("a <script>x()</script> b", "a b"),
        ("1 &lt; 2", "1 < 2"),
    ],
)
def test_the_text_of_an_item_is_what_is_seen_of_it(written, shown):
    item = f"<item><title>{written}</title><description>{written}</description></item>"
    (entry,) = read(rss(item))
    assert (entry.title, entry.lead) == (shown, shown)


def test_xhtml_in_atom_is_what_is_seen_of_it():
    inner = '<div xmlns="http://www.w3.org/1999/xhtml"><p>Раз <b>два</b></p><p>Три &lt;b&gt;<br/>четыре</p></div>'
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="xhtml">{inner}</title><content type="xhtml">{inner}</content></entry></feed>'
    (entry,) = read(atom)
    assert entry.lead == "Раз два\nТри <b>\nчетыре"


class Polls:
    """Three polls of one source and what would alert at each, by the names that the store keeps."""

    def __init__(self):
        self.seen = set()

    def new(self, items):
        entries = read(rss(items))
        names = identities(entries)
        unseen = {name for group in names for name in group} - self.seen
        self.seen |= unseen
        return [entry.title for entry, group in zip(entries, names, strict=True) if is_new(group, unseen)]


DATE = "<pubDate>{}</pubDate>"


@pytest.mark.parametrize(
    "item",
    [
        "<item><description>Только текст {0}</description></item>",
        "<item><title>Заголовок {0}</title></item>",
        "<item><guid>https://x.test/{0}</guid></item>",
        "<item><title>t{0}</title><link>https://x.test/</link><guid>same</guid></item>",
        "<item><title>same</title><link>https://x.test/{0}</link><guid>same</guid></item>",
        "<item><title>t{0}</title><link>https://x.test/{0}</link><guid>at poll {1} {0}</guid></item>",
        "<item><title>t{0}</title><link>https://x.test/{0}?utm_source={1}</link><guid>{0}</guid></item>",
        "<item><title>t{0}</title>" + DATE.format("99999") + "</item>",
        "<item><title>t{0}</title>" + DATE.format("0000-00-00T00:00:00Z") + "</item>",
        "<item><title>t{0}</title>" + DATE.format("{1}{1}{1}-garbage") + "</item>",
        "<item><title>t{0}</title>" + DATE.format("Tue, 24 Nov 20{1}9 10:00:00 GMT") + "</item>",
    ],
)
def test_nothing_is_new_twice_and_a_new_item_is(item):
    polls = Polls()
    assert len(polls.new(item.format(1, 3) + item.format(2, 3))) == 2
    assert polls.new(item.format(1, 4) + item.format(2, 4)) == []
    assert len(polls.new(item.format(3, 5) + item.format(1, 5) + item.format(2, 5))) == 1


@pytest.mark.parametrize("tag", ["pubDate", "dc:date", "published", "updated"])
@pytest.mark.parametrize(
    "written",
    [
        "99999",
        "99999-01-01T00:00:00Z",
        "0000-00-00T00:00:00Z",
        "2999-01-01T00:00:00Z",
        "Fri, 32 Foo 2026",
        "-1",
        "१",
        "",
    ],
)
def test_a_date_is_none_or_not_after_the_fetching(tag, written):
    (entry,) = read(
        rss(f"<item><title>t</title><{tag}>{written}</{tag}></item>").replace(
            "<rss", '<rss xmlns:dc="http://purl.org/dc/elements/1.1/"'
        )
    )
    assert entry.published is None or datetime(1990, 1, 1, tzinfo=UTC) <= entry.published <= NOW
    assert "2999" not in written or entry.published == NOW
