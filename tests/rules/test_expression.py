"""The language of `when`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rules import AllOf, AnyOf, AtLeast, Hit, Near, Not, Scope, Term, parse_expression, written

A, B, C = Hit("a"), Hit("b"), Hit("c")


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("$a", A),
        ('"word"', Hit(Term("word", 1))),
        ("'two words'", Hit(Term("two words", 1))),
        ("$a and $b and $c", AllOf((A, B, C))),
        ("$a or $b and $c", AnyOf((A, AllOf((B, C))))),
        ("($a or $b) and $c", AllOf((AnyOf((A, B)), C))),
        ("not $a and $b", AllOf((Not(A), B))),
        ("not ($a and $b)", Not(AllOf((A, B)))),
        ("not not $a", Not(Not(A))),
        ("$a near/3 $b", Near(((A,), (B,)), 3)),
        ("$a near/0 $b near/0 $c", Near(((A,), (B,), (C,)), 0)),
        ("$a near/sentence ($b or $c)", Near(((A,), (B, C)), None)),
        ("not $a near/3 $b", Not(Near(((A,), (B,)), 3))),
        ("2 of ($a, $b, $c)", AtLeast(2, (A, B, C))),
        ("any of ($a, $b)", AtLeast(1, (A, B))),
        ("all of ($a, $b and $c)", AtLeast(2, (A, AllOf((B, C))))),
        ("title:$a", Hit("a", Scope.TITLE)),
        ("body: ($a or $b)", AnyOf((Hit("a", Scope.BODY), Hit("b", Scope.BODY)))),
        ("title:($a near/2 $b)", Near(((Hit("a", Scope.TITLE),), (Hit("b", Scope.TITLE),)), 2)),
        ("title:$a near/2 $b", Near(((Hit("a", Scope.TITLE),), (B,)), 2)),
        ("title:2 of ($a, title:$b)", AtLeast(2, (Hit("a", Scope.TITLE), Hit("b", Scope.TITLE)))),
        ("$a AND NOT Title:$b", AllOf((A, Not(Hit("b", Scope.TITLE))))),
        ("$a\nand\n\t$b", AllOf((A, B))),
        ("$список", Hit("список")),
    ],
)
def test_what_is_written_is_what_is_meant(text, condition):
    parsed = parse_expression(text)
    assert parsed.mistakes == ()
    assert parsed.condition == condition


@pytest.mark.parametrize(
    ("text", "offset", "said"),
    [
        ("", 0, "empty"),
        ("  ", 0, "empty"),
        ("word", 0, "bare word"),
        ("$a and слово", 7, "bare word"),
        ("$a near $b", 3, "bare word"),
        ("$a near/x $b", 3, "bare word"),
        ("$a $b", 3, "not expected"),
        ("$a and", 6, "missing before the end"),
        ("and $a", 0, "missing before 'and'"),
        ("($a", 3, "')' is missing"),
        ("$a)", 2, "not expected"),
        ('"a', 0, "not closed"),
        ('$a and ""', 8, "empty term"),
        ('"сл*ово"', 3, "does not end a word"),
        ('"а*"', 2, "fewer than 2 letters"),
        ('"Беларуcь"', 7, "Latin letter 'c' (U+0063)"),
        ("$", 0, "means nothing here"),
        ("2 of $a", 5, "needs brackets"),
        ("3 of ($a, $b)", 0, "can never match"),
        ("0 of ($a, $b)", 0, "always so"),
        ("title:(body:$a)", 7, "can never match"),
        ("$a near/3 ($b and $c)", 10, "near takes"),
        ("$a near/3 not $b", 10, "missing before 'not'"),
        ("($a near/3 $b) near/3 $c", 0, "near takes"),
        ("$a near/3 $b near/5 $c", 13, "different limits"),
        (" near/1 ".join(["$a"] * 9), 80, "more than 8 operands"),
        ("(" * 60 + "$a" + ")" * 60, 41, "nested deeper"),
        ("not " * 60 + "$a", 164, "nested deeper"),
    ],
)
def test_a_mistake_is_found_at_its_place(text, offset, said):
    parsed = parse_expression(text)
    assert parsed.condition is None
    assert any(mistake.offset == offset and said in mistake.message for mistake in parsed.mistakes), parsed.mistakes


def test_all_bare_words_and_bad_terms_are_found_at_once():
    mistakes = parse_expression('$a and foo or "Беларуcь" and bar and ""').mistakes
    assert [mistake.offset for mistake in mistakes] == [7, 21, 29, 38]


@pytest.mark.parametrize(("bare", "meant"), [("nto", "not"), ("adn", "and"), ("near", "near/5"), ("titel:x", "title:")])
def test_a_misspelt_word_of_the_language_is_recognised(bare, meant):
    assert f"did you mean {meant}?" in parse_expression(f"{bare} $a").mistakes[0].hint


def test_lists_and_terms_are_returned_with_their_places():
    parsed = parse_expression('$a or "b" or title:$a')
    assert parsed.lists == (("a", 0), ("a", 19))
    assert parsed.terms == ((Term("b", 1), 6),)


def test_a_term_has_the_line_that_its_place_has():
    parsed = parse_expression('$a\nor "b"', lambda offset: 10 + (offset > 2))
    assert parsed.condition == AnyOf((A, Hit(Term("b", 11))))


HITS = st.builds(Hit, st.sampled_from("abc") | st.builds(Term, st.sampled_from(["x", "two words"]), st.just(1)))
NEARS = st.builds(
    Near,
    st.lists(st.lists(HITS, min_size=1, max_size=2).map(tuple), min_size=2, max_size=3).map(tuple),
    st.none() | st.integers(0, 9),
)
CONDITIONS = st.recursive(
    HITS | NEARS,
    lambda parts: (
        st.builds(Not, parts)
        | st.builds(AllOf, st.lists(parts, min_size=2, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(parts, min_size=2, max_size=3).map(tuple))
        | st.builds(lambda several: AtLeast(1, several), st.lists(parts, min_size=1, max_size=3).map(tuple))
    ),
    max_leaves=8,
)


@given(CONDITIONS)
def test_a_condition_is_read_back_from_how_it_is_written(condition):
    assert parse_expression(written(condition)).condition == condition


@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from(["$a", '"b"', "and", "or", "not", "near/2", "(", ")", ",", "2 of", "title:", " "])).map(
        " ".join
    )
)
def test_any_text_is_a_condition_or_has_mistakes_inside_it(text):
    parsed = parse_expression(text)
    assert (parsed.condition is None) == bool(parsed.mistakes)
    assert all(0 <= mistake.offset <= len(text) for mistake in parsed.mistakes)
