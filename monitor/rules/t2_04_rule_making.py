"""没有规章制定权的单位填了规章

含义     规章只能由国务院部门、省级和设区的市级政府制定。县级政府、乡镇、街道和地方部门填有规章的，可能填错行。
公式     没有规章制定权的单位，规章制发、废止、现行有效均为 0。
依据     《立法法》关于规章制定权的规定。
单位     件
正例     县政府规章 0。
反例     县公安局规章现行有效 2。
如何处理 核对是否应填在“行政规范性文件”。
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.operands import body_name, not_applicable, relation
from monitor.subject import Rule, Subject
from storage.domain.enums import BodyKind, Edition, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T2-04")


PATHS = ("proactive/rules_made", "proactive/rules_repealed", "proactive/rules_valid")
NO_POWER = re.compile(r"(?:县|乡|镇|旗)人民政府\Z|街道办事处\Z|(?<!国家)(?:县|市|区|旗)\S{0,12}局\Z|分局\Z")


def check(subject: Subject) -> Iterator[CheckResult]:
    """由名称和单位类别判断；判断不了的不适用。"""
    if subject.operands.form.edition is not Edition.E2021 or "proactive" not in subject.operands.read:
        yield not_applicable(ID, "proactive", "2021 年格式的表二")
        return
    named = bool(NO_POWER.search(body_name(subject)))
    if not named and subject.body_kind not in {BodyKind.TOWNSHIP, BodyKind.SUBDISTRICT}:
        yield not_applicable(ID, PATHS[2], "没有规章制定权的单位类别")
        return
    yield relation(subject, ID, PATHS[2], PATHS, [])


RULE = Rule(
    id=ID,
    title="没有规章制定权的单位填了规章",
    severity=Severity.S2,
    check=check,
    message="表二规章各格合计 {left}，该类单位没有规章制定权",
    plausible="单位类别由名称推断",
)
