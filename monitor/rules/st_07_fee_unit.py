"""行政事业性收费的单位应为万元

含义     表二行政事业性收费以万元计；单元格里另写“元”的，可能差一万倍。
公式     收费格不带“元”（“万元”除外）。
依据     国办公开办函〔2021〕30号附表二“本年收费金额（单位：万元）”。
单位     万元
正例     13026.22。
反例     251000元。
如何处理 换算为万元后重填。
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import CellKind, Edition, Outcome, Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("ST-07")


PATH = CellPath("proactive/fees_wan")
YUAN = re.compile(r"(?<!万)元")


def check(subject: Subject) -> Iterator[CheckResult]:
    """2021 年格式一个结果。"""
    cell = subject.operands.cells.get(PATH)
    if cell is None or subject.operands.form.edition is not Edition.E2021 or cell.kind in {CellKind.ABSENT, CellKind.BLANK, CellKind.DASH}:
        yield not_applicable(ID, str(PATH), "表二收费金额")
        return
    outcome = Outcome.FAIL if YUAN.search(cell.raw) else Outcome.PASS
    yield CheckResult(ID, str(PATH), outcome, cell.value, cells=(PATH,), facts={"raw": cell.raw})


RULE = Rule(
    id=ID,
    title="行政事业性收费的单位应为万元",
    severity=Severity.S3,
    check=check,
    message="表二行政事业性收费印为“{raw}”，该列单位是万元",
    factual=True,
)
