"""数字书写不规范

含义     全角数字、千位分隔、数字中间空格、格内带单位，系统换算后使用，原样保留；写法有歧义的不换算。
公式     各格原文为半角数字。
依据     规范性提示，不是规定。
单位     格
正例     1234。
反例     1,234件。
如何处理 改用半角数字、单位写在表头。
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("CV-05")


DIGITS = frozenset("0123456789")
PLAIN = re.compile(r"[-+]?\d+(?:\.\d+)?")


def check(subject: Subject) -> Iterator[CheckResult]:
    """每个不合的格一个结果；都合规时一个“一致”。"""
    bad = False
    for path, cell in subject.operands.telling:
        if cell.value is None or cell.raw in DIGITS or cell.note:
            continue
        if cell.raw.strip() and not PLAIN.fullmatch(cell.raw.strip()):
            bad = True
            yield CheckResult(ID, path, Outcome.FAIL, cell.value, cells=(path,), facts={"raw": cell.raw})
    if not subject.operands.read:
        yield not_applicable(ID, "cells", "三张表的读数")
    elif not bad:
        yield CheckResult(ID, "cells", Outcome.PASS)


RULE = Rule(
    id=ID,
    title="数字书写不规范",
    severity=Severity.S4,
    check=check,
    message="{place}印为“{raw}”",
    grouping="table",
    advice="建议改用半角数字。",
    plausible="书写方式不影响数字本身",
)
