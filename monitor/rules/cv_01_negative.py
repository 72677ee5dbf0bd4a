"""件数不应为负数或小数

含义     件数是非负整数。2019 年格式的“本年增/减”可以为负。
公式     表三、表四及表二件数格≥0 且为整数。
依据     计数的含义。
单位     件
正例     12。
反例     -3，1.5。
如何处理 核对该格。
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("CV-01")


MONEY = ("proactive/fees_wan", "proactive/procurement/1")


def _signed(path: str) -> bool:
    parts = path.split("/")
    return parts[0] == "proactive" and len(parts) == 3 and parts[2] == "1" and parts[1] not in {"rules", "norm"}


def check(subject: Subject) -> Iterator[CheckResult]:
    """每个不合的格一个结果；都合规时一个“一致”。"""
    bad = False
    for path, cell in subject.operands.telling:
        if not cell.value or path in MONEY or _signed(path):
            continue
        if cell.value < 0 or (isinstance(cell.value, Decimal) and cell.value != cell.value.to_integral_value()):
            bad = True
            yield CheckResult(ID, path, Outcome.FAIL, cell.value, cells=(path,))
    if not subject.operands.read:
        yield not_applicable(ID, "cells", "三张表的读数")
    elif not bad:
        yield CheckResult(ID, "cells", Outcome.PASS)


RULE = Rule(
    id=ID,
    title="件数不应为负数或小数",
    severity=Severity.S1,
    check=check,
    message="{place}为 {left}，件数应为非负整数",
)
