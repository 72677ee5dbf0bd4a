"""应填数字的单元格为空白或斜杠

含义     空白、“/”、“无”与 0 是不同的填法。空白不按 0 处理，也不视为错误，只提示补填，以免误解。
公式     表二至表四各格不为空白或“/”。本年新收、（七）总计和表四总计空白时列为提示，其他为备注。
依据     国办公开办函〔2021〕30号未规定空白的含义；附表各格为数字。
单位     格
正例     没有的填 0。
反例     行政复议五格全部空白。
如何处理 没有发生的填“0”；确有数字的补填。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import blanks, not_applicable
from monitor.subject import Rule, Subject
from monitor.wording import places
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("CV-03")


TABLES = ("proactive", "requests", "litigation")


def check(subject: Subject) -> Iterator[CheckResult]:
    """每张读到的表一个结果，列出全部空白单元格。"""
    for table in TABLES:
        if table not in subject.operands.read:
            yield not_applicable(ID, table, "该表的读数")
            continue
        found = blanks(subject, table)
        facts = {"count": str(len(found)), "cells": places(found, subject.report.form, 3)} if found else {}
        yield CheckResult(ID, table, Outcome.FAIL if found else Outcome.PASS, cells=found, facts=facts)


def _key_cell(path: CellPath) -> bool:
    table, row, *column = path.split("/")
    if table == "requests":
        return row in {"new_received", "total_handled"}
    return table == "litigation" and column == ["total"]


def _grade(result: CheckResult) -> Severity:
    return Severity.S3 if any(_key_cell(path) for path in result.cells) else Severity.S4


RULE = Rule(
    id=ID,
    title="应填数字的单元格为空白或斜杠",
    severity=Severity.S4,
    check=check,
    message="{table}有 {count} 格空白或为斜杠：{cells}",
    grouping="table",
    grade=_grade,
    advice="没有发生的请填 0，确有数字的请补填。",
    plausible="空白不按 0 处理，也不视为有误",
)
