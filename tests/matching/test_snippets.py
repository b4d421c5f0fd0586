"""The sentence that shows why a rule holds."""

from __future__ import annotations

import pytest

from monitor.models import Article


@pytest.fixture
def show(matcher):
    """The snippet of a rule that asks for alpha and beta, its marks in brackets."""
    made = matcher("rules: [{id: r, all: [alpha, beta]}]")

    def snippet(**fields: str) -> str:
        article = Article(id="1", source="s", **fields)
        (match,) = made.match(article)
        found = made.snippet(article, match)
        text = found.text
        for start, end in reversed(found.marks):
            text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
        return text

    return snippet


def test_the_sentence_with_most_of_the_rule(show):
    text = "Alpha here. Alpha and alpha and alpha. Then alpha meets beta. Beta."
    assert show(title="alpha", text=text) == "Then [alpha] meets [beta]."


def test_the_first_of_equals(show):
    assert show(title="Alpha title", text="Alpha text.\nBeta text.") == "[Alpha] title"


def test_more_hits_where_the_lists_are_as_many(show):
    assert show(text="Alpha beta. Beta alpha beta.") == "[Beta] [alpha] [beta]."


def test_a_long_sentence_is_cut_at_blanks_around_its_hits(show):
    words = " ".join(f"word{number}" for number in range(100))
    found = show(text=f"{words} alpha and then beta {words}.")
    assert found.startswith("…word")
    assert found.endswith("…")
    assert "[alpha] and then [beta]" in found
    assert 250 < len(found) <= 306
    assert found.strip("…").split()[0] in words.split()
    assert found.strip("…").split()[-1] in words.split()


def test_a_cut_at_one_end_only(show):
    words = " ".join(f"word{number}" for number in range(100))
    assert show(text=f"Alpha beta {words}.").startswith("[Alpha] [beta] word0")
    assert show(text=f"{words} alpha beta").endswith("[alpha] [beta]")


def test_hits_too_far_apart_for_one_snippet(show):
    far = "x " * 400
    assert "[alpha]" in show(text=f"alpha {far} beta")


def test_text_without_blanks_is_cut_anyway(show):
    found = show(text=f"{'x' * 500},alpha,beta,{'y' * 500}")
    assert "[alpha],[beta]" in found
    assert len(found) <= 306


def test_a_hit_across_a_line_end_shows_both_lines(matcher):
    made = matcher("rules: [{id: r, all: [union state]}]")
    article = Article(id="1", source="s", text="The union\nstate. More.")
    (match,) = made.match(article)
    snippet = made.snippet(article, match)
    assert (snippet.text, snippet.marks) == ("The union state.", ((4, 15),))


def test_hits_that_overlap_are_one_mark(matcher):
    made = matcher("rules: [{id: r, all: [union state, state budget]}]")
    article = Article(id="1", source="s", text="the union state budget")
    (match,) = made.match(article)
    assert made.snippet(article, match).marks == ((4, 22),)


def test_a_match_without_hits_shows_nothing(matcher):
    """A rule that holds by what is not absent has none."""
    made = matcher('rules: [{id: r, when: \'not (not "alpha" or "beta")\'}]')
    article = Article(id="1", source="s", text="alpha")
    (match,) = made.match(article)
    assert made.snippet(article, match).text == ""
