"""What one simulated run came to, against the ground truth: recall, precision, false `missing`, faults of the wrong type, manners."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING

from crawler.demo.world.content import Content, Truth
from crawler.demo.world.fault_kinds import NEW_ONLY
from crawler.demo.world.plan import Plan
from storage.domain.enums import DutyStatus, VisitOutcome

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from crawler.demo.http_server import Logged

BodyYear = tuple[str, int]
MIN_RECALL, MIN_PRECISION = 0.99, 0.995


@dataclass(slots=True)
class Score:
    """Everything the last line says, and the lines before it."""

    recall: float = 0.0
    precision: float = 0.0
    wanted: int = 0
    found: int = 0
    lookalikes: int = 0
    false_missing: int = 0
    mistyped: int = 0
    originals_lost: int = 0
    rude: int = 0
    notes: list[str] = field(default_factory=list)
    met: set[str] = field(default_factory=set)

    @property
    def passed(self) -> bool:
        """Whether every bar is met."""
        clean = not (self.lookalikes or self.false_missing or self.mistyped or self.originals_lost or self.rude)
        return clean and self.recall >= MIN_RECALL and self.precision >= MIN_PRECISION

    def line(self) -> str:
        """The last line."""
        return (
            f"recall {self.recall:.4f} precision {self.precision:.4f} lookalikes {self.lookalikes} "
            f"false_missing {self.false_missing} faults_mistyped {self.mistyped} originals_lost {self.originals_lost} rude {self.rude}"
        )


def visible_days(truth: Truth, days: Iterable[date]) -> list[date]:
    """The days of crawling on which the report stood on its portal."""
    return [day for day in days if truth.published_on and truth.published_on <= day and (truth.gone_on is None or day < truth.gone_on)]


def judge_reports(connection: Connection, plan: Plan, content: Content, days: Sequence[date], score: Score) -> None:
    """Recall and precision per body and year. Wanted is what stood on a portal on a day when the portal could be read."""
    from sqlalchemy import select

    from storage.schema import bodies, report_versions, reports

    rows = connection.execute(
        select(bodies.c.name, reports.c.report_year, report_versions.c.title)
        .join(bodies, bodies.c.id == reports.c.body_id)
        .join(report_versions, report_versions.c.report_id == reports.c.id)
    ).all()
    found = {(row.name, row.report_year) for row in rows}
    truths = {(truth.body, truth.report_year): truth for truth in content.truths}
    wanted = {key for key, truth in truths.items() if any(plan.hosts[truth.host].readable(day) for day in visible_days(truth, days))}
    real = {key for key, truth in truths.items() if truth.published_on is not None}
    titles = {entry.title for entries in content.publications.by_host.values() for entry in entries if entry.kind != "report"}
    score.wanted, score.found = len(wanted), len(found)
    score.recall = len(wanted & found) / max(1, len(wanted))
    score.precision = len(real & found) / max(1, len(found))
    score.lookalikes = sum(row.title in titles for row in rows)
    score.notes += [f"not found: {name} {year} ({describe(plan, truths[name, year])})" for name, year in sorted(wanted - found)[:40]]
    score.notes += [f"found what never was: {name} {year}" for name, year in sorted(found - real)[:20]]


def describe(plan: Plan, truth: Truth) -> str:
    """Where and how a body publishes, for whoever looks into a failure."""
    host = plan.hosts[truth.host]
    fault = host.faults[0].kind.name if host.faults else "-"
    moved = f" moves to {host.later_style} {host.moves}" if host.moves else ""
    return f"{truth.host} {host.site.style}/{host.site.variant or '-'} {host.shape} fault {fault}{moved} published {truth.published_on}"


def judge_missing(connection: Connection, plan: Plan, content: Content, day: date, score: Score) -> None:
    """A duty called missing on a day on which its report stood on its portal."""
    from sqlalchemy import select

    from storage.schema import bodies, duties

    truths = {(truth.body, truth.report_year): truth for truth in content.truths}
    query = select(bodies.c.name, duties.c.report_year).join(bodies, bodies.c.id == duties.c.body_id)
    for row in connection.execute(query.where(duties.c.status == DutyStatus.MISSING.value)):
        truth = truths.get((row.name, row.report_year))
        if truth is not None and visible_days(truth, [day]):
            score.false_missing += 1
            score.notes.append(f"false missing on {day}: {row.name} {row.report_year} ({describe(plan, truth)})")


def failing_hosts(log: Iterable[Logged], day: date) -> set[str]:
    """The hosts that could not show a page that day which they had never shown before.

    One they had shown is in the archive: that it fails when it is looked at again takes nothing away from what the list says.
    """
    shown: set[tuple[str, str]] = set()
    failing: set[str] = set()
    for one in log:
        if one.status == HTTPStatus.OK:
            shown.add((one.host, one.path))
        elif one.day == day and one.status >= HTTPStatus.INTERNAL_SERVER_ERROR and (one.host, one.path) not in shown:
            failing.add(one.host)
    return failing


def judge_visits(
    connection: Connection, plan: Plan, day: date, runs: Sequence[int], failing: Collection[str], score: Score
) -> Counter[str]:
    """Each faulty host must end in an outcome of its fault, each sound one whole; outcomes seen, by fault.

    `failing` are those of `failing_hosts`: broken articles are met only by who asks for one that is not kept yet.
    """
    from sqlalchemy import select

    from storage.schema import entry_points, portals, visits

    query = (
        select(portals.c.home_url, visits.c.outcome, visits.c.reason)
        .join(entry_points, entry_points.c.id == visits.c.entry_point_id)
        .join(portals, portals.c.id == entry_points.c.portal_id)
        .where(visits.c.run_id.in_(runs))
    )
    seen: dict[str, list[tuple[VisitOutcome, str]]] = defaultdict(list)
    for row in connection.execute(query):
        seen[row.home_url.split("/")[2]].append((VisitOutcome(row.outcome), row.reason))
    told: Counter[str] = Counter()
    for name, ended in seen.items():
        kind = plan.hosts[name].fault(day)
        style = f"{plan.hosts[name].style(day)}/{plan.hosts[name].shape}"
        told.update(
            f"{kind.name}: {outcome.value}" if kind else f"sound: {outcome.value} {f'{reason} {style}' if reason else ''}".strip()
            for outcome, reason in ended
        )
        if kind is None or (kind.name == NEW_ONLY and name not in failing):
            continue
        score.met.add(kind.name)
        wrong = [pair for pair in ended if pair[0] not in kind.outcomes]
        if len(wrong) == len(ended):
            score.mistyped += 1
            score.notes.append(f"{day} {name}: {kind.name} ended as {wrong[0][0].value} ({wrong[0][1]})")
    return told


def judge_unmet(plan: Plan, days: Sequence[date], score: Score) -> None:
    """A kind of fault that was planned for one of the days and that no visit met: nothing can be said of it, so it counts as mistyped."""
    planned = {kind.name for host in plan.hosts.values() for day in days if (kind := host.fault(day)) is not None}
    for name in sorted(planned - score.met):
        score.mistyped += 1
        score.notes.append(f"no visit met {name}")
