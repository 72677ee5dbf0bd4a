"""报告主体与登记单位不符

含义     报告标题、落款或正文中的单位，应为登记的单位或其已知别名；简称、上级单位名加本单位简称可以。
公式     报告中的单位名与登记名称或别名相同、互相包含，或规范简称相同。
依据     《政府信息公开条例》第四十九条（各机关公布本机关报告）。
单位     –
正例     标题“某市公安局”，登记“某市公安局”。
反例     登记“甲局”，标题“乙局”。
如何处理 核对是否放错栏目或沿用他人文本。
"""

from __future__ import annotations

from collections.abc import Iterator

from crawler.discovery.short_names import same_body
from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("ST-08")


def check(subject: Subject) -> Iterator[CheckResult]:
    """需要登记名称；报告中没有认出单位时不判断。"""
    if not subject.body_names:
        yield not_applicable(ID, "body", "登记的单位名称")
        return
    if subject.report.body is None:
        yield undetermined(ID, "body", "报告中的单位名称")
        return
    printed = (subject.report.body.name, *subject.report.body.aliases)
    same = any(same_body(a, b) for a in printed for b in subject.body_names)
    facts = {"printed": printed[0], "known": subject.body_names[0], "reservation": "也可能是简称或更名"}
    outcome = Outcome.PASS if same else Outcome.FAIL
    yield CheckResult(ID, "body", outcome, facts={} if same else facts)


RULE = Rule(
    id=ID,
    title="报告主体与登记单位不符",
    severity=Severity.S2,
    check=check,
    message="报告中的单位为“{printed}”，登记单位为“{known}”",
    version="2",
)
