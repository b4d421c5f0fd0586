"""What a term of a list hits in a text, as it stands there."""

from __future__ import annotations

import json

import pytest

from monitor.models import Article


@pytest.fixture
def hits(matcher):
    """The matched texts of one list, given as the YAML of its body."""

    def find(body: str, text: str) -> list[str]:
        made = matcher(f"lists: {{a: {{{body}}}}}\nrules: [{{id: r, all: [$a]}}]")
        return [span.text for match in made.match(Article(id="1", source="s", text=text)) for span in match.spans]

    return find


CASES = [
    # forms, case, whole words
    ("ru: [Минск]", "в МИНСКЕ, под Минском; минский министр", ["МИНСКЕ", "Минском"]),
    ("en: [annex]", "annexed, annexing; annexation reannex", ["annexed", "annexing"]),
    # the key of a list chooses the inflection; a word in another alphabet is inflected in the languages of its own
    ("be: [Мінск], en: [Минск]", "У Мінску і в Минске", ["Мінску", "Минске"]),
    # phrases
    ("ru: [Союзное государство]", "Союзного государства, СОЮЗНОМУ  ГОСУДАРСТВУ", ["Союзного государства", "СОЮЗНОМУ  ГОСУДАРСТВУ"]),
    ("ru: [Союзное государство]", "союзное, государство. Союзное (государство) Союзное… государство", []),
    ("ru: [Союзное государство]", "«Союзное» «государство» и \"Союзное\" 'государство'", ["Союзное» «государство", "Союзное\" 'государство"]),
    ("ru: [Союзное государство]", "Союзное\u00a0государство Союзное\u2009государство Союзное\tгосударство", ["Союзное\u00a0государство", "Союзное\u2009государство", "Союзное\tгосударство"]),
    ("ru: [Союзное государство]", "Союзное\nгосударство", ["Союзное\nгосударство"]),
    ("ru: [Союзное государство]", "Союзное\n\nгосударство", []),
    ("ru: [Союзное государство]", "Союзное — государство, Союзное - государство", []),
    ("ru: [Союзное государство]", "Союзное новое государство", []),
    ("en: [one one two]", "one one one two", ["one one two"]),
    # hyphens separate words, whatever they look like
    ("ru: [белорусский]", "российско-белорусские, российско\u2011белорусский, русско\u2013белорусский", ["белорусские", "белорусский", "белорусский"]),
    ("ru: [российско-белорусский]", "российско\u2010белорусскими, российско белорусским", ["российско\u2010белорусскими", "российско белорусским"]),
    ("ru: [Минск]", "Минск—Москва и Минск-2", ["Минск", "Минск"]),
    # any ending
    ("ru: ['интеграц*']", "интеграционные, евроинтеграции, интегра\u200bция, ИНТЕГРАЦ", ["интеграционные", "интегра\u200bция", "ИНТЕГРАЦ"]),
    ("ru: ['экономическ* союз*']", "экономических союзников, экономическое, союз", ["экономических союзников"]),
    # capitals
    ("ru|cased: [Союзное государство]", "союзных государств, Союзных государств, Союзного Государства, СОЮЗНОЕ ГОСУДАРСТВО", ["Союзных государств", "Союзного Государства", "СОЮЗНОЕ ГОСУДАРСТВО"]),
    ("ru|cased: [СГ]", "сг Сг СГ", ["СГ"]),
    ("en|cased: [iPhone]", "iphone iPhone IPHONE Iphone iPhones", ["iPhone", "IPHONE", "iPhones"]),
    ("ru|cased: ['Сою*']", "союз Союзом", ["Союзом"]),
    ("ru: [СГ]", "сг", ["сг"]),
    # this form only
    ("ru|exact: [Минску]", "Минск Минску МИНСКУ Минском", ["Минску", "МИНСКУ"]),
    ("ru|cased|exact: [Минску]", "Минску минску", ["Минску"]),
    # mended expansions
    ("ru: {term: Минск, add: [Менск, град Минск], drop: [Минску, минском]}", "Минск Менск Менска Минску Минском град Минск", ["Минск", "Менск", "град Минск", "Минск"]),
    ("ru: {term: союзное государство, drop: союзных государств}", "союзных государств, союзного государства", ["союзного государства"]),
    ("ru: [{term: Минск, drop: [Минску]}, Минску]", "Минску", ["Минску"]),
    # exceptions
    ("ru: [Минск], except: [Минск-Арена, Минск-2]", "Минск-Арене, Минск 2, в Минске", ["Минске"]),
    ("en: [state], except: [state of the union]", "the state of the union is the state", ["state"]),
    ("en: [state, union], except: [state]", "state union", ["union"]),
    ("en: [union state], except: [state]", "union state", ["union state"]),
    # possessives and apostrophes
    ("en: [Belarus]", "Belarus's, Belarus’s, Belarus’ and 'Belarus'", ["Belarus", "Belarus", "Belarus", "Belarus"]),
    ("en: [McDonald's]", "McDonald’s", ["McDonald"]),
    ("be: [\"аб'яднанне\"]", "аб’яднання аб`яднанне абʼяднаннем", ["аб’яднання", "аб`яднанне", "абʼяднаннем"]),
    # folding
    ("ru: [самолет]", "самолёты", ["самолёты"]),
    ("be: [урад]", "новы ўрад", ["ўрад"]),
    ("ru: [Россия]", "Poccия, Ро\u00adссии, Росси́я", ["Poccия", "Ро\u00adссии", "Росси́я"]),
    ("en: [Lukashenko]", "Lukаshenko", ["Lukаshenko"]),
    ("ru: [российский]", "российскии\u0306", ["российскии\u0306"]),
    # punctuation of the term itself may stand in the text, and need not
    ("en: [U.S.]", "the U.S. envoy, US, U S", ["U.S", "U S"]),
    ("en: [tut.by]", "tut.by", ["tut.by"]),
    ("en: [AT&T]", "AT&T and AT & T", ["AT&T", "AT & T"]),
    # numbers
    ("en: ['2026']", "2026, 20261", ["2026"]),
    ("en: [COVID-19]", "COVID-19 covid 19", ["COVID-19", "covid 19"]),
    # edges of the text
    ("ru: [Минск]", "Минск", ["Минск"]),
    ("ru: [Минск]", "\n\n Минск\n", ["Минск"]),
    ("ru: [Минск]", "", []),
    ("ru: [Минск]", "#Минск @Минск _Минск_ Минск²", ["Минск", "Минск", "Минск", "Минск"]),
    ("ru: [Минск]", "😀Минск😀", ["Минск"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "text", "found"), CASES, ids=[f"{number} {case[0]}" for number, case in enumerate(CASES)]
)
def test_hits(hits, body, text, found):
    assert hits(body, text) == found


def test_a_term_of_a_thousand_forms(hits):
    forms = [f"форма{'абвгд'[n // 1 % 5]}{n}" for n in range(1_000)]
    assert hits(
        f"ru: {{term: слово, add: {json.dumps(forms, ensure_ascii=False)}}}", f"{forms[7]} {forms[999]} форма"
    ) == [forms[7], forms[999]]


def test_a_span_says_what_hit_where_and_whence(matcher):
    made = matcher("lists:\n  a:\n    ru: [Москва,\n      Минск]\nrules: [{id: r, all: [$a, Россия]}]")
    article = Article(id="1", source="s", title="В Россию", lead="из", text="Из\nМинска.")
    (match,) = made.match(article)
    assert [span.model_dump() for span in match.spans] == [
        {"field": "title", "start": 2, "end": 8, "text": "Россию", "term": "Россия", "list": None, "line": 5},
        {"field": "text", "start": 3, "end": 9, "text": "Минска", "term": "Минск", "list": "a", "line": 4},
    ]


def test_a_hit_that_several_terms_of_a_list_share_is_told_once(matcher):
    made = matcher("lists: {a: {ru: [Лукашенко], uk: [Лукашенко], en: [Лукашенко]}}\nrules: [{id: r, all: [$a]}]")
    (match,) = made.match(Article(id="1", source="s", text="Лукашенко"))
    assert len(match.spans) == 1
