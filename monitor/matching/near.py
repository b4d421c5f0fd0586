"""Hits that stand close to one another."""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from monitor.matching.reading import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_START, _FIRST = attrgetter("start"), attrgetter("first")


class Window(NamedTuple):
    """One hit of each operand, from left to right as (operand, index of its hit), and the words between them in all."""

    gap: int
    hits: tuple[tuple[int, int], ...]


class Places(tuple[Place, ...]):  # noqa: SLOT001 - a tuple has no room for slots
    """The hits of one operand, in order; `longest` is the most words that one of them has."""

    @cached_property
    def longest(self) -> int:
        """0 for none."""
        return max((place.last - place.first + 1 for place in self), default=0)


class _Partial(NamedTuple):
    """The best hits for some of the operands so far: `cost` is the words between them less the last one's number."""

    zone: int
    cost: int
    hits: tuple[tuple[int, int], ...]


def windows(operands: Sequence[Places], zone_starts: Sequence[int], words: int | None = None) -> Iterator[Window]:
    """For each hit that completes a set of all operands inside one zone, the tightest such set that ends with it.

    Hits of one set do not overlap. Zones (paragraphs, sentences) begin at these character offsets; of two neighbours in
    a set the first ends in the zone in which the second begins. With `words`, sets with more words between are left
    out. Linear in the hits, exponential in the operands.
    """
    everything = (1 << len(operands)) - 1
    best: dict[int, _Partial] = {}
    waiting: list[tuple[int, dict[int, _Partial]]] = []
    for place, number, at in sorted(_within_reach(operands, zone_starts, words)):
        waiting = _admit(best, waiting, before=place.first)
        ended = _extended(best, place, (number, at), zone_starts)
        if everything in ended:
            gap = ended[everything].cost + place.last
            if words is None or gap <= words:
                yield Window(gap, ended[everything].hits)
        waiting.append((place.last, ended))


def _within_reach(
    operands: Sequence[Places], zone_starts: Sequence[int], words: int | None
) -> Iterator[tuple[Place, int, int]]:
    """The hits that a window can have: those around the hits of the operand that has fewest."""
    rarest = min(operands, key=len)
    if words is None:
        stretches, key = [_zones_around(place, zone_starts, len(operands)) for place in rarest], _START
    else:
        reach = words + sum(places.longest for places in operands)
        stretches, key = [(place.first - reach, place.last + reach) for place in rarest], _FIRST
    for number, places in enumerate(operands):
        done = 0
        for low, high in stretches:
            begin = max(done, bisect_left(places, low, key=key))
            done = max(begin, bisect_right(places, high, key=key))
            yield from ((places[at], number, at) for at in range(begin, done))


def _zones_around(place: Place, zone_starts: Sequence[int], operands: int) -> tuple[int, int]:
    """The characters of the hit's zone and of as many zones to each side as there are operands."""
    zone = bisect_right(zone_starts, place.start)
    end = zone + operands
    return zone_starts[max(0, zone - 1 - operands)], zone_starts[end] if end < len(zone_starts) else sys.maxsize


def _admit(
    best: dict[int, _Partial], waiting: list[tuple[int, dict[int, _Partial]]], *, before: int
) -> list[tuple[int, dict[int, _Partial]]]:
    """Let the sets whose last hit ends before that word be continued; the others go on waiting."""
    for last, ended in waiting:
        if last >= before:
            continue
        for mask, partial in ended.items():
            known = best.get(mask)
            if known is None or (-partial.zone, partial.cost) < (-known.zone, known.cost):
                best[mask] = partial
    return [entry for entry in waiting if entry[0] >= before]


def _extended(
    best: dict[int, _Partial], place: Place, hit: tuple[int, int], zone_starts: Sequence[int]
) -> dict[int, _Partial]:
    """The sets that this hit ends, by the operands they have."""
    bit = 1 << hit[0]
    begins, ends = bisect_right(zone_starts, place.start), bisect_right(zone_starts, place.end - 1)
    ended = {bit: _Partial(ends, -place.last, (hit,))}
    for mask, partial in best.items():
        if not mask & bit and partial.zone == begins:
            cost = partial.cost + place.first - 1 - place.last
            ended[mask | bit] = _Partial(ends, cost, (*partial.hits, hit))
    return ended
