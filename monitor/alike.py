"""Which reports may have text or figures in common: a few marks of each, so that one is compared with all of a year without reading them.

Text: the pieces of the running text that begin with one of certain characters are a sample of it; of their hashes the smallest ones are
the marks (a bottom-k sketch: two texts share about as many of their marks as of their pieces). Figures: the hash of a whole column of
table 3. Marks only name candidates; what is said of two reports is always counted on the reports themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from heapq import nsmallest
from zlib import crc32

from monitor.neighbours import LEAST_NONZERO, LEAST_TEXT_OF_OTHERS, SHINGLE, bare_text, prose, sample
from storage.domain.reports import ParsedReport

TEXT_MARKS = 20
LEAST_SHARED = 4
"""Reports that share 60 % of their text have about 9 of 20 marks in common, unrelated ones none."""

FIGURES = 1 << 32
"""Added to marks of figures, so that they never meet those of text."""


def marks(report: ParsedReport) -> frozenset[int]:
    """The marks of a report; none where there is too little text and too few figures to say anything by."""
    return frozenset((*_of_text(prose(report, 1, 5, 6)), *_of_figures(report)))


def _of_text(text: str) -> Iterable[int]:
    if len(bare_text(text)) < LEAST_TEXT_OF_OTHERS + SHINGLE - 1:
        return ()
    return nsmallest(TEXT_MARKS, sample(text))


def _of_figures(report: ParsedReport) -> Iterable[int]:
    for column in ("natural", "total"):
        ending = f"/{column}"
        cells = [(path, cell) for path, cell in report.cells.items() if path.startswith("requests/") and path.endswith(ending)]
        known = [(path, cell.value) for path, cell in cells if cell.value and cell.trusted]
        doubtful = any(not cell.trusted for _, cell in cells)
        if 2 * len(known) >= LEAST_NONZERO and not doubtful:
            yield FIGURES + crc32(repr(sorted(known)).encode())


def may_be_alike(shared: Collection[int]) -> bool:
    """Whether two reports with these marks in common are worth comparing."""
    return any(mark >= FIGURES for mark in shared) or len(shared) >= LEAST_SHARED
