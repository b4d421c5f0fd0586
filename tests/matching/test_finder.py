"""The skeleton of a text hides no word, whatever stands in it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.matching import finder
from monitor.matching.coded import Coded, decoded
from monitor.matching.finder import Finder
from monitor.matching.fold import fold
from monitor.matching.skeleton import skeletons
from monitor.matching.vocabulary import Vocabulary
from monitor.matching.words import is_letter, words
from monitor.rules import Term

HOSTILE = "абвгґдеєёжзиіїйлмнрстуўхцьэюяacehopxyBHTéïäАВСЕНОРСТХУ'’ʼ`\u0301\u0306\u0308\u00ad\u200b .,-!\n\u00a0😀한中ǆ\u0345\ud800"
CLASSICAL = "сзцнлдьбераує'\u0301 "
HANGUL_MEDIALS = dict.fromkeys(range(0x1160, 0x1200))
TEXTS = st.text(HOSTILE, max_size=40) | st.text(CLASSICAL, max_size=30) | st.text(max_size=20)


def found(terms: list[str], text: str) -> list[tuple[int, int]]:
    """Where the finder finds the terms, each in this spelling only."""
    vocabulary = Vocabulary()
    for term in terms:
        vocabulary.add(Term(term, 1, exact=True))
    return hits(Finder(vocabulary), text)


def hits(made: Finder, text: str) -> list[tuple[int, int]]:
    coded = Coded(text)
    return [
        (start, end) for _, start, end in made.hits(text, coded, made.plain_words(coded), made.odd_words(text, coded))
    ]


@settings(max_examples=1_000)
@given(TEXTS)
def test_every_word_that_is_a_term_is_found_once_and_in_order(text):
    text = text.translate(HANGUL_MEDIALS)
    raws = list(words(text))
    assert found([raw for raw, _, _ in raws], text) == [(start, start + len(raw)) for raw, start, _ in raws]


@settings(max_examples=500)
@given(TEXTS, TEXTS)
def test_a_word_is_found_where_it_folds_to_the_term_and_nowhere_else(term, text):
    terms = [raw for raw, _, _ in words(term.translate(HANGUL_MEDIALS))][:1]
    folded = set(map(fold, terms))
    assert found(terms, text) == [(at, at + len(raw)) for raw, at, _ in words(text) if fold(raw) in folded]


@settings(max_examples=300)
@given(TEXTS)
def test_words_are_counted_as_they_are_cut(text):
    coded = Coded(text.translate(HANGUL_MEDIALS))
    starts = [start for _, start, _ in words(text.translate(HANGUL_MEDIALS))]
    for offset in range(len(text.translate(HANGUL_MEDIALS)) + 1):
        assert coded.words_before(offset) == sum(start < offset for start in starts)


def test_words_are_counted_beyond_the_first_block():
    text = "слово об'яднання, " * 1_000
    starts = [start for _, start, _ in words(text)]
    coded = Coded(text)
    assert [coded.words_before(start) for start in starts] == list(range(2_000))


def test_every_letter_there_is_looks_in_a_skeleton_as_its_folded_form_does():
    texts = [f"п{letter}ж" for letter in map(chr, range(0x110000)) if is_letter(letter)]
    assert skeletons(texts) == skeletons(map(fold, texts))


def test_every_letter_there_is_is_plain_only_if_it_folds_alone():
    for letter in filter(is_letter, map(chr, range(0x3000))):
        text = f"{letter} "
        coded = Coded(text)
        assert coded.odd or [decoded(word) for word in coded.words] == [fold(letter), ""]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("word", ["Київ", "ёлка", "Orbán", "ўрад", "서울", "Ñandú", "ΐ"])
def test_composed_and_decomposed_words_are_both_found(word, form):
    text = f"«{unicodedata.normalize(form, word)}»"
    assert found([word], text) == [(1, len(text) - 1)]


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(finder, "_REMEMBERED", 3)
    vocabulary = Vocabulary()
    vocabulary.add(Term("слово*", 1))
    made = Finder(vocabulary)
    for number in range(50):
        assert len(hits(made, f"слово{number} сло\u0301во{number} другое")) == 2
        assert max(len(made._plain), len(made._odd)) <= 3


def test_long_words_are_not_remembered():
    vocabulary = Vocabulary()
    vocabulary.add(Term("а*", 1))
    made = Finder(vocabulary)
    assert len(hits(made, f"{'а' * 101} {'а' * 100} {'а' * 100}\u0301")) == 3
    assert len(made._plain) == 1
    assert not made._odd
