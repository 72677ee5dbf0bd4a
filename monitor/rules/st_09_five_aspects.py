"""总体情况应涵盖五个方面

含义     第一部分应写主动公开、依申请公开、政府信息管理、平台建设、监督保障五个方面。
公式     五个方面的用语均出现。
依据     国办公开办函〔2021〕30号附件第一部分。
单位     –
正例     五方面齐全。
反例     没有“监督保障”。
如何处理 补充缺少的方面。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import Certainty, Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("ST-09")


ASPECTS = {
    "主动公开": ("主动公开", "公开信息", "发布信息", "公布", "发布"),
    "依申请公开": ("依申请", "申请公开", "公开申请"),
    "政府信息管理": ("信息管理", "管理", "审查", "审核", "目录", "清理", "归档", "台账", "更新", "规范性文件库"),
    "平台建设": ("平台", "网站", "公众号", "新媒体", "专栏", "专区", "客户端", "载体", "渠道", "公报", "查阅点"),
    "监督保障": ("监督", "保障", "培训", "考核", "检查", "组织领导", "责任", "巡检", "抽查", "通报"),
}
"""Words that speak of each aspect; reports name an aspect by what was done about it more often than by its title."""


def check(subject: Subject) -> Iterator[CheckResult]:
    """看第一部分全文。"""
    text = "".join(section.text for section in subject.report.sections if section.number == 1)
    if not text.strip():
        yield not_applicable(ID, "section1", "第一部分正文")
        return
    missing = [aspect for aspect, words in ASPECTS.items() if not any(word in text for word in words)]
    yield CheckResult(ID, "section1", Outcome.FAIL if missing else Outcome.PASS, facts={"missing": "、".join(missing)} if missing else {})


RULE = Rule(
    id=ID,
    title="总体情况应涵盖五个方面",
    severity=Severity.S4,
    check=check,
    certainty=Certainty.SUSPECT,
    message="第一部分未见：{missing}",
    plausible="以上由系统按文字查找得出",
)
