"""Which reports may be added up, and a figure set against their sum: of several levels no case may be counted twice, and vertical systems
are nobody's departments.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from monitor.certainty import beyond_doubt
from monitor.equations import VIOLATED
from monitor.intervals import Interval, Relation, compare, of_cell, total
from monitor.operands import side_facts, undetermined, value_of
from monitor.running_text import unspaced
from monitor.subject import Subject
from storage.domain.enums import Scope
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult
from storage.domain.reports import ParsedReport

VERTICAL_SYSTEMS = frozenset({"税务", "海关", "海事", "气象", "金融监管", "人民银行", "统计调查", "烟草", "邮政管理"})
VERTICAL_NAMES = ("税务局", "海关", "海事局", "气象局", "金融监督管理局", "监管分局", "调查队", "烟草专卖局", "邮政管理局")
"""Bodies led from above; their reports are not summed up by the government of the place."""


SUMS_UP = re.compile(
    r"汇总[^。；]{0,20}(?:部门|单位|机关|镇|街|乡)|(?:部门|单位|机关|镇街|乡镇)[^。；]{0,12}汇总|(?:含|包括|涵盖)[^。；]{0,12}(?:各部门|所属部门|各单位|直部门)"
)

EXTENTS_DIFFER = "两级报告的汇总范围可能不同"
CASES = tuple(CellPath(f"requests/{row}/total") for row in ("new_received", "carried_in", "total_handled", "carried_out"))
"""Counts of applications that a government's report holds at least those of, whatever else it adds up."""


class Breadth(Enum):
    """Whose figures a government's report says it gives; where it says nothing, nothing may be added up against it."""

    UNSAID = "unsaid"
    DEPARTMENTS = "departments"
    REGION = "region"


def breadth(report: ParsedReport) -> Breadth:
    """What the report says of its own extent."""
    if any(claim.scope is Scope.REGION and claim.metric.startswith("requests_") for claim in report.claims):
        return Breadth.REGION
    return Breadth.DEPARTMENTS if SUMS_UP.search(unspaced(report)) else Breadth.UNSAID


def name_of(report: ParsedReport) -> str:
    """The publishing body's name, empty where none was recognised."""
    return report.body.name if report.body is not None else ""


def is_vertical(name: str, system: str = "") -> bool:
    """Whether a body belongs to a system led from above."""
    return system in VERTICAL_SYSTEMS or name.endswith(VERTICAL_NAMES)


def branches(children: Sequence[ParsedReport]) -> tuple[ParsedReport, ...]:
    """Those reports whose body is a branch of another one's: 某市公安局城东分局 beside 某市公安局."""
    names = {name for child in children if (name := name_of(child))}
    return tuple(child for child in children if any(name_of(child) != name and name_of(child).startswith(name) for name in names))


def summable(children: Sequence[ParsedReport]) -> tuple[ParsedReport, ...]:
    """The reports that may be added up: no vertical bodies, and no branch beside its bureau, whose report may hold it already."""
    held = {id(child) for child in branches(children)}
    return tuple(child for child in children if id(child) not in held and not is_vertical(name_of(child)))


def parts_of(reports: Sequence[ParsedReport], path: str) -> tuple[Interval, ...] | None:
    """What each of these reports has at that place; None where one of them was not read beyond doubt there."""
    known = [cell for report in reports if (cell := beyond_doubt(report).cell(path)).trusted]
    return tuple(map(of_cell, known)) if len(known) == len(reports) else None


def against_sum(
    subject: Subject, rule: RuleId, path: CellPath, parts: Sequence[Interval] | None, kind: Relation = "=", *, reservation: str = ""
) -> CheckResult:
    """`sum of the parts = this report's figure`, or `<=`; the parts as `parts_of` gives them."""
    if parts is None or path.split("/")[0] not in subject.operands.read:
        return undetermined(rule, path, "本级与各下级报告的可靠读数")
    left, right = total(parts), subject.operands.at(path)
    outcome = compare(left, right, kind)
    facts = {**side_facts(left, right), "count": str(len(parts)), "reservation": reservation} if outcome in VIOLATED else {}
    return CheckResult(rule, path, outcome, value_of(left), value_of(right), (path,), (path,), facts=facts)
