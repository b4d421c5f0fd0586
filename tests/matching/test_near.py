"""Windows of hits, against all combinations tried one by one."""

from __future__ import annotations

from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from monitor.matching.near import Places, windows
from monitor.matching.reading import Place


@st.composite
def places(draw):
    """Hits of one operand: words are ten characters apart, so that zones can begin at any of them."""
    spans = draw(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 2)), max_size=6, unique=True))
    return Places(sorted(Place(first * 10, (first + more) * 10 + 9, first, first + more) for first, more in spans))


OPERANDS = st.lists(places(), min_size=2, max_size=4)
ZONES = st.sets(st.integers(1, 20)).map(lambda words: [0, *(word * 10 for word in sorted(words))])


def zone(zones, offset):
    return sum(start <= offset for start in zones)


def gap(chosen, zones):
    """The words between these hits, or None where they do not make a window."""
    ordered = sorted(chosen)
    if any(a.last >= b.first or zone(zones, a.end - 1) != zone(zones, b.start) for a, b in pairwise(ordered)):
        return None
    return sum(b.first - a.last - 1 for a, b in pairwise(ordered))


@given(OPERANDS, ZONES)
def test_the_smallest_window_is_the_smallest_of_all_combinations(operands, zones):
    gaps = [found for chosen in product(*operands) if (found := gap(chosen, zones)) is not None]
    assert min((window.gap for window in windows(operands, zones)), default=None) == min(gaps, default=None)


@given(OPERANDS, ZONES, st.integers(0, 9))
def test_with_a_limit_the_windows_are_those_within_it(operands, zones, words):
    limited = {window.gap for window in windows(operands, zones, words)}
    assert min(limited, default=None) == min((w.gap for w in windows(operands, zones) if w.gap <= words), default=None)
    assert all(gap <= words for gap in limited)


@given(OPERANDS, ZONES)
def test_every_window_is_one(operands, zones):
    for window in windows(operands, zones):
        chosen = [operands[number][at] for number, at in window.hits]
        assert chosen == sorted(chosen)
        assert sorted(number for number, _ in window.hits) == list(range(len(operands)))
        assert gap(chosen, zones) == window.gap


def test_hits_of_two_operands_at_one_place_are_not_near_each_other():
    here = Places([Place(0, 5, 0, 0)])
    assert list(windows([here, here], [0])) == []
