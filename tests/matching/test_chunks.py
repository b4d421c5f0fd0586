"""Chunks of a text: analysed together or one by one, they are the same."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.matching.chunks import _CLASSICAL, _PLAIN, Memo
from monitor.matching.fold import fold
from monitor.matching.vocabulary import Vocabulary
from monitor.rules import Term

# Tracing for coverage costs several times what is timed here.
pytestmark = pytest.mark.no_cover

CYRILLIC = st.text("абвгдежзийклмнопрстуфхцчшщъыьэюяіїєёўґ", min_size=1, max_size=12)
LATIN = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)
TEXTS = st.lists(
    CYRILLIC
    | LATIN
    | st.sampled_from(
        ["Минск", "минске,", "«Минск-2»", "Сказал", "\n", "", "—", "«", "слово,слово", "жыцьцё", "ддзздзз"]
    )
)


def memo() -> Memo:
    vocabulary = Vocabulary()
    for text in ("Минск", "сказать", "инт*"):
        vocabulary.add(Term(text, 1, ("ru",)))
    return Memo(vocabulary, 1_000)


@given(st.lists(CYRILLIC | LATIN, min_size=1))
def test_what_is_taken_for_plain_folds_to_itself(words):
    lines = "\n".join(words)
    if _CLASSICAL not in lines:
        assert all(fold(word) == word for word in _PLAIN.findall(lines))


@given(TEXTS)
def test_chunks_read_together_are_those_read_one_by_one(texts):
    together, alone = memo(), memo()
    for chunk, text in zip(together.read(texts), texts, strict=True):
        single = alone[text]
        assert (chunk.size, chunk.opens, chunk.closes, tuple(word.numbers for word in chunk.words)) == (
            single.size,
            single.opens,
            single.closes,
            tuple(word.numbers for word in single.words),
        )


def test_a_full_memo_makes_room():
    small = Memo(Vocabulary(), 10)
    texts = [f"слово{'аб'[number % 2]}{number}" for number in range(1_000)]
    assert [chunk.size for chunk in small.read(texts)] == [1] * 1_000
    assert len(small) <= 10


def test_long_chunks_are_not_kept():
    made = memo()
    made.read(["а" * 101, "б" * 100, "х"])
    assert set(made) == {"б" * 100, "х"}


def test_many_new_chunks_take_time_in_proportion():
    made = memo()
    began = time.process_time()
    made.read([f"слово{number}" for number in range(50_000)])
    assert time.process_time() - began < 4
