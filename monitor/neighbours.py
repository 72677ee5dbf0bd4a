"""Comparing a report with another: numeric vectors, and how much text two reports share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from zlib import crc32

from monitor.certainty import beyond_doubt
from monitor.operands import not_applicable, undetermined
from monitor.remembered import Remembered
from monitor.subject import Subject
from storage.domain.enums import Outcome
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult
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
    return {path: cell.value for path, cell in beyond_doubt(report).cells.items() if cell.value is not None and path[:10] != "proactive/"}


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


ANCHORS = "".join(chr(code) for code in range(0x4E00, 0xA000) if (code * 2654435761 >> 16) % 8 == 0)
"""An eighth of the characters, picked blindly: a piece is sampled by what it begins with, wherever it stands."""

# Looking ahead, as pieces overlap. The loop is the expression's: a loop of our own over a thousand characters takes three times as long.
ANCHORED = re.compile(f"(?=([{ANCHORS}].{{{SHINGLE - 1}}}))", re.DOTALL)

LEAST_SAMPLE = 40
DOUBT = 0.25
"""A share estimated on 40 pieces or more is off by less than this (three deviations: 3 x 0.5 / sqrt(40) = 0.24)."""


@lru_cache(maxsize=512)
def bare_text(text: str) -> str:
    """The running text without numbers, quotations, names of documents and the form's own words."""
    return QUOTED.sub("", text)


@lru_cache(maxsize=256)
def shingles(text: str) -> frozenset[str]:
    """Overlapping pieces of the bare text."""
    bare = bare_text(text)
    return frozenset([bare[start:end] for start, end in zip(range(len(bare)), range(SHINGLE, len(bare) + 1), strict=False)])


@lru_cache(maxsize=512)
def sample(text: str) -> frozenset[int]:
    """Hashes of a sample of the pieces of a running text, numbers, quotations and the form's own words left out."""
    return frozenset(map(crc32, map(str.encode, ANCHORED.findall(bare_text(text)))))


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


def share_near(one: str, other: str, limit: float) -> float | None:
    """As `shared_text`; a share that is clearly below `limit` is only estimated, on a sample of the pieces."""
    a, b = sample(one), sample(other)
    if min(len(a), len(b)) >= LEAST_SAMPLE and min(len(bare_text(one)), len(bare_text(other))) > 2 * LEAST_TEXT:
        estimate = len(a & b) / len(a)
        if estimate < limit - DOUBT:
            return estimate
    return shared_text(one, other)


def others_of(subject: Subject) -> tuple[ParsedReport, ...]:
    """Reports of other bodies for the same year, each once; those worth comparing where all of the year were searched."""
    known = subject.neighbours if subject.searched else (*subject.peers, *subject.neighbours)
    return tuple({id(report): report for report in known}.values())


def nothing_alike(subject: Subject, rule: RuleId, at: str, *, enough: bool, need: str) -> CheckResult:
    """The result where there is no other report to compare with: none was like this one, or there was none to be had."""
    if not subject.searched:
        return not_applicable(rule, at, "同类单位的报告")
    return CheckResult(rule, at, Outcome.PASS) if enough else undetermined(rule, at, need)


def enough_text(subject: Subject) -> bool:
    """Whether the report says enough in its own words to be compared with those of others."""
    return len(bare_text(prose(subject.report, 1, 5, 6))) >= LEAST_TEXT_OF_OTHERS + SHINGLE - 1


def enough_figures(report: ParsedReport) -> bool:
    """Whether the report has enough figures to be compared with those of others."""
    return sum(1 for value in vector_of(report).values() if value) >= LEAST_NONZERO


def named(report: ParsedReport, index: int) -> str:
    """What tells one other report from the rest: its body; a number where none was recognised."""
    return report.body.name if report.body is not None else str(index)


def prose(report: ParsedReport, *numbers: int) -> str:
    """The running text of some sections."""
    return "".join([section.text for section in report.sections if section.number in numbers])


def shared_with_others(subject: Subject, limit: float) -> tuple[float | None, ...]:
    """How much of the report's own words (sections one, five, six) stands in each report of `others_of`.

    What most of them share is taken away before a share above `limit` is believed: a common template is nobody's copy.
    """
    own, texts = prose(subject.report, 1, 5, 6), [prose(other, 1, 5, 6) for other in others_of(subject)]
    plain = [shared_text(own, text, least=LEAST_TEXT_OF_OTHERS) for text in texts]
    if not any(share is not None and share >= limit for share in plain):
        return tuple(plain)
    common = common_text([own, *texts, *subject.texts_around])
    return tuple(
        share if share is None or share < limit else shared_text(own, text, common, LEAST_TEXT_OF_OTHERS)
        for share, text in zip(plain, texts, strict=True)
    )
