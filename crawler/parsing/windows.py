"""Which slots of a row are the figures the form wants, and how glued digits come apart: all ways, so that doubt stays visible. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from crawler.parsing.numbers import Figure
from storage.domain.enums import CellKind

_MOST = 400  # more ways than this say nothing any more


def choices(figures: Sequence[Figure], wanted: int) -> list[tuple[int, ...]]:
    """Ways to take `wanted` slots in order, dropping only blank ones; runs without a gap are preferred over dropping inner slots."""
    n = len(figures)
    if n < wanted:
        return []
    if n == wanted:
        return [tuple(range(n))]
    stated = [i for i, figure in enumerate(figures) if figure.kind is not CellKind.BLANK]
    if len(stated) > wanted:
        return []
    low, high = (stated[0], stated[-1]) if stated else (0, 0)
    runs = [tuple(range(s, s + wanted)) for s in range(n - wanted + 1) if not stated or (s <= low and high < s + wanted)]
    if runs:
        return runs
    blanks = [i for i in range(low, high) if i not in stated]
    return list(_kept(stated, blanks, wanted - len(stated)))


def _kept(stated: Sequence[int], blanks: Sequence[int], more: int) -> Iterator[tuple[int, ...]]:
    for count, extra in enumerate(combinations(blanks, more)):
        if count >= _MOST:
            return
        yield tuple(sorted((*stated, *extra)))


def splits(runs: Sequence[str], wanted: int) -> list[tuple[str, ...]]:
    """Ways to cut runs of digits into `wanted` numbers without leading zeros; a space or a sign before a run is always a cut."""
    found: list[tuple[str, ...]] = []
    _cut(tuple(runs), wanted, (), found)
    return found


def _cut(runs: tuple[str, ...], wanted: int, done: tuple[str, ...], found: list[tuple[str, ...]]) -> None:
    if len(found) >= _MOST:
        return
    if not runs:
        if wanted == 0:
            found.append(done)
        return
    letters = sum(len(run.lstrip("+-")) for run in runs)
    if not len(runs) <= wanted <= letters:
        return
    head, rest = runs[0], runs[1:]
    shortest = 2 if head[0] in "+-" else 1
    longest = shortest if head[shortest - 1] == "0" else len(head)
    for size in range(shortest, longest + 1):
        tail = (head[size:],) if head[size:] else ()
        _cut(tail + rest, wanted - 1, (*done, head[:size]), found)
