"""表三：新收加结转应等于总计加结转下年度

含义     当年要办的申请（本年新收与上年结转），要么办结，要么结转下年度；表头写明了这一勾稽关系，七列分别成立。
公式     对每一列：一、本年新收＋二、上年结转＝三（七）总计＋四、结转下年度。
依据     国办公开办函〔2021〕30号附表三表头：“第一项加第二项之和，等于第三项加第四项之和”。
单位     件
正例     72＋6＝74＋4。
反例     72＋6＝74＋3，差 1。
如何处理 核对四个数字：多为上年结转漏计，或结转下年度未填。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import equation_results
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T3-02")


def check(subject: Subject) -> Iterator[CheckResult]:
    """每处一个结果。"""
    return equation_results(subject, ID, "balance")


RULE = Rule(
    id=ID,
    title="表三：新收加结转应等于总计加结转下年度",
    severity=Severity.S1,
    check=check,
    message="{place}：新收与上年结转合计 {left}，（七）总计与结转下年度合计 {right}，相差 {difference}",
    grouping="arithmetic",
)
