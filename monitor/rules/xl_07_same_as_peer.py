"""表格数字与另一单位完全相同

含义     表三、表四全部数字与另一单位同年度报告完全相同（至少 8 个非零）。
公式     至少一格与其他单位不同。
依据     国办公开办函〔2021〕30号（不应雷同）。
单位     格
正例     与邻近单位多格不同。
反例     与另一单位 190 格全同。
如何处理 核对是否误用了其他报告的数据。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.neighbours import enough_figures, named, nothing_alike, others_of, same_figures
from monitor.operands import undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("XL-07")


def check(subject: Subject) -> Iterator[CheckResult]:
    """只比较可靠读出的格，至少 8 个非零。"""
    others = others_of(subject)
    if not others:
        yield nothing_alike(subject, ID, "tables", enough=enough_figures(subject.report), need="足够多的可靠非零数字")
    for index, other in enumerate(others):
        at = f"tables/{named(other, index)}"
        same = same_figures(subject.report, other)
        if same is None:
            yield undetermined(ID, at, "足够多的可靠非零数字")
            continue
        facts = {"other": other.body.name if other.body else "另一单位", "reservation": "可能是误用了数据，也可能是读取了同一份文件"}
        yield CheckResult(ID, at, Outcome.FAIL if same else Outcome.PASS, facts=facts)


RULE = Rule(
    id=ID,
    title="表格数字与另一单位完全相同",
    severity=Severity.S2,
    check=check,
    message="表三、表四数字与{other}完全相同",
    plausible="可能是误用了数据，也可能是读取了同一份文件",
    version="2",
)
