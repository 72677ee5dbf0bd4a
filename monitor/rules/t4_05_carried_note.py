"""表四注明含上年结转

含义     有的报告注明表四总计包含上年度结转案件。系统记下该说明，供跨年核对（XY-05）使用，不作为问题。
公式     正文或注释写明表四“含上年度结转”。
依据     仅作记录。
单位     –
正例     注明“含上年度结转 3 件”。
反例     （不产生问题。）
如何处理 无需处理。
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.operands import not_applicable
from monitor.running_text import unspaced
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T4-05")


NOTE = re.compile(r"(?:行政复议|行政诉讼|案件|表四|总计)[^。；]{0,30}含上年(?:度)?结转[^。；]{0,20}")


def check(subject: Subject) -> Iterator[CheckResult]:
    """写明的一个“一致”结果，带原文。"""
    found = NOTE.search(unspaced(subject.report))
    if found is None:
        yield not_applicable(ID, "litigation", "含上年结转的说明")
    else:
        yield CheckResult(ID, "litigation", Outcome.PASS, quote=found.group())


RULE = Rule(
    id=ID,
    title="表四注明含上年结转",
    severity=Severity.S4,
    check=check,
    message="",
    grouping="none",
)
