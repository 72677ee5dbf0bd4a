"""办理结果构成与同类单位差异大

含义     予以公开、不予处理等占办结总数的比例，与同类单位中位数相差很大（按样本量放宽），且办结不少于 30 件。
公式     ｜比例－同类中位数｜≤3×√（p（1－p）/n）＋0.2。
依据     仅作提示，不是规定。
单位     %
正例     同类 50%，本单位 60%。
反例     同类 50%，本单位 0%，办结 200 件。
如何处理 核对归类；不表示有误。
"""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from statistics import median

from monitor.certainty import beyond_doubt
from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult
from storage.domain.reports import ParsedReport

ID = RuleId("PR-02")


LEAST = 30


def check(subject: Subject) -> Iterator[CheckResult]:
    """看予以公开的比例；需要至少十个办结 30 件以上的同类单位。"""
    own = _share(subject.report)
    peers = [share for peer in subject.peers if (share := _share(beyond_doubt(peer))) is not None]
    if own is None or len(peers) < 10:
        yield not_applicable(ID, "requests/granted", "办结 30 件以上的本单位和十个同类单位")
        return
    usual = median(share for share, _ in peers)
    allowed = 3 * sqrt(usual * (1 - usual) / own[1]) + 0.2
    outcome = Outcome.FAIL if abs(own[0] - usual) > allowed else Outcome.PASS
    yield CheckResult(ID, "requests/granted", outcome, facts={"own": f"{own[0]:.0%}", "usual": f"{usual:.0%}"})


def _share(report: ParsedReport) -> tuple[float, int] | None:
    granted, handled = report.cell("requests/granted/total"), report.cell("requests/total_handled/total")
    if granted.value is None or handled.value is None or not (granted.trusted and handled.trusted) or handled.value < LEAST:
        return None
    return float(granted.value) / float(handled.value), int(handled.value)


RULE = Rule(
    id=ID,
    title="办理结果构成与同类单位差异大",
    severity=Severity.S3,
    check=check,
    message="予以公开占办结的 {own}，同类单位中位数 {usual}",
    advice="请核对归类；这不表示报告有误。",
    plausible="各单位的申请内容可能不同",
    version="2",
)
