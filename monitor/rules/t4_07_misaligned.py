"""表四：读数不能与十五个表头一一对应

含义     表四应有三组各五个数字。表头或数据少了一列、合并了单元格时，系统不能确定哪个数字属于哪一格，只提示复核，不据此判断报告有误。
公式     表四各格中，读取存疑（两种读法不一致、无法读取、合并）的格数＝0。
依据     提取质量要求；不是对报告的要求。
单位     格
正例     表头 15 列、数据 15 个。
反例     表头 14 列、数据 15 个：系统不作判断。
如何处理 请对照原件核对表四读数；提供方可改用规范的表格。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.certainty import doubtful_cells
from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import Certainty, Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T4-07")


def check(subject: Subject) -> Iterator[CheckResult]:
    """表四没有找到时不适用，由结构规则说明。"""
    if "litigation" not in subject.operands.read:
        yield not_applicable(ID, "litigation", "表四")
        return
    paths = subject.operands.paths("litigation")
    doubtful = doubtful_cells(subject.report, paths)
    outcome = Outcome.FAIL if doubtful else Outcome.PASS
    yield CheckResult(ID, "litigation", outcome, cells=doubtful or paths, facts={"count": str(len(doubtful))} if doubtful else {})


RULE = Rule(
    id=ID,
    title="表四：读数不能与十五个表头一一对应",
    severity=Severity.S3,
    check=check,
    message="表四有 {count} 格不能确定属于哪一列",
    grouping="table",
    certainty=Certainty.DOUBTFUL_READING,
)
