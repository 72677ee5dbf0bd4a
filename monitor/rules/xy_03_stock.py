"""现行有效件数的年际衔接

含义     与 T2-03 同一关系；T2-03 按两年数字逐类判断，本项在连续三年都有报告时看是否连年不衔接。
公式     连续两年不同时出现 现行有效≠上年现行有效＋制发－废止。
依据     由存量的含义推出。
单位     件
正例     一年不衔接、一年衔接。
反例     连续两年都不衔接。
如何处理 说明清理情况。
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from monitor.certainty import beyond_doubt
from monitor.equations import Operands, operands_of
from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import Edition, Outcome, Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("XY-03")


def check(subject: Subject) -> Iterator[CheckResult]:
    """需要上年度与前年度报告（2021 年格式）。"""
    if subject.report.form is not Edition.E2021:
        yield not_applicable(ID, "proactive/norm_valid", "2021 年格式的表二")
        return
    if subject.took_over:
        yield not_applicable(ID, "proactive/norm_valid", "未经合并的单位")
        return
    older = [beyond_doubt(report) for report in (subject.previous, *subject.earlier[:1]) if report is not None]
    years = [operands_of(report) for report in (subject.report, *older) if report.form is Edition.E2021]
    if len(years) < 3:
        yield undetermined(ID, "proactive/norm_valid", "上年度与前年度报告表二")
        return
    fits = [_fits(now, then) for now, then in pairwise(years)]
    if None in fits:
        yield undetermined(ID, "proactive/norm_valid", "三年表二的数字")
        return
    outcome = Outcome.FAIL if not any(fits) else Outcome.PASS
    yield CheckResult(
        ID, "proactive/norm_valid", outcome, cells=(CellPath("proactive/norm_valid"),), facts={"reservation": "可能有清理、失效"}
    )


def _fits(now: Operands, then: Operands) -> bool | None:
    sides = [
        now.at("proactive/norm_valid"),
        then.at("proactive/norm_valid"),
        now.at("proactive/norm_made"),
        now.at("proactive/norm_repealed"),
    ]
    if not all(side.exact for side in sides):
        return None
    valid, before, made, repealed = (side.low for side in sides)
    return valid == before + made - repealed


RULE = Rule(
    id=ID,
    title="现行有效件数的年际衔接",
    severity=Severity.S3,
    check=check,
    message="行政规范性文件现行有效件数连续两年与上年衔接不上",
    plausible="可能有自然失效、集中清理等情况",
    version="2",
)
