"""Comparing a report with another: numeric vectors, and how much text two reports share."""

from __future__ import annotations

import re
from functools import lru_cache

from storage.domain.ids import CellPath
from storage.domain.reports import Number, ParsedReport

LEAST_NONZERO = 8
"""Fewer non-zero cells in common can agree by chance."""

SHINGLE = 12
QUOTED = re.compile(r"《[^》]*》|“[^”]*”|〔\d+〕\d*号?|\d+|[^\w]|年度报告|政府信息公开|依申请公开|主动公开")


def vector(report: ParsedReport) -> dict[CellPath, Number]:
    """All figures of tables 3 and 4 that were read without doubt."""
    return {
        path: cell.value
        for path, cell in report.cells.items()
        if not path.startswith("proactive/") and cell.trusted and cell.value is not None
    }


def same_figures(one: ParsedReport, other: ParsedReport) -> bool | None:
    """Whether both carry the same figures; None where too few cells are comparable or non-zero to say."""
    a, b = vector(one), vector(other)
    shared = a.keys() & b.keys()
    if len(shared) < 50 or one.form is not other.form:
        return None
    if any(a[path] != b[path] for path in shared):
        return False
    return True if sum(1 for path in shared if a[path]) >= LEAST_NONZERO else None


@lru_cache(maxsize=256)
def shingles(text: str) -> frozenset[str]:
    """Overlapping pieces of the running text; numbers, quotations, names of documents and the form's own words are left out."""
    bare = QUOTED.sub("", text)
    return frozenset(bare[i : i + SHINGLE] for i in range(len(bare) - SHINGLE + 1))


def shared_text(one: str, other: str) -> float | None:
    """The share of `one` that stands in `other`, 0 to 1; None where there is too little text to say."""
    a, b = shingles(one), shingles(other)
    if len(a) < 100 or len(b) < 100:
        return None
    return len(a & b) / len(a)


def prose(report: ParsedReport, *numbers: int) -> str:
    """The running text of some sections."""
    return "".join(section.text for section in report.sections if section.number in numbers)
