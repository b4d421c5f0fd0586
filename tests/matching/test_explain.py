"""What is said of a rule that holds, and of one that does not."""

from __future__ import annotations

import pytest

from monitor.models import Article


@pytest.fixture
def explain(matcher):
    """The report of a rule, given as the YAML of its body."""

    def make(rule: str, tags: tuple[str, ...] = (), **fields: str):
        (report,) = matcher(f"lists: {{a: {{en: [alpha], except: [alpha male]}}}}\nrules: [{{id: r, {rule}}}]").explain(
            Article(id="1", **{"source": "s", **fields}), tags=tags
        )
        return report

    return make


def test_a_rule_that_holds(explain):
    report = explain("all: [$a, beta], near: {terms: [$a, gamma], words: 3}", text="alpha one two gamma beta")
    assert report.held
    assert [(part.condition, part.held, part.distance) for part in report.conditions] == [
        ("$a", True, None),
        ('"beta"', True, None),
        ('$a near/3 "gamma"', True, 2),
    ]
    assert [span.text for span in report.spans] == ["alpha", "gamma", "beta"]
    assert report.failed == ()


def test_a_rule_that_fails_says_which_condition_and_how_near_it_came(explain):
    report = explain("all: [$a, beta], near: {terms: [$a, gamma], words: 1}", text="alpha. x x alpha y y gamma")
    assert not report.held
    assert report.spans == ()
    failed = {part.condition: part for part in report.failed}
    assert set(failed) == {'"beta"', '$a near/1 "gamma"'}
    assert failed['"beta"'].detail == "no hit"
    near = failed['$a near/1 "gamma"']
    assert (near.distance, near.detail) == (2, "nearest: 2 words between")
    assert [(span.start, span.text) for span in near.spans] == [(11, "alpha"), (21, "gamma")]


@pytest.mark.parametrize(
    ("rule", "fields", "detail"),
    [
        ("near: {terms: [$a, gamma], words: 3}", {"text": "gamma"}, "no hit of $a"),
        ("near: {terms: [$a, gamma], words: 3}", {}, 'no hit of $a nor "gamma"'),
        ("near: {terms: [$a, gamma], words: 3}", {"text": "alpha\ngamma"}, "all hit, but never in one paragraph"),
        (
            "near: {terms: [$a, gamma], words: 3}",
            {"title": "alpha", "text": "gamma"},
            "all hit, but never in one paragraph",
        ),
        ("near: {terms: [$a, gamma], words: 0}", {"text": "alpha x gamma"}, "nearest: 1 word between"),
        (
            "near: {terms: [$a, gamma], within: sentence}",
            {"text": "An alpha. Gamma"},
            "never in one sentence; nearest: 0 words between",
        ),
        ("in_title: {all: [$a]}", {"lead": "alpha", "text": "alpha"}, "hits only in lead and text"),
        ("all: [$a]", {"text": "alpha male"}, "hits only inside exceptions"),
        ("all: [x], none: [$a]", {"text": "x alpha"}, "it is there"),
        ("any: [x, y]", {}, "0 of 2 hold, 1 needed"),
        ("all: [$a], sources: {skip: [tag:t]}", {"text": "alpha"}, "the article is from s, tag:t"),
        ("all: [$a], sources: {only: [x]}", {"text": "alpha"}, "the article is from s, tag:t"),
        ("all: [$a], languages: [be]", {"text": "alpha", "language": "ru"}, "the article is in ru"),
    ],
)
def test_why_a_condition_failed(explain, rule, fields, detail):
    report = explain(rule, tags=("t",), **fields)
    assert not report.held
    assert report.failed[-1].detail == detail or report.failed[0].detail == detail


def test_the_parts_of_a_condition_have_their_own_reports(explain):
    (count,) = explain('when: \'2 of ($a, "beta", not "gamma")\'', text="alpha gamma").conditions
    assert (count.held, count.detail) == (False, "1 of 3 hold, 2 needed")
    assert [(part.condition, part.held) for part in count.parts] == [
        ("$a", True),
        ('"beta"', False),
        ('not "gamma"', False),
    ]
    assert [span.text for span in count.parts[2].parts[0].spans] == ["gamma"]


def test_every_rule_is_reported_in_the_order_of_the_file(matcher):
    made = matcher("rules: [{id: b, all: [x]}, {id: a, severity: critical, all: [y]}]")
    article = Article(id="1", source="s", text="y")
    assert [(report.rule, report.held) for report in made.explain(article)] == [("b", False), ("a", True)]
    assert made.explain_rule("a", article).held
