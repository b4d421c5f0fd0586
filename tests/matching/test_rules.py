"""When a rule holds for an article."""

from __future__ import annotations

import pytest

from monitor.models import Article

TITLE, LEAD, TEXT = "alpha title", "beta lead", "gamma text delta.\nepsilon zeta"


@pytest.mark.parametrize(
    ("rule", "held"),
    [
        ("all: [alpha, beta, gamma]", True),
        ("all: [alpha, nothing]", False),
        ("any: [nothing, zeta]", True),
        ("any: [nothing, never]", False),
        ("any: [alpha], none: [zeta]", False),
        ("any: [alpha], none: [nothing]", True),
        ("in_title: {all: [alpha]}", True),
        ("in_title: {any: [beta, gamma]}", False),
        ("in_body: {all: [beta, gamma]}", True),
        ("in_body: {any: [alpha]}", False),
        ("all: [alpha], in_body: {none: [alpha]}", True),
        ("in_title: {near: {terms: [alpha, title], words: 0}}", True),
        ("near: {terms: [gamma, delta], words: 1}", True),
        ("near: {terms: [delta, gamma], words: 1}", True),
        ("near: {terms: [gamma, delta], words: 0}", False),
        ("near: {terms: [delta, epsilon], words: 5}", False),
        ("near: {terms: [alpha, beta], words: 50}", False),
        ("near: {terms: [beta, gamma], words: 50}", False),
        ("near: {terms: [gamma, delta], within: sentence}", True),
        ("near: {terms: [delta, epsilon], within: sentence}", False),
        ("near: {terms: [gamma, text, delta], words: 0}", True),
        ("near: {terms: [gamma, gamma], words: 50}", False),
        ("when: 'not not \"alpha\"'", True),
        ('when: \'not (not "alpha" or "nothing")\'', True),
        ('when: \'2 of ("alpha", "beta", "nothing")\'', True),
        ('when: \'3 of ("alpha", "beta", "nothing")\'', False),
        ('when: \'2 of ("alpha", "never", not "nothing")\'', True),
        ('when: \'title:"alpha" and body:("beta" or "nothing")\'', True),
        ('when: \'"gamma" near/1 ("nothing" or "delta")\'', True),
        ('when: \'title:"gamma" near/1 "delta"\'', False),
        ('when: \'"alpha" and not ("gamma" near/0 "delta")\'', True),
    ],
)
def test_conditions(holds, rule, held):
    assert holds(rule, title=TITLE, lead=LEAD, text=TEXT) is held


@pytest.mark.parametrize(
    ("sources", "source", "tags", "held"),
    [
        ("only: [one]", "one", (), True),
        ("only: [one]", "two", (), False),
        ("only: [one, tag:state]", "two", ("state",), True),
        ("skip: [one]", "one", (), False),
        ("skip: [tag:sport]", "one", ("sport", "state"), False),
        ("only: [tag:state], skip: [one]", "one", ("state",), False),
        ("only: [tag:one]", "one", (), False),
    ],
)
def test_sources(holds, sources, source, tags, held):
    assert holds(f"all: [alpha], sources: {{{sources}}}", title=TITLE, source=source, tags=tags) is held


@pytest.mark.parametrize(("language", "held"), [("ru", True), ("be", True), ("en", False), ("pl", False), (None, True)])
def test_languages(holds, language, held):
    fields = {"language": language} if language else {}
    assert holds("all: [alpha], languages: [ru, be]", title=TITLE, **fields) is held


def test_terms_of_every_language_are_looked_for_in_every_article(holds):
    assert holds("all: [Минск]", text="in Минске", language="en")


def test_the_highest_severity_comes_first_then_the_order_of_the_file(matcher):
    rules = [("a", "low"), ("b", "critical"), ("c", "medium"), ("d", "critical")]
    made = matcher("rules:\n" + "\n".join(f"  - {{id: {name}, all: [alpha], severity: {how}}}" for name, how in rules))
    assert [match.rule for match in made.match(Article(id="1", source="s", title=TITLE))] == ["b", "d", "c", "a"]


def test_a_match_has_the_hits_that_made_the_rule_hold_in_reading_order(matcher):
    made = matcher(
        'rules: [{id: r, when: \'("zeta" or "alpha" or "nothing") and ("gamma" near/1 "delta") and not "sport"\'}]'
    )
    (match,) = made.match(Article(id="1", source="s", title=TITLE, lead=LEAD, text="delta far away. " + TEXT))
    assert [(span.field, span.text) for span in match.spans] == [
        ("title", "alpha"),
        ("text", "gamma"),
        ("text", "delta"),
        ("text", "zeta"),
    ]


def test_parts_of_a_choice_that_do_not_hold_show_no_hits(matcher):
    made = matcher('rules: [{id: r, when: \'"alpha" or ("beta" and "nothing")\'}]')
    (match,) = made.match(Article(id="1", source="s", title=TITLE, lead=LEAD))
    assert [span.text for span in match.spans] == ["alpha"]


def test_an_empty_article_matches_nothing(matcher):
    assert matcher("rules: [{id: r, all: [alpha]}]").match(Article(id="1", source="s")) == ()


def test_touches_looks_at_all_terms_or_those_of_some_lists(matcher):
    made = matcher(
        "lists: {a: {ru: [Минск], except: [Минск-2]}, b: {en: [war]}}\nrules: [{id: r, all: [$a, $b, inline]}]"
    )
    assert made.touches("в Минске")
    assert made.touches("inline")
    assert not made.touches("Минск-2")
    assert not made.touches("")
    assert made.touches("war", ["b"])
    assert not made.touches("war", ["a"])
    assert not made.touches("inline", ["a", "b"])
    assert not made.touches("war", ["unknown"])
