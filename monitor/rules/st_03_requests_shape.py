"""表三行列应齐全

含义     表三 25 行、7 列；（六）其他处理按 2019 年格式只有一行的，视为格式差异，不算缺行。
公式     表三中“表中没有”的格数＝0。
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

ID = RuleId("ST-03")


def check(subject: Subject) -> Iterator[CheckResult]:
    """表没有找到且有其他解释（图片、读取失败）时不适用。"""
    yield from missing_cells(subject, ID, "requests")


RULE = Rule(
    id=ID,
    title="表三行列应齐全",
    severity=Severity.S2,
    check=check,
    message="{table}与规定格式不同，{what}",
)
