"""Which reports may have text or figures in common: a few marks of each, so that one is compared with all of a year without reading them.

Text: the pieces of the running text that begin with one of certain characters are a sample of it; of their hashes the smallest ones are
the marks (a bottom-k sketch: two texts share about as many of their marks as of their pieces). Figures: the hash of a whole column of
table 3. Marks only name candidates; what is said of two reports is always counted on the reports themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from heapq import nsmallest
from zlib import crc32

from monitor.neighbours import LEAST_NONZERO, LEAST_TEXT_OF_OTHERS, SHINGLE, bare_text, prose, sample
from monitor.remembered import Remembered
from storage.domain.ids import CellPath
from storage.domain.reports import ParsedReport

TEXT_MARKS = 20
LEAST_SHARED = 4
"""Reports that share 60 % of their text have about 9 of 20 marks in common, unrelated ones none: fewer are no reason to compare them."""

FIGURES = 1 << 32
"""Added to marks of figures, so that they never meet those of text; one of these in common is reason enough."""


def _marks(report: ParsedReport) -> frozenset[int]:
    """The marks of a report; none where there is too little text and too few figures to say anything by."""
    return frozenset((*_of_text(prose(report, 1, 5, 6)), *_of_figures(report)))


marks = Remembered(_marks)


def _of_text(text: str) -> Iterable[int]:
    if len(bare_text(text)) < LEAST_TEXT_OF_OTHERS + SHINGLE - 1:
        return ()
    return nsmallest(TEXT_MARKS, sample(text))


def _of_figures(report: ParsedReport) -> Iterable[int]:
    for paths in _columns(tuple(report.cells)):
        cells = [report.cells[path] for path in paths]
        known = [(path, cell.value) for path, cell in zip(paths, cells, strict=True) if cell.value]
        if 2 * len(known) >= LEAST_NONZERO and all(cell.trusted for cell in cells):
            yield FIGURES + crc32(repr(known).encode())


@lru_cache(maxsize=64)
def _columns(paths: tuple[CellPath, ...]) -> tuple[tuple[CellPath, ...], ...]:
    """The cells of the two columns that are compared, in one order; the forms and their variants are few."""
    table = sorted(path for path in paths if path.startswith("requests/"))
    return tuple(tuple(path for path in table if path.endswith(column)) for column in ("/natural", "/total"))
