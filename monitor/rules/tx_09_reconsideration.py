"""正文行政复议数与表四不一致

含义     正文写明的因政府信息公开被申请行政复议件数及其结果，应与表四行政复议一组一致；只写已审结的件数也可以。
公式     正文复议件数∈｛总计，总计－尚未审结｝；写明维持、纠正、其他、尚未审结的，等于相应各格。
依据     同 TX-01。
单位     件
正例     正文“行政复议 3 件，维持 1 件”，表四总计 3、维持 1。
反例     正文“行政复议 2 件”，表四行政复议五格空白。
如何处理 核对后补填表四或更正正文。
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.operands import Candidate, against_table, cells_sum, without
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult
from storage.domain.reports import Claim

ID = RuleId("TX-09")


GROUP = "litigation/reconsideration"
RESULTS = {f"reconsideration_{part}": f"{GROUP}/{part}" for part in ("upheld", "corrected", "other", "pending")}


def check(subject: Subject) -> Iterator[CheckResult]:
    """每处提及一个结果。"""
    return against_table(subject, ID, {"reconsideration_cases": _cases, **dict.fromkeys(RESULTS, _result)})


def _cases(subject: Subject, _: Claim) -> Sequence[Candidate]:
    return [cells_sum(subject, f"{GROUP}/total"), without(subject, [f"{GROUP}/total"], [f"{GROUP}/pending"])]


def _result(subject: Subject, claim: Claim) -> Sequence[Candidate]:
    return [cells_sum(subject, RESULTS[claim.metric])]


RULE = Rule(
    id=ID,
    title="正文行政复议数与表四不一致",
    severity=Severity.S2,
    check=check,
    message="正文写行政复议相关数字 {left}，表四（{cells}）为 {right}",
)
