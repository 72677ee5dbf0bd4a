"""注释中的数大于所在格

含义     格内括注“其中……件”的数，不应大于该格的数。
公式     括注数≤该格数。
依据     算术。
单位     件
正例     22（其中修订 16 件）。
反例     16（其中修订 22 件）。
如何处理 核对该格。
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import CellKind, Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("CV-07")


PART = re.compile(r"(?:其中|含)[^\d]{0,12}(\d+)")


def check(subject: Subject) -> Iterator[CheckResult]:
    """每个带注的格一个结果。"""
    found = False
    for path, cell in subject.operands.telling:
        match = PART.search(cell.note) if cell.kind is CellKind.ANNOTATED else None
        if match is None or cell.value is None:
            continue
        found = True
        part = int(match[1])
        yield CheckResult(ID, path, Outcome.FAIL if part > cell.value else Outcome.PASS, part, cell.value, (path,), facts={"raw": cell.raw})
    if not found:
        yield not_applicable(ID, "cells", "带注释的单元格")


RULE = Rule(
    id=ID,
    title="注释中的数大于所在格",
    severity=Severity.S3,
    check=check,
    message="{place}印为“{raw}”，其中 {left} 大于 {right}",
    factual=True,
)
