"""What the demo came to, read back from the database, and how it differs from the ground truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.web.labels import QUALITY_SIGNS, STATUS_SIGNS
from storage.domain.enums import Certainty, DutyStatus, Severity

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from crawler.demo.ledger import ExpectedReport, Ledger

DutyName = tuple[str, int]
ACCUSING = frozenset({Certainty.INCONSISTENT, Certainty.SUSPECT})
GRAVE = frozenset({Severity.S1, Severity.S2})


@dataclass(frozen=True, slots=True)
class FoundFinding:
    """One live finding, as far as the ground truth speaks of it."""

    rule: str
    certainty: Certainty
    severity: Severity


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything the comparison needs, by names and not by ids."""

    statuses: Mapping[DutyName, DutyStatus]
    findings: Mapping[DutyName, tuple[FoundFinding, ...]]
    reports: frozenset[DutyName]
    visits: Mapping[str, str]
    qualities: Mapping[str, int] = field(default_factory=dict)

    def counted(self, year: int) -> int:
        """Bodies with a duty for that year."""
        return sum(of == year for _, of in self.statuses)


def read_outcome(connection: Connection, year: int) -> Outcome:
    """The outcome as stored; `year` is the one whose qualities are counted."""
    from sqlalchemy import func, select

    from monitor.web import queries
    from storage.schema import bodies, duties, entry_points, findings, reports, visits

    named = select(bodies.c.name, duties.c.report_year, duties.c.status).join(bodies, bodies.c.id == duties.c.body_id)
    statuses = {(row.name, row.report_year): DutyStatus(row.status) for row in connection.execute(named)}
    live = select(bodies.c.name, findings).join(bodies, bodies.c.id == findings.c.body_id).where(findings.c.state.in_(queries.LIVE))
    found: dict[DutyName, list[FoundFinding]] = {}
    for row in connection.execute(live):
        one = FoundFinding(row.rule, Certainty(row.certainty), Severity(row.severity))
        found.setdefault((row.name, row.report_year), []).append(one)
    kept = connection.execute(select(bodies.c.name, reports.c.report_year).join(bodies, bodies.c.id == reports.c.body_id))
    newest = select(visits.c.entry_point_id, func.max(visits.c.id).label("id")).group_by(visits.c.entry_point_id).subquery()
    ended = select(entry_points.c.url, visits.c.outcome).join(newest, newest.c.id == visits.c.id).join_from(visits, entry_points)
    return Outcome(
        statuses=statuses,
        findings={name: tuple(all_of) for name, all_of in found.items()},
        reports=frozenset((row.name, row.report_year) for row in kept),
        visits={row.url: row.outcome for row in connection.execute(ended)},
        qualities=queries.quality_counts(connection, year),
    )


def lines(outcome: Outcome, year: int) -> Iterator[str]:
    """The two lines people look at: publication and figures, each kind with its sign."""
    counted = [status for (_, of), status in outcome.statuses.items() if of == year]
    yield " " + "  ".join(f"{sign} {status.label} {counted.count(status)}" for status, sign in STATUS_SIGNS.items() if status in counted)
    yield " " + "  ".join(f"{sign} {quality.label} {outcome.qualities.get(quality.value, 0)}" for quality, sign in QUALITY_SIGNS.items())


def differences(outcome: Outcome, ledger: Ledger) -> Iterator[str]:
    """Every point at which the outcome is not what the ledger says, in words; nothing where all is right."""
    expected = {(duty.body, duty.report_year): duty.status for duty in ledger.duties}
    for name in sorted(expected.keys() | outcome.statuses.keys()):
        want, got = expected.get(name), outcome.statuses.get(name)
        # A duty of a year for which the ledger is silent is nobody's claim; one it names must be there.
        if want is not None and got is not want:
            yield f"{name[0]} {name[1]}年度：应为{want.label}，得到{got.label if got else '没有记录'}"
    wanted = {(report.body, report.report_year): report for report in ledger.reports}
    for name in sorted(wanted.keys() ^ outcome.reports):
        yield f"{name[0]} {name[1]}年度：{'没有找到年报' if name in wanted else '找到了不该有的年报'}"
    for name, report in sorted(wanted.items()):
        yield from _finding_differences(name, report, outcome.findings.get(name, ()))
    for visit in ledger.visits:
        got_outcome = outcome.visits.get(visit.column_url)
        if got_outcome != visit.outcome.value:
            yield f"{visit.host}：抓取应以{visit.outcome.label}结束，得到 {got_outcome or '没有记录'}"


def _finding_differences(name: DutyName, report: ExpectedReport, found: tuple[FoundFinding, ...]) -> Iterator[str]:
    where = f"{name[0]} {name[1]}年度"
    for expected in report.findings:
        if not any(one.rule in expected.any_of and one.certainty is expected.certainty for one in found):
            yield f"{where}：缺少问题 {'/'.join(expected.any_of)}（{expected.certainty.label}）"
    allowed = {rule for expected in report.findings for rule in expected.any_of}
    for one in found:
        figures = not one.rule.startswith("TL-")
        if not report.findings and figures and one.severity in GRAVE and one.certainty in ACCUSING and one.rule not in allowed:
            yield f"{where}：不该有的问题 {one.rule}（{one.certainty.label}）"
