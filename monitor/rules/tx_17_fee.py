"""信息处理费前后表述不一致

含义     第六部分的政府信息公开信息处理费，同一报告内各处应一致。它与表二行政事业性收费（万元）是两件事，从不互相比较。
公式     各处信息处理费金额相等。
依据     《政府信息公开条例》第四十二条；国办公开办函〔2021〕30号。
单位     元
正例     两处均为 0 元。
反例     一处写未收取，一处写收取 3940 元。
如何处理 核对后统一表述。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import mentions, not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("TX-17")


def check(subject: Subject) -> Iterator[CheckResult]:
    """各处金额互相比较。"""
    claims = [c for c in mentions(subject, "fee_charged_yuan") if not c.period and c.qualifier in {"", "none"}]
    if len(claims) < 2:
        yield not_applicable(ID, "text/fee_charged_yuan", "两处以上的信息处理费表述")
        return
    first = claims[0]
    for claim in claims[1:]:
        outcome = Outcome.PASS if claim.value == first.value or claim.scope is not first.scope else Outcome.FAIL
        yield CheckResult(ID, "text/fee_charged_yuan", outcome, first.value, claim.value, quote=claim.quote)


RULE = Rule(
    id=ID,
    title="信息处理费前后表述不一致",
    severity=Severity.S3,
    check=check,
    message="信息处理费一处写 {left} 元，另一处写 {right} 元",
    advice="请核对并统一表述。",
    factual=True,
)
