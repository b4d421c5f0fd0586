"""What is so for any article and any set of rules."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.matching import Matcher
from monitor.models import Article, Severity
from monitor.rules import AllOf, AnyOf, AtLeast, Hit, Near, Not, Rule, Scope, Term, TermList, Watch

LISTS = {
    "city": TermList("city", (Term("Минск", 1, ("ru",)), Term("Минская область", 2, ("ru",))), (Term("Минск-2", 3),)),
    "union": TermList("union", (Term("Союзное государство", 4, ("ru",), cased=True), Term("интеграц*", 5, ("ru",)))),
    "state": TermList("state", (Term("state", 6, ("en",)), Term("U.S.", 7, ("en",)), Term("Union State", 8, ("en",)))),
}
WORDS = [
    "Минск", "минска", "Минск-2", "Минской", "области", "Союзное", "союзное", "государства", "интеграция", "state", "State's",
    "Union", "U.S.", "и", "в", "—", "-", ",", ".", "!", "\n", "\n\n", " ", "\u00a0", "\u00ad", "\u200b", "\u0301", "«", "»", "'", "’",
    "й", "и\u0306", "ё", "Poccия", "2", "😀", "\ud800", "\u2009", "\t",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(WORDS) | st.text(max_size=3), max_size=30).map(" ".join) | st.lists(
    st.sampled_from(WORDS), max_size=30
).map("".join)
ARTICLES = st.builds(Article, id=st.just("1"), source=st.just("s"), title=TEXTS, lead=TEXTS, text=TEXTS)

SCOPES = st.sampled_from(list(Scope))
HITS = st.builds(Hit, st.sampled_from([*LISTS, Term("Минск", 9), Term("государство", 9, cased=True)]), SCOPES)
NEARS = st.builds(
    Near,
    st.lists(st.lists(HITS, min_size=1, max_size=2).map(tuple), min_size=2, max_size=3).map(tuple),
    st.none() | st.integers(0, 9),
)
CONDITIONS = st.recursive(
    HITS | NEARS,
    lambda parts: (
        st.builds(Not, parts)
        | st.builds(AllOf, st.lists(parts, min_size=1, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(parts, min_size=1, max_size=3).map(tuple))
        | st.lists(parts, min_size=1, max_size=3).flatmap(
            lambda several: st.builds(AtLeast, st.integers(1, len(several)), st.just(tuple(several)))
        )
    ),
    max_leaves=6,
)
NOBODY = frozenset()


def rule(name: str, condition) -> Rule:
    return Rule(name, name, Severity.LOW, (), condition, NOBODY, NOBODY, NOBODY, (), 1)


RULES = st.lists(CONDITIONS, min_size=1, max_size=4).map(
    lambda conditions: tuple(rule(f"r{number}", condition) for number, condition in enumerate(conditions))
)
SAMPLE = Matcher(
    Watch(LISTS, (rule("any", AnyOf(tuple(map(Hit, LISTS)))), rule("near", Near(((Hit("city"),), (Hit("union"),)), 3))))
)


@settings(max_examples=400)
@given(ARTICLES)
def test_offsets_slice_to_the_matched_text_and_marks_to_hits(article):
    for match in SAMPLE.match(article):
        for span in match.spans:
            assert getattr(article, span.field)[span.start : span.end] == span.text
            assert span.text.strip()
        snippet = SAMPLE.snippet(article, match)
        marked = [snippet.text[start:end] for start, end in snippet.marks]
        assert marked
        assert all(mark.strip() for mark in marked)
        assert len(snippet.text) <= 302


@settings(max_examples=300)
@given(RULES, ARTICLES)
def test_explain_and_match_agree(rules, article):
    made = Matcher(Watch(LISTS, rules))
    held = {report.rule: report.spans for report in made.explain(article) if report.held}
    assert held == {match.rule: match.spans for match in made.match(article)}


@settings(max_examples=200)
@given(RULES, CONDITIONS, ARTICLES)
def test_another_rule_changes_nothing_for_the_others(rules, condition, article):
    alone = Matcher(Watch(LISTS, rules)).match(article)
    together = Matcher(Watch(LISTS, (rule("new", condition), *rules))).match(article)
    assert tuple(match for match in together if match.rule != "new") == alone


@settings(max_examples=200)
@given(st.lists(ARTICLES, max_size=4))
def test_what_was_read_before_changes_nothing(articles):
    made = Matcher(Watch(LISTS, (rule("r", AnyOf(tuple(map(Hit, LISTS)))),)))
    for article in articles:
        fresh = Matcher(Watch(LISTS, (rule("r", AnyOf(tuple(map(Hit, LISTS)))),)))
        assert made.match(article) == fresh.match(article) == made.match(article)


def expected(condition, reports) -> bool:
    """Whether a condition holds, by the plain meaning of its words, from whether its hits and nears do."""
    match condition:
        case Hit() | Near():
            return reports[condition]
        case Not(part):
            return not expected(part, reports)
        case AllOf(parts):
            return all(expected(part, reports) for part in parts)
        case AnyOf(parts):
            return any(expected(part, reports) for part in parts)
        case AtLeast(count, parts):
            return sum(expected(part, reports) for part in parts) >= count


def leaves(condition):
    match condition:
        case Hit() | Near():
            return {condition}
        case Not(part):
            return leaves(part)
        case _:
            return set().union(*map(leaves, condition.parts))


@settings(max_examples=300)
@given(CONDITIONS, ARTICLES)
def test_a_rule_holds_as_its_parts_say(condition, article):
    """Also where rules are passed over because none of their words is there."""
    parts = list(leaves(condition))
    made = Matcher(Watch(LISTS, (rule("whole", condition), *(rule(str(n), part) for n, part in enumerate(parts)))))
    held = {match.rule for match in made.match(article)}
    assert ("whole" in held) == expected(condition, {part: str(n) in held for n, part in enumerate(parts)})


@given(ARTICLES, st.sampled_from(["title", "lead", "text"]))
def test_a_field_alone_has_the_hits_it_has_among_others(article, field):
    alone = replace_fields(article, field)
    spans = {
        span for match in SAMPLE.match(article) for span in match.spans if match.rule == "any" and span.field == field
    }
    assert spans == {span for match in SAMPLE.match(alone) for span in match.spans if match.rule == "any"}


def replace_fields(article: Article, field: str) -> Article:
    return Article(id="1", source="s", **{field: getattr(article, field)})


def test_rules_are_values():
    first = rule("r", Hit("city"))
    assert replace(first, id="r") == first
