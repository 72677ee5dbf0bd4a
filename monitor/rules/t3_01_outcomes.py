"""表三：各项办理结果之和应等于“（七）总计”

含义     申请办理结果逐项相加，应当等于“（七）总计”，对自然人、各类法人或其他组织和总计共七列分别成立。
公式     对每一列：（一）予以公开＋（二）部分公开＋（三）各项＋（四）各项＋（五）各项＋（六）各项＝（七）总计。表内（六）
         只有一行时按一行计算。
依据     国办公开办函〔2021〕30号附表三“（七）总计”的含义；2019 年格式（国办公开办函〔2019〕60号）相同。
单位     件
正例     自然人列明细 2＋3＋61＋19＝85，（七）总计 85。
反例     自然人列明细合计 26，（七）总计 20，相差 6。
如何处理 逐行核对该列各项数字与（七）总计，找出漏填、错列或合计错误的一格并更正。空白不等于 0：空白按 0 计才不相等时，列为疑似。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import equation_results
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T3-01")


def check(subject: Subject) -> Iterator[CheckResult]:
    """每处一个结果。"""
    return equation_results(subject, ID, "outcomes")


RULE = Rule(
    id=ID,
    title="表三：各项办理结果之和应等于“（七）总计”",
    severity=Severity.S1,
    check=check,
    message="{place}：各项办理结果合计 {left}，（七）总计 {right}，相差 {difference}",
    grouping="arithmetic",
)
