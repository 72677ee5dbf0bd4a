"""许可、处罚与单位职能不符

含义     公安、市场监管、交通等执法部门许可和处罚都为 0，可能漏填。
公式     执法部门的许可＋处罚＞0。
依据     仅作提示。
单位     件
正例     公安局处罚 86。
反例     公安局许可、处罚均为 0。
如何处理 核对是否漏填。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import body_name, not_applicable, side_facts, value_of
from monitor.subject import Rule, Subject
from storage.domain.enums import Edition, Outcome, Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T2-06")


PATHS = (CellPath("proactive/licences"), CellPath("proactive/penalties"))
ENFORCERS = ("公安局", "公安分局", "市场监督管理局", "交通运输局", "生态环境局", "城市管理局", "综合行政执法局", "应急管理局")


def check(subject: Subject) -> Iterator[CheckResult]:
    """由单位名称判断职能。"""
    if subject.operands.form.edition is not Edition.E2021 or "proactive" not in subject.operands.read:
        yield not_applicable(ID, "proactive", "2021 年格式的表二")
        return
    if not body_name(subject).endswith(ENFORCERS):
        yield not_applicable(ID, "proactive", "以执法为主要职能的部门")
        return
    side = subject.operands.sum_of(PATHS)
    zero = side.if_blank == 0
    outcome = Outcome.PASS if side.low else (Outcome.UNDETERMINED if not zero else Outcome.FAIL if side.exact else Outcome.LIKELY_FAIL)
    facts = {**side_facts(side, side), "reservation": "也可能确实没有发生"} if zero else {}
    yield CheckResult(ID, "proactive", outcome, value_of(side), None, PATHS, PATHS, facts=facts)


RULE = Rule(
    id=ID,
    title="许可、处罚与单位职能不符",
    severity=Severity.S3,
    check=check,
    message="行政许可与行政处罚合计为 {left}",
    plausible="也可能确实没有发生",
)
