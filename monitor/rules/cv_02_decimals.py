"""小数只应出现在收费金额

含义     除收费（万元）和采购金额外，各格为件数，不应印有小数点。
公式     印有小数点的格只有收费金额、采购金额。
依据     国办公开办函〔2021〕30号附表。
单位     件
正例     收费 13026.22 万元。
反例     行政处罚 86.0。
如何处理 去掉小数或核对是否填错格。
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("CV-02")


MONEY = ("proactive/fees_wan", "proactive/procurement/1")


def check(subject: Subject) -> Iterator[CheckResult]:
    """每个不合的格一个结果；都合规时一个“一致”。"""
    bad = False
    for path, cell in subject.operands.telling:
        if isinstance(cell.value, Decimal) and path not in MONEY:
            bad = True
            yield CheckResult(ID, path, Outcome.FAIL, cell.value, cells=(path,), facts={"raw": cell.raw})
    if not subject.operands.read:
        yield not_applicable(ID, "cells", "三张表的读数")
    elif not bad:
        yield CheckResult(ID, "cells", Outcome.PASS)


RULE = Rule(
    id=ID,
    title="小数只应出现在收费金额",
    severity=Severity.S2,
    check=check,
    message="{place}印为 {raw}",
)
