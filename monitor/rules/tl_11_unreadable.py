"""报告文件打不开

含义     文件损坏、加密、为空或需要登录，公众无法查阅。
公式     文件可以打开。
依据     《政府信息公开条例》第二十四条。
单位     –
正例     可以打开。
反例     文件加密。
如何处理 更换可打开的文件；系统读取出错时请先人工打开核对。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import Certainty, Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("TL-11")


CODES = {"empty": "为空", "corrupt": "损坏或不完整", "encrypted": "已加密", "login-required": "需要登录"}


def check(subject: Subject) -> Iterator[CheckResult]:
    """只看文件本身的问题；系统读不了的格式、超时不算。"""
    codes = [problem.code for problem in subject.report.reading.problems]
    found = [CODES[code] for code in codes if code in CODES]
    if found:
        yield CheckResult(ID, "file", Outcome.FAIL, facts={"what": "、".join(found), "reservation": "也可能是下载不完整"})
    elif subject.operands.read or subject.report.text:
        yield CheckResult(ID, "file", Outcome.PASS)
    else:
        yield not_applicable(ID, "file", "可读取的内容")


RULE = Rule(
    id=ID,
    title="报告文件打不开",
    severity=Severity.S2,
    check=check,
    message="报告文件{what}",
    certainty=Certainty.SUSPECT,
    advice="请人工打开原件核对。",
)
