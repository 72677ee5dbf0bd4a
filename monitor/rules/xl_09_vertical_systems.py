"""垂直管理单位和分支机构不重复汇总

含义     税务、海关等垂直管理单位不计入本级政府的汇总；分局的件数可能已含在主管局的报告中。系统汇总时不重复计算，本项说明剔除了哪些报告，
         不作为问题。
公式     参与汇总的下级报告中，没有垂直管理单位，也没有与主管局并列的分支机构。
依据     《政府信息公开条例》第四条（垂直领导部门的公开工作由主管部门负责）。
单位     份
正例     下级为教育局、民政局。
反例     （不产生问题。）下级同时有公安局和公安局城东分局：分局不参与相加。
如何处理 无需处理。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.levels import name_of, summable
from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("XL-09")


def check(subject: Subject) -> Iterator[CheckResult]:
    """一个结果；剔除的单位写在 needs 中。"""
    if not subject.children:
        yield not_applicable(ID, "children", "下级报告")
        return
    kept = {id(child) for child in summable(subject.children)}
    left_out = [name_of(child) for child in subject.children if id(child) not in kept]
    if left_out:
        yield undetermined(ID, "children", *(f"{name}是否计入汇总" for name in left_out))
    else:
        yield CheckResult(ID, "children", Outcome.PASS)


RULE = Rule(id=ID, title="垂直管理单位和分支机构不重复汇总", severity=Severity.S4, check=check, grouping="none")
