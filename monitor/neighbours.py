"""Comparing a report with another: numeric vectors, and how much text two reports share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from monitor.remembered import Remembered
from monitor.subject import Subject
from storage.domain.ids import CellPath
from storage.domain.reports import Number, ParsedReport

LEAST_NONZERO = 8
"""Fewer non-zero cells in common can agree by chance."""

SHINGLE = 12
LEAST_FOR_TEMPLATE = 6
LEAST_TEXT = 100
LEAST_TEXT_OF_OTHERS = 400
"""Short reports of different bodies are alike by formula; below this many pieces that says nothing."""
QUOTED = re.compile(r"《[^》]*》|“[^”]*”|〔\d+〕\d*号?|\d+|[^\w]|年度报告|政府信息公开|依申请公开|主动公开")


def vector(report: ParsedReport) -> dict[CellPath, Number]:
    """All figures of tables 3 and 4 that were read without doubt."""
    return {
        path: cell.value
        for path, cell in report.cells.items()
        if not path.startswith("proactive/") and cell.trusted and cell.value is not None
    }


vector_of = Remembered(vector)


def same_figures(one: ParsedReport, other: ParsedReport) -> bool | None:
    """Whether both carry the same figures; None where too few cells are comparable or non-zero to say."""
    a, b = vector_of(one), vector_of(other)
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


def common_text(texts: Sequence[str]) -> frozenset[str]:
    """Pieces that most of several texts share: an official template, quoted law, the habits of a place. Nothing below six texts."""
    if len(texts) < LEAST_FOR_TEMPLATE:
        return frozenset()
    counted = Counter(piece for text in texts for piece in shingles(text))
    return frozenset(piece for piece, count in counted.items() if 2 * count > len(texts))


def shared_text(one: str, other: str, common: frozenset[str] = frozenset(), least: int = LEAST_TEXT) -> float | None:
    """The share of `one` that stands in `other`, 0 to 1, what is `common` to all left out; None where there is too little text to say."""
    a, b = shingles(one), shingles(other)
    if common:
        a, b = a - common, b - common
    if len(a) < least or len(b) < least:
        return None
    return len(a & b) / len(a)


def others_of(subject: Subject) -> tuple[ParsedReport, ...]:
    """Reports of other bodies for the same year, each once."""
    known = {id(report): report for report in (*subject.peers, *subject.neighbours)}
    return tuple(known.values())


def named(report: ParsedReport, index: int) -> str:
    """What tells one other report from the rest: its body; a number where none was recognised."""
    return report.body.name if report.body is not None else str(index)


def prose(report: ParsedReport, *numbers: int) -> str:
    """The running text of some sections."""
    return "".join(section.text for section in report.sections if section.number in numbers)


def shared_with_others(subject: Subject, limit: float) -> tuple[float | None, ...]:
    """How much of the report's own words (sections one, five, six) stands in each report of `others_of`.

    What most of them share is taken away before a share above `limit` is believed: a common template is nobody's copy.
    """
    own, texts = prose(subject.report, 1, 5, 6), [prose(other, 1, 5, 6) for other in others_of(subject)]
    plain = [shared_text(own, text, least=LEAST_TEXT_OF_OTHERS) for text in texts]
    if not any(share is not None and share >= limit for share in plain):
        return tuple(plain)
    common = common_text([own, *texts])
    return tuple(
        share if share is None or share < limit else shared_text(own, text, common, LEAST_TEXT_OF_OTHERS)
        for share, text in zip(plain, texts, strict=True)
    )
