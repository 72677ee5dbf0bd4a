"""How sure a finding is: what the rule says, times how well the report was read. A doubtful reading never accuses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from monitor.remembered import Remembered
from storage.domain.enums import CellKind, Certainty, Outcome, ReadingQuality, Severity
from storage.domain.ids import CellPath
from storage.domain.judgement import CheckResult
from storage.domain.reports import DOUBTFUL_KINDS, TRUSTED, Cell, ParsedReport

QUALITY = (ReadingQuality.NONE, ReadingQuality.LOW, ReadingQuality.MEDIUM, ReadingQuality.HIGH)
SEVERITIES = (Severity.S1, Severity.S2, Severity.S3, Severity.S4)
_RECOGNISED = frozenset({"text-by-ocr", "text-by-scanner"})
STRENGTH = (Certainty.NOT_CHECKABLE, Certainty.DOUBTFUL_READING, Certainty.SUSPECT, Certainty.INCONSISTENT)


def table_quality(report: ParsedReport, table: str) -> ReadingQuality:
    """How well one table was read."""
    return report.reading.tables.get(table, report.reading.quality)


def poorly_read(report: ParsedReport, table: str) -> bool:
    """Whether a table of another report was read too badly to hold against this one."""
    return table_quality(report, table) in {ReadingQuality.LOW, ReadingQuality.NONE}


def _beyond_doubt(report: ParsedReport) -> ParsedReport:
    """The report with only those figures that may be held against another one: read without doubt, in a table that was not read poorly.

    How sure a finding is follows from the reading of the report it is about; of the others' reading it knows nothing.
    """
    poor = tuple(f"{table}/" for table in TABLES if poorly_read(report, table))
    # Spelled out: asking each of two hundred cells whether it is trusted takes twice as long, for every report beside every other.
    doubtful = [path for path, cell in report.cells.items() if cell.confidence < TRUSTED or cell.kind in DOUBTFUL_KINDS]
    if poor:
        doubtful += [path for path, cell in report.cells.items() if path.startswith(poor) and cell.kind is not CellKind.ABSENT]
    return replace(report, cells={**report.cells, **dict.fromkeys(doubtful, UNKNOWN_CELL)}) if doubtful else report


TABLES = ("proactive", "requests", "litigation")
UNKNOWN_CELL = Cell(kind=CellKind.UNREADABLE)
beyond_doubt = Remembered(_beyond_doubt)
"""The same, remembered, as one report stands beside several others."""


def other_reservation(report: ParsedReport, table: str) -> str:
    """What to add where another report's table was recognised or repaired; empty where it was read well."""
    return "" if table_quality(report, table) is ReadingQuality.HIGH else "所比较的另一份报告为识别或修复后的读数"


def prose_quality(report: ParsedReport) -> ReadingQuality:
    """How well running text was read: as well as the best-read part; text beside pictures of tables was not recognised but native.

    What a recogniser made of sentences has no sum to bear it out, so it is never held against a table.
    """
    if any(problem.code in _RECOGNISED for problem in report.reading.problems):
        return ReadingQuality.LOW
    best = max((report.reading.quality, *report.reading.tables.values()), key=QUALITY.index)
    if best is ReadingQuality.NONE and report.text:
        return ReadingQuality.HIGH
    return best


def doubtful_cells(report: ParsedReport, paths: Iterable[CellPath]) -> tuple[CellPath, ...]:
    """Those cells whose reading is in question: two extractions disagree, unreadable, merged, or low confidence."""
    return tuple(path for path in paths if not report.cell(path).trusted)


def certainty_of(report: ParsedReport, result: CheckResult, *, explained: bool = False) -> Certainty:
    """The certainty of one failing result; what has innocent explanations (`explained`) is suspected at most."""
    parts = {path.split("/", 1)[0] for path in result.cells}
    qualities = [table_quality(report, part) for part in parts]
    if result.quote or not parts:
        qualities.append(prose_quality(report))
    worst = min(qualities, key=QUALITY.index)
    if worst in {ReadingQuality.LOW, ReadingQuality.NONE} or doubtful_cells(report, result.cells):
        return Certainty.DOUBTFUL_READING
    reserved = explained or result.outcome is Outcome.LIKELY_FAIL or bool(result.facts.get("reservation"))
    if worst is ReadingQuality.MEDIUM or reserved:
        return Certainty.SUSPECT
    return Certainty.INCONSISTENT


def strongest(values: Iterable[Certainty]) -> Certainty:
    """The strongest of several; a cause is as sure as its surest equation."""
    return max(values, key=STRENGTH.index)


def lowered(severity: Severity, outcome: Outcome) -> Severity:
    """One step lower for what is only likely."""
    if outcome is not Outcome.LIKELY_FAIL:
        return severity
    return SEVERITIES[min(SEVERITIES.index(severity) + 1, len(SEVERITIES) - 1)]


def gravest(values: Iterable[Severity]) -> Severity:
    """The gravest of several."""
    return min(values, key=SEVERITIES.index)
