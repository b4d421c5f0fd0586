"""Which conditions are refused: those that hold for any text, and those that never hold."""

from __future__ import annotations

import time

import pytest

from monitor.rules import Logic, Term, TermList, parse_expression

LISTS = {
    "a": TermList("a", (Term("a1", 1, ("ru",)), Term("a2", 1, ("ru",)))),
    "b": TermList("b", (Term("b1", 1, ("ru",)),)),
    "c": TermList("c", (Term("c1", 1, ("ru",)),)),
    "cased": TermList("cased", (Term("A1", 1, ("ru",), cased=True),)),
    "mended": TermList("mended", (Term("a1", 1, ("ru",), drop=("a1s",)),)),
    "excepting": TermList("excepting", (Term("a1", 1, ("ru",)),), (Term("a1 b1", 1),)),
    "hidden": TermList("hidden", (Term("a1  A2", 1, ("ru",)),), (Term("A1 a2", 1),)),
}


def objection(text: str) -> str:
    condition = parse_expression(text).condition
    assert condition is not None
    return Logic(LISTS).objection(condition)


@pytest.mark.parametrize(
    "text", ["not $a", "$a or not $b", "not ($a and $b)", "not $a and not $b", "1 of (not $a, $b)", "not not not $a"]
)
def test_a_rule_that_holds_for_texts_without_any_of_its_words_is_refused(text):
    assert "exclusions only" in objection(text)


@pytest.mark.parametrize(
    "text",
    [
        "$a and not $a",
        "title:$a and not $a",
        "$a and not ($a or $b)",
        '"a1" and not "A1"',
        '$a and not "a1" and not "a2"',
        '$cased and not "a1"',
        '$mended and not "a1"',
        "2 of ($a, $b, $c) and not $a and not $b",
        "$a near/3 $b and not $b",
        "$a near/3 $b and not ($b near/5 $a)",
        "$a near/3 $b and not title:$a and not body:$b",
        "$a near/sentence $b and not ($a near/sentence $b)",
        "title:$a near/3 body:$b",
        "$hidden",
        "($a and not $a) or ($b and not $b)",
    ],
)
def test_a_rule_that_can_never_match_is_refused(text):
    assert "can never match" in objection(text)


@pytest.mark.parametrize(
    "text",
    [
        "$a",
        "not not $a",
        '$a and not "a1"',
        '"a1" and not $a',
        '"a1" and not $cased',
        '"a1" and not $mended',
        '"a1" and not $excepting',
        "$a and not title:$a",
        "$a and (not $a or $b)",
        "2 of ($a, $b, $c) and not $a",
        "$a near/3 $b and not ($a near/2 $b)",
        "$a near/3 $b and not ($a near/sentence $b)",
        "$a near/3 $a",
        "$excepting",
    ],
)
def test_a_rule_that_can_match_is_not_refused(text):
    assert objection(text) == ""


def test_the_time_is_bounded_and_what_is_too_long_to_decide_passes():
    undecided = " and ".join(f'(("x{n}" and not "x{n}") or ("y{n}" and not $a))' for n in range(20)) + " and $a"
    began = time.process_time()
    assert objection(undecided) == ""
    assert time.process_time() - began < 2
