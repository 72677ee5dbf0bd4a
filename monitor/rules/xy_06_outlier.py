"""与往年相比变化异常

含义     与前五年中位数相比变化特别大的，提示核对；不足三年不判断。
公式     ｜ln((x+1)/(中位数+1))｜≤k·MAD（k 随年数变化，MAD 至少 0.3）。
依据     统计提示，不是规定。
单位     件
正例     往年 40 至 60，本年 70。
反例     往年 40 至 60，本年 900。
如何处理 核对位数、口径；确有其事的请说明。
"""

from __future__ import annotations

from collections.abc import Iterator
from math import log
from statistics import median

from monitor.certainty import beyond_doubt
from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("XY-06")


PATH = CellPath("requests/new_received/total")
FACTOR = {3: 8.0, 4: 7.0}


def check(subject: Subject) -> Iterator[CheckResult]:
    """看本年新收总计；需要至少三个往年。"""
    cell = subject.report.cell(PATH)
    older = [beyond_doubt(r).cell(PATH) for r in (subject.previous, *subject.earlier) if r is not None]
    history = [float(c.value) for c in older if c.value is not None and c.trusted][:5]
    if cell.value is None or not cell.trusted:
        yield undetermined(ID, PATH, PATH)
        return
    if len(history) < 3:
        yield not_applicable(ID, PATH, "至少三个往年的报告")
        return
    logs = [log(value + 1) for value in history]
    middle = median(logs)
    spread = max(median(abs(value - middle) for value in logs), 0.3)
    far = abs(log(float(cell.value) + 1) - middle) > FACTOR.get(len(history), 6.0) * spread
    facts = {"history": "、".join(f"{value:g}" for value in history)}
    yield CheckResult(ID, PATH, Outcome.FAIL if far else Outcome.PASS, cell.value, cells=(PATH,), facts=facts)


RULE = Rule(
    id=ID,
    title="与往年相比变化异常",
    severity=Severity.S3,
    check=check,
    message="本年新收 {left} 件，往年为 {history}",
    plausible="业务量确有变化的，属正常情况",
    version="2",
)
