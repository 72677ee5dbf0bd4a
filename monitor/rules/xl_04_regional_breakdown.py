"""正文分地区、分单位数字与汇总数不符

含义     正文逐一写明各地区、各单位申请件数的，各数之和应等于汇总数；找得到该单位报告的，应与其报告一致。
公式     Σ正文分列数∈｛新收，新收＋结转，总计｝；正文写甲单位 n 件时，n∈甲单位报告的｛新收，新收＋结转，总计｝。
依据     数据应“统得出、报得准、可核查”（国办公开办函〔2021〕30号）；文表一致为通常要求。
单位     件
正例     甲区 30 件、乙县 20 件，新收 50 件。
反例     甲区 30 件、乙县 30 件，新收 50 件。
如何处理 核对各地区、各单位数字；只列了一部分的请写明。
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.certainty import beyond_doubt
from monitor.intervals import among
from monitor.levels import name_of
from monitor.neighbours import prose
from monitor.operands import not_applicable, undetermined, value_of
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult
from storage.domain.reports import ParsedReport

ID = RuleId("XL-04")


ITEM = re.compile(r"(?P<name>[\u4e00-\u9fff]{1,12}?(?:区|县|市|旗|镇|乡|街道|局|委员会|办公室))(?P<count>\d+)件")
PARTIAL = re.compile(r"主要|前[一二三四五六七八九十\d]|等(?!于)|较多|最多|部分|居前|分别为")
LEAD = re.compile(r"\A.*(?:其中|包括|分别是)")
LEAST = 3
NEW, CARRIED = CellPath("requests/new_received/total"), CellPath("requests/carried_in/total")
BASES = ((NEW,), (NEW, CARRIED), (CellPath("requests/total_handled/total"),))


def check(subject: Subject) -> Iterator[CheckResult]:
    """每个分列三处以上申请件数的句子一个结果；写明只列部分的不比较总和。"""
    found = False
    for sentence in re.split(r"[。；\n]", "".join(prose(subject.report, 1, 3).split(" "))):
        if sentence.count("件") < LEAST or "申请" not in sentence:
            continue
        items = [(LEAD.sub("", match["name"]), int(match["count"])) for match in ITEM.finditer(sentence)]
        if len(items) < LEAST:
            continue
        found = True
        yield from _children(subject, items, sentence)
        if not PARTIAL.search(sentence):
            yield _sum(subject, sum(count for _, count in items), sentence)
    if not found:
        yield not_applicable(ID, "text/breakdown", "正文分地区、分单位的申请件数")


def _sum(subject: Subject, told: int, sentence: str) -> CheckResult:
    if "requests" not in subject.operands.read:
        return undetermined(ID, "text/breakdown", "表三")
    sides = [subject.operands.sum_of(base) for base in BASES]
    outcome = among(told, sides)
    facts = {"what": f"正文各项合计 {told} 件"}
    return CheckResult(ID, "text/breakdown", outcome, told, value_of(sides[0]), BASES[1], BASES[1], sentence, facts)


def _children(subject: Subject, items: list[tuple[str, int]], sentence: str) -> Iterator[CheckResult]:
    for name, count in items:
        child = next((beyond_doubt(child) for child in subject.children if name_of(child) and name in name_of(child)), None)
        if child is None or not all(child.cell(path).trusted for path in BASES[1]):
            continue
        known = _candidates(child)
        outcome = Outcome.PASS if count in known else Outcome.FAIL if known else Outcome.UNDETERMINED
        facts = {"what": f"正文写{name} {count} 件，该单位报告为 {' 或 '.join(str(value) for value in known)} 件"}
        yield CheckResult(ID, f"text/breakdown/{name}", outcome, count, known[0] if known else None, (), (name,), sentence, facts)


def _candidates(child: ParsedReport) -> list[int]:
    sums = []
    for base in BASES:
        values = [value for path in base if (value := child.cell(path).value) is not None]
        sums += [int(sum(values))] if len(values) == len(base) else []
    return list(dict.fromkeys(sums))


RULE = Rule(
    id=ID,
    title="正文分地区、分单位数字与汇总数不符",
    severity=Severity.S2,
    check=check,
    message="{what}，表三本年新收为 {right}",
    plausible="所列可能不是全部，统计口径也可能不同",
    version="2",
)
