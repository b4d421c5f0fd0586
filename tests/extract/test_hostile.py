"""Pages made to stop a parser end in time, with their text or an UnreadableDocument."""

import contextlib
import json
import time

import pytest

from monitor.errors import UnreadableDocument
from monitor.extract import Selectors, decode, extract
from monitor.kinds import read_entries
from monitor.models import Document, Listing, Purpose, Source

# Tracing for coverage costs several times what is timed here.
pytestmark = pytest.mark.no_cover
LIMIT = 5.0  # seconds of CPU; 0.1 to 1.2 on a quiet machine, which is a benchmark's to tell
SENTENCE = "The council met on Monday and approved the budget for the coming year, officials said."
PARAGRAPH = f"<p>{SENTENCE}</p>"
STATE = json.dumps([{"text": "A sentence of state. " * 3}] * 60_000)

WITH_TEXT = {
    "100,000 attributes": lambda: "<p " + " ".join(f'a{n}="1"' for n in range(100_000)) + ">x</p>" + PARAGRAPH,
    "200,000 attributes on one tag": lambda: "<p " + " ".join(f"a{n}" for n in range(200_000)) + ">x</p>" + PARAGRAPH,
    "quoted > in 100,000 attributes": lambda: (
        "<p " + " ".join(f'a{n}=">"' for n in range(100_000)) + ">x</p>" + PARAGRAPH
    ),
    "many tags of 150 attributes": lambda: ("<p " + " ".join(f"a{n}" for n in range(150)) + ">x") * 3000 + PARAGRAPH,
    "3,000 nested elements": lambda: "<div>" * 3000 + PARAGRAPH + "</div>" * 3000,
    "100,000 nested elements": lambda: "<div>" * 100_000 + PARAGRAPH + "</div>" * 100_000,
    "a million nested elements": lambda: "<b>" * 1_000_000 + PARAGRAPH,
    "misnested formatting": lambda: "<b><i>" * 50_000 + PARAGRAPH * 500,
    "table fostering": lambda: "<table>" * 5000 + PARAGRAPH * 5000,
    "80,000 paragraphs": lambda: PARAGRAPH * 80_000,
    "400,000 links": lambda: PARAGRAPH + "<a href=x>y</a>" * 400_000,
    "100,000 class names": lambda: PARAGRAPH + "".join(f'<div class="c{n} d{n}">x</div>' for n in range(100_000)),
    "200,000 headlines": lambda: "<h1>T</h1>" * 200_000 + PARAGRAPH,
    "90,000 meta fields": lambda: '<meta name="date" content="x">' * 90_000 + PARAGRAPH,
    "40,000 bodies": lambda: (
        PARAGRAPH + "".join(f'<div class="article-body"><p>{SENTENCE} {n}</p></div>' for n in range(40_000))
    ),
    "a title of separators": lambda: "<title>" + "a - " * 500_000 + "</title><h1>a</h1>" + PARAGRAPH,
    "deep JSON": lambda: '<script type="application/ld+json">' + "[" * 1_000_000 + "</script>" + PARAGRAPH,
    "deep JSON objects": lambda: '<script type="application/ld+json">' + '{"a":' * 300_000 + "</script>" + PARAGRAPH,
    "30,000 JSON-LD blocks": lambda: (
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"x"}</script>' * 30_000 + PARAGRAPH
    ),
    "50 MB on one line": lambda: "<p>" + "word " * 10_000_000,
    "NUL and C0": lambda: f"<p>\x00\x01{SENTENCE}\x1f</p>",
    "lone surrogates": lambda: f"<p>\ud800{SENTENCE}</p>",
    "a tag cut off": lambda: PARAGRAPH + '<p class="x',
    "text before unclosed comments": lambda: PARAGRAPH + "<!--" * 500_000,
}
EITHER = {
    "fostered links": lambda: "<table><tr>" + "<a>x" * 50_000 + PARAGRAPH,
    "unclosed comments": lambda: "<!--" * 50_000,
    "unclosed attribute values": lambda: '<a href="' * 100_000,
    "unclosed end tags": lambda: "</a " * 100_000,
    "processing instructions": lambda: "<?" * 100_000,
    "5 MB of <": lambda: "<" * 5_000_000,
    "entities": lambda: "<p>" + "&" * 3_000_000,
    "a wide state": lambda: f'<script type="application/json">{STATE}</script>',
    "a React stream of small rows": lambda: '<script>self.__next_f.push([1,"' + "1:[]\\n" * 500_000 + '"])</script>',
    "a million empty paragraphs": lambda: "<p>x</p>" * 1_000_000,
    "invalid UTF-8": lambda: b"<p>" + b"\xff\xc3(" * 300_000,
    "UTF-16 halves": lambda: b"\xff\xfe" + b"<\x00p\x00" * 300_000 + b"\xd8",
}


def read_in_time(html, now, **options):
    start = time.process_time()
    try:
        found = extract(html, "https://herald.example/x", now=now, **options)
    except UnreadableDocument:
        found = None
    assert time.process_time() - start < LIMIT
    return found


@pytest.mark.parametrize("name", WITH_TEXT)
def test_the_text_is_read_in_time(name, now):
    found = read_in_time(WITH_TEXT[name](), now)
    assert found is not None
    assert SENTENCE in found.text or found.text.startswith("word word")


@pytest.mark.parametrize("name", EITHER)
def test_it_ends_in_time(name, now):
    read_in_time(EITHER[name](), now)


SELECTED = ["400,000 links", "a million nested elements", "200,000 attributes on one tag", "80,000 paragraphs"]


@pytest.mark.parametrize(
    ("name", "listing"),
    [(name, None) for name in (*WITH_TEXT, *EITHER)] + [(name, Listing(item="p, a")) for name in SELECTED],
)
def test_a_listing_ends_in_time_too(name, listing, now):
    page = {**WITH_TEXT, **EITHER}[name]()
    body = (page if isinstance(page, bytes) else page.encode("utf-8", "replace"))[:10_000_000]
    source = Source(id="s", url="https://herald.example/", kind="page", listing=listing)
    start = time.process_time()
    with contextlib.suppress(UnreadableDocument):
        read_entries(Document("d", "s", Purpose.INDEX, source.url, body, "", now), source)
    assert time.process_time() - start < LIMIT


@pytest.mark.parametrize("name", ["200,000 attributes on one tag", "100,000 nested elements", "80,000 paragraphs"])
def test_selectors_do_not_open_another_way_in(name, now):
    assert read_in_time(WITH_TEXT[name](), now, selectors=Selectors(body="p", remove=("div > b",))) is not None


@pytest.mark.parametrize(
    "body", [b"\xd0" * 50_000_000, b"<" * 50_000_000, b"\x00" * 50_000_000], ids=["torn", "signs", "zeros"]
)
def test_50_mb_are_decoded_in_time(body):
    start = time.process_time()
    decode(body, "text/html")
    assert time.process_time() - start < LIMIT
