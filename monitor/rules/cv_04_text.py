"""数字格里是文字

含义     应填数字的格印有文字（如“详见附件”），无法核对。
公式     各格为数字、空白或“/”。
依据     国办公开办函〔2021〕30号附表。
单位     格
正例     12。
反例     详见附件。
如何处理 填写数字。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import CellKind, Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("CV-04")


def check(subject: Subject) -> Iterator[CheckResult]:
    """每个不合的格一个结果；都合规时一个“一致”。"""
    bad = False
    for path, cell in subject.operands.telling:
        if cell.kind is CellKind.TEXT:
            bad = True
            yield CheckResult(ID, path, Outcome.FAIL, cell.value, cells=(path,), facts={"raw": cell.raw})
    if not subject.operands.read:
        yield not_applicable(ID, "cells", "三张表的读数")
    elif not bad:
        yield CheckResult(ID, "cells", Outcome.PASS)


RULE = Rule(
    id=ID,
    title="数字格里是文字",
    severity=Severity.S3,
    check=check,
    message="{place}印为“{raw}”",
)
