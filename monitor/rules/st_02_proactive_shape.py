"""表二应有四个分表

含义     表二分为第二十条第（一）（五）（六）（八）项四个分表，2019 年格式另有第（九）项。系统没有找到的行列列为疑似，请先对照原件。
公式     表二中“表中没有”的格数＝0。
依据     国办公开办函〔2021〕30号附件格式。
单位     格
正例     各行各列齐全。
反例     缺少一行或一列。
如何处理 按格式补齐；系统未能找到的，请对照原件核对。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.shapes import missing_cells
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("ST-02")


def check(subject: Subject) -> Iterator[CheckResult]:
    """表没有找到且有其他解释（图片、读取失败）时不适用。"""
    yield from missing_cells(subject, ID, "proactive")


RULE = Rule(
    id=ID,
    title="表二应有四个分表",
    severity=Severity.S2,
    check=check,
    message="{table}与规定格式不同，{what}",
)
