"""Hits that stand close to one another."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.matching.reading import Place


class Window(NamedTuple):
    """One hit of each operand, from left to right as (operand, index of its hit), and the words between them in all."""

    gap: int
    hits: tuple[tuple[int, int], ...]


class _Partial(NamedTuple):
    """The best hits for some of the operands so far: `cost` is the words between them less the last one's number."""

    zone: int
    cost: int
    hits: tuple[tuple[int, int], ...]


def windows(operands: Sequence[Sequence[Place]], zone_starts: Sequence[int]) -> Iterator[Window]:
    """For each hit that completes a set of all operands inside one zone, the tightest such set that ends with it.

    Hits of one set do not overlap. Zones (paragraphs, sentences) begin at these character offsets; of two neighbours in
    a set the first ends in the zone in which the second begins. Linear in the hits, exponential in the operands.
    """
    everything = (1 << len(operands)) - 1
    best: dict[int, _Partial] = {}
    waiting: list[tuple[int, dict[int, _Partial]]] = []
    ordered = sorted((place, number, at) for number, places in enumerate(operands) for at, place in enumerate(places))
    for place, number, at in ordered:
        waiting = _admit(best, waiting, before=place.first)
        ended = _extended(best, place, (number, at), zone_starts)
        if everything in ended:
            yield Window(ended[everything].cost + place.last, ended[everything].hits)
        waiting.append((place.last, ended))


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
