"""Texts and watch files that are made to hurt: each has a clear outcome and ends in time."""

from __future__ import annotations

import random
import time

import pytest

from monitor.models import Article

MEGA = 1_000_000
# Tracing for coverage costs several times what is timed here.
pytestmark = pytest.mark.no_cover
SECONDS = 3  # docs/performance.md has the figures of a quiet machine, all below one
CYRILLIC = "абвгдежзиклмнопрстуфхцчшщыэюяё"

WATCH = """
lists:
  belarus: {ru: [Беларусь, Минск, российско-белорусский], be: [Беларусь, Мінск], except: [Минск-2]}
  union: {ru: [Союзное государство, "интеграц*"], en: [Union State, U.S.]}
  echo: {ru: [да да да да]}
rules:
  - {id: near, near: {terms: [$belarus, $union], words: 3}}
  - {id: sentence, near: {terms: [$belarus, $union, Россия], within: sentence}}
  - {id: count, when: '2 of ($belarus, $union, $echo) and not title:"спорт"'}
  - {id: one, any: [$belarus, $union, $echo, слово]}
"""


def ascii_start(value: object) -> str:
    """A name for a test: of an alphabet its first letters."""
    return ascii(value)[:40]


def random_words(alphabet: str, length: int) -> str:
    generator = random.Random(1)
    return " ".join("".join(generator.choices(alphabet, k=length)) for _ in range(MEGA // (length + 1)))


REPEATED = [
    "а", "a", " ", "\u00a0", "\u2009", "\t", "\n", "а\n", "aб", "слово,", "Беларусь-", "Беларусь ", "Беларусь\n", "Беларусь Россия интеграция ",
    "Союзное ", "Союзное государство ", "Союзное" + " " * 93, "Союзное\n\n", "да ", "интеграц", "\u0301", "а\u0301", "а\u00ad", "'", "а'", "s's ",
    ".", "А. ", '"', "-", "а-", "\u200b", "сло\u200bво ", "😀", "\ud800", "Poccия ", "и\u0306", "Минск-2 ", "0", "_", "U.S. ",
    "а\u0315\u0323", "\0а", "\ud800а ", "а😀", "한", "ᄒ\u1161", "а'''", "ь", "сьць", "Бела\u0301русь ", "2б ",
]  # fmt: skip


@pytest.fixture
def hostile(matcher):
    """Match, explain and show a text, in bounded time, with offsets that are right."""
    made = matcher(WATCH)

    def run(text: str) -> set[str]:
        article = Article(id="1", source="s", text=text)
        began = time.process_time()
        matches = made.match(article)
        snippets = [made.snippet(article, match) for match in matches]
        reports = made.explain(article)
        assert time.process_time() - began < 2 * SECONDS
        assert all(text[span.start : span.end] == span.text for match in matches for span in match.spans)
        assert all(len(snippet.text) <= 302 for snippet in snippets)
        assert {report.rule for report in reports if report.held} == {match.rule for match in matches}
        return {match.rule for match in matches}

    return run


@pytest.mark.slow
@pytest.mark.parametrize("piece", REPEATED, ids=ascii)
def test_any_megabyte_ends_in_time(hostile, piece):
    hostile(piece * (MEGA // len(piece)))


@pytest.mark.slow
@pytest.mark.parametrize(
    "alphabet",
    [
        CYRILLIC,
        "abcdefghijklm",
        CYRILLIC + "abcdeiopxy",
        "оаесрхoaecpx",
        CYRILLIC + ".,!?-«»",
        CYRILLIC + "'",
        CYRILLIC + "\u0301\u00ad\u200b",
        "αβγδεζηθικλμνξοπρστυφχψω",
        "".join(filter(str.isalpha, map(chr, range(0xA0, 0xD800)))),
        "0123456789",
        "сьцьзнлдз",
        '.,-!»«()…"',
    ],
    ids=ascii_start,
)
@pytest.mark.parametrize("length", [3, 7])
def test_a_megabyte_of_unseen_words_ends_in_time(hostile, alphabet, length):
    hostile(random_words(alphabet, length))


@pytest.mark.slow
def test_a_hit_at_the_end_of_a_megabyte_is_found(hostile):
    assert hostile(random_words(CYRILLIC, 7)[: MEGA - 40] + " интеграция и Беларусь") == {"near", "count", "one"}
    assert hostile("слово," * (MEGA // 6) + "Беларусь") == {"one"}


@pytest.mark.slow
def test_any_characters_end_in_time(hostile):
    generator = random.Random(1)
    hostile("".join(chr(generator.randrange(0x110000)) for _ in range(MEGA)))


def test_two_thousand_rules_over_a_long_text_end_in_time(matcher):
    rules = "\n".join(f"  - {{id: r{n}, near: {{terms: [$a, слово{n % 40}, $b], words: {n}}}}}" for n in range(2_000))
    made = matcher(f"lists: {{a: {{ru: [Минск]}}, b: {{ru: [Россия]}}}}\nrules:\n{rules}\n")
    text = "Минск и Россия и " + " ".join(f"слово{n % 40} и ещё что-то" for n in range(60_000)) + " Минск"
    began = time.process_time()
    made.match(Article(id="1", source="s", text=text))
    assert time.process_time() - began < 2 * SECONDS


def test_one_hot_rule_does_not_slow_the_others(matcher):
    """A rule that holds for nearly every text costs its own hits and no more."""
    rules = "\n".join(f"  - {{id: r{n}, all: [слово{n}, $never]}}" for n in range(500))
    made = matcher(f"lists: {{never: {{ru: [никогда]}}}}\nrules:\n  - {{id: hot, any: [и, в, на]}}\n{rules}\n")
    text = "и в на слово7 и это " * 200
    made.match(Article(id="1", source="s", text=text))
    began = time.process_time()
    assert [match.rule for match in made.match(Article(id="1", source="s", text=text))] == ["hot"]
    assert time.process_time() - began < 1
