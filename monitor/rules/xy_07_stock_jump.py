"""现行有效件数大幅变化

含义     现行有效件数与上年相差五倍以上且超过 50 件，正文没有清理说明的，提示核对。
公式     变化不超过五倍，或差≤50，或正文提到清理。
依据     仅作提示。
单位     件
正例     上年 66，本年 72。
反例     上年 66，本年 372。
如何处理 核对或说明清理情况。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("XY-07")


PATH = CellPath("proactive/norm_valid")


def check(subject: Subject) -> Iterator[CheckResult]:
    """需要上年度报告（2021 年格式）。"""
    before = subject.previous_operands
    if PATH not in subject.operands.intervals:
        yield not_applicable(ID, PATH, "2021 年格式的表二")
        return
    if before is None or PATH not in before.intervals or not (subject.operands.at(PATH).exact and before.at(PATH).exact):
        yield undetermined(ID, PATH, "两年的现行有效件数")
        return
    now, then = subject.operands.at(PATH).low, before.at(PATH).low
    larger, smaller = (now, then) if now > then else (then, now)
    jumped = larger - smaller > 50 and larger > 5 * smaller and "清理" not in subject.report.text
    yield CheckResult(ID, PATH, Outcome.FAIL if jumped else Outcome.PASS, now, then, (PATH,))


RULE = Rule(
    id=ID,
    title="现行有效件数大幅变化",
    severity=Severity.S3,
    check=check,
    message="现行有效行政规范性文件本年 {left} 件，上年 {right} 件",
    plausible="可能有集中清理等情况",
    version="2",
)
