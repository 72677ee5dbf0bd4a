"""Whether a table of the form is there whole: what the rules on the shape of tables 2, 3 and 4 share."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable
from monitor.subject import Subject
from monitor.wording import places
from storage.domain.enums import CellKind, Outcome
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

RESERVATION = "系统未找到，不代表原件没有"

WITHOUT_BORDERS = frozenset({"text/plain", "text/markdown"})
"""Carriers that have no cells of their own: a row that is not found in them may have been lost when the text was made."""


def missing_cells(subject: Subject, rule: RuleId, table: str) -> Iterator[CheckResult]:
    """One result: which cells of the table were not found.

    Not applicable where something else explains it (pictures, a failed reading); undetermined where the carrier has no cells of its own.
    """
    report = subject.report
    codes = {problem.code for problem in report.reading.problems if problem.table in {table, None}}
    bare = report.media_type in WITHOUT_BORDERS
    fault, needs = (Outcome.UNDETERMINED, ("带有表格线的原件",)) if bare else (Outcome.FAIL, ())
    if table not in subject.operands.read:
        if "table-missing" in codes and subject.operands.read:
            yield CheckResult(rule, table, fault, needs=needs, facts={"what": "未找到该表", "reservation": RESERVATION})
        else:
            yield not_applicable(rule, table, "该表的读数")
        return
    cells = subject.operands.cells
    missing = tuple([path for path in subject.operands.paths(table) if cells[path].kind is CellKind.ABSENT])
    what = f"未找到 {len(missing)} 格：{places(missing, report.form, 3)}" if missing else ""
    facts = {"what": what, "reservation": RESERVATION} if missing else {}
    if missing:
        yield CheckResult(rule, table, fault, cells=missing, needs=needs, facts=facts)
    else:
        yield CheckResult(rule, table, Outcome.PASS)
