"""What a right monitor must say of the demo: the ground truth beside the portals, never served by them.

Built from the scenario and the days on which the portals were crawled, not from anything a crawler reported.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from crawler.demo.facts import ReportFacts
from crawler.demo.publications import Entry, Publications, site_of
from crawler.demo.scenario import BODIES, REPORT_YEAR, SITES, YEARS, BodyPlan, Fault, SitePlan
from storage.domain.enums import BodyKind, Certainty, DateKind, DutyStatus, MissingConfidence, VisitOutcome

_OUTCOMES: dict[Fault, VisitOutcome] = {
    "": VisitOutcome.COMPLETE,
    "challenge": VisitOutcome.CHALLENGED,
    "layout": VisitOutcome.LAYOUT_CHANGED,
    "refused": VisitOutcome.UNREACHABLE,
    "soft404": VisitOutcome.SOFT_ERROR,
}
_ENOUGH_FOR_MISSING = 3
_ENOUGH_FOR_WITHDRAWN, _LONG_ENOUGH_FOR_WITHDRAWN = 5, timedelta(days=14)


@dataclass(frozen=True, slots=True)
class ExpectedDuty:
    """The status of one duty. `dates` are all dates the portal shows for the report, with where they stand."""

    body: str
    report_year: int
    due_on: date
    status: DutyStatus
    days_late: int | None = None
    published_on: date | None = None
    missing_confidence: MissingConfidence | None = None
    dates: tuple[tuple[DateKind, date], ...] = ()


@dataclass(frozen=True, slots=True)
class ExpectedFinding:
    """A finding that must be there: one of these rules, at this certainty."""

    any_of: tuple[str, ...]
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class ExpectedReport:
    """One report a crawl must find, with the findings it must raise; without any it must raise none of severity S1 or S2."""

    body: str
    report_year: int
    title: str
    host: str
    carrier: str
    findings: tuple[ExpectedFinding, ...]
    facts: ReportFacts


@dataclass(frozen=True, slots=True)
class ExpectedVisit:
    """How a visit to one column must end."""

    host: str
    column_url: str
    outcome: VisitOutcome


@dataclass(frozen=True, slots=True)
class Ledger:
    """The truth as of the last of the days crawled."""

    visited: tuple[date, ...]
    duties: tuple[ExpectedDuty, ...]
    reports: tuple[ExpectedReport, ...]
    visits: tuple[ExpectedVisit, ...]

    def duty(self, body: str, report_year: int = REPORT_YEAR) -> ExpectedDuty:
        """The duty of that body and year. KeyError if the demo has none."""
        for duty in self.duties:
            if (duty.body, duty.report_year) == (body, report_year):
                return duty
        raise KeyError((body, report_year))

    def counts(self, report_year: int = REPORT_YEAR) -> dict[DutyStatus, int]:
        """Bodies per status for that year, every status named."""
        found = Counter(duty.status for duty in self.duties if duty.report_year == report_year)
        return {status: found[status] for status in DutyStatus}

    def certainties(self, report_year: int = REPORT_YEAR) -> dict[Certainty, int]:
        """Reports of that year that must raise a finding of each certainty."""
        found = Counter(
            certainty
            for report in self.reports
            if report.report_year == report_year
            for certainty in {one.certainty for one in report.findings}
        )
        return {certainty: found[certainty] for certainty in Certainty}

    def totals(self, report_year: int = REPORT_YEAR) -> dict[str, int]:
        """The figures of the overview page; 应发布 = 已发布 + 未发现 + 无法判断 + 已撤下."""
        counts = self.counts(report_year)
        published = counts[DutyStatus.ON_TIME] + counts[DutyStatus.LATE] + counts[DutyStatus.UNDATED]
        registered = sum(counts.values())
        return {
            "registered": registered,
            "due": registered - counts[DutyStatus.EXEMPT] - counts[DutyStatus.NOT_DUE],
            "published": published,
            "reports": len(self.reports),
        }

    def to_json(self) -> str:
        """The whole ledger as one JSON object."""
        content: dict[str, Any] = {
            "visited": self.visited,
            "counts": self.counts(),
            "totals": self.totals(),
            "certainties": self.certainties(),
            "duties": [asdict(duty) for duty in self.duties],
            "reports": [_report_json(report) for report in self.reports],
            "visits": [asdict(visit) for visit in self.visits],
        }
        return json.dumps(content, ensure_ascii=False, indent=1, default=str)


def build_ledger(content: Publications, visited: Sequence[date], *, browser: bool = True) -> Ledger:
    """The truth after crawling all portals on these days. `browser` False: lists that need one cannot be seen."""
    if not visited:
        raise ValueError("a ledger needs at least one day of crawling")
    days = tuple(sorted(visited))
    duties = [
        _duty(plan, year, content.report(plan.name, year), days, seen=_readable(site_of(plan), browser=browser))
        for plan in BODIES
        for year in ((REPORT_YEAR,) if plan.exempt_reason else YEARS)
    ]
    # Of years before the last nobody asks what was never seen: duties reach back as far as a report was found, and one year further.
    duties = [duty for duty in duties if duty.report_year >= REPORT_YEAR - 1 or duty.status is not DutyStatus.UNKNOWN]
    reports = [report for plan in BODIES for year in YEARS if (report := _report(plan, year, content, days, browser=browser))]
    visits = [ExpectedVisit(site.host, site.column_url, _OUTCOMES[site.fault]) for site in SITES]
    return Ledger(days, tuple(duties), tuple(reports), tuple(visits))


def _readable(site: SitePlan, *, browser: bool) -> bool:
    return not site.fault and (browser or site.style != "script")


def due_on(plan: BodyPlan, report_year: int) -> date:
    """The statutory date: 31 March for governments, 31 January for all others."""
    return date(report_year + 1, 3, 31) if plan.kind is BodyKind.GOVERNMENT else date(report_year + 1, 1, 31)


def _duty(plan: BodyPlan, year: int, entry: Entry | None, days: tuple[date, ...], *, seen: bool) -> ExpectedDuty:
    due = due_on(plan, year)
    if plan.exempt_reason:
        return ExpectedDuty(plan.name, year, due, DutyStatus.EXEMPT)
    sightings = [day for day in days if seen and entry is not None and entry.visible(day)]
    if entry is not None and sightings:
        return _found(plan, entry, due, sightings, days)
    if days[-1] <= due:
        return ExpectedDuty(plan.name, year, due, DutyStatus.NOT_DUE)
    negatives = [day for day in days if day > due]
    if not seen or not negatives:
        return ExpectedDuty(plan.name, year, due, DutyStatus.UNKNOWN)
    established = len(negatives) >= _ENOUGH_FOR_MISSING
    confidence = MissingConfidence.ESTABLISHED if established else MissingConfidence.PROVISIONAL
    return ExpectedDuty(plan.name, year, due, DutyStatus.MISSING, missing_confidence=confidence)


def _found(plan: BodyPlan, entry: Entry, due: date, sightings: list[date], days: tuple[date, ...]) -> ExpectedDuty:
    gone = [day for day in days if day > sightings[-1]]
    if len(gone) >= _ENOUGH_FOR_WITHDRAWN and gone[-1] - gone[0] >= _LONG_ENOUGH_FOR_WITHDRAWN:
        return ExpectedDuty(plan.name, entry.year, due, DutyStatus.WITHDRAWN, published_on=entry.published_on, dates=_dates(entry))
    if not entry.dated:
        return _found_undated(plan, entry, due, sightings[0], days)
    late = (entry.published_on - due).days
    status = DutyStatus.LATE if late > 0 else DutyStatus.ON_TIME
    return ExpectedDuty(
        plan.name, entry.year, due, status, days_late=late if late > 0 else None, published_on=entry.published_on, dates=_dates(entry)
    )


def _found_undated(plan: BodyPlan, entry: Entry, due: date, first_seen: date, days: tuple[date, ...]) -> ExpectedDuty:
    """Without a date only our own eyes bound it: seen by the deadline is on time, not there on a day after the deadline is late."""
    if first_seen <= due:
        return ExpectedDuty(plan.name, entry.year, due, DutyStatus.ON_TIME)
    if any(due < day < first_seen for day in days):
        return ExpectedDuty(plan.name, entry.year, due, DutyStatus.LATE)
    return ExpectedDuty(plan.name, entry.year, due, DutyStatus.UNDATED)


def _dates(entry: Entry) -> tuple[tuple[DateKind, date], ...]:
    shown = tuple((kind, entry.published_on) for kind in (DateKind.LIST, DateKind.META, DateKind.PRINTED))
    signed = entry.versions[0][1].signed_on
    return (*shown, (DateKind.SIGNATURE, signed)) if signed else shown


def _report(plan: BodyPlan, year: int, content: Publications, days: tuple[date, ...], *, browser: bool) -> ExpectedReport | None:
    entry = content.report(plan.name, year)
    sightings = [day for day in days if entry is not None and entry.visible(day)]
    if entry is None or not sightings or not _readable(site_of(plan), browser=browser):
        return None
    facts = entry.facts(sightings[-1])
    assert facts is not None
    findings = tuple(ExpectedFinding(any_of, _certainty(plan)) for any_of in plan.rules) if year == REPORT_YEAR else ()
    return ExpectedReport(plan.name, year, entry.title, plan.site, entry.carrier, findings, facts)


def _certainty(plan: BodyPlan) -> Certainty:
    if plan.carrier == "image":
        return Certainty.NOT_CHECKABLE
    return Certainty.DOUBTFUL_READING if plan.rules == (("T4-07",),) else Certainty.INCONSISTENT


def _report_json(report: ExpectedReport) -> dict[str, Any]:
    findings = [asdict(one) for one in report.findings]
    return {
        "body": report.body,
        "report_year": report.report_year,
        "title": report.title,
        "host": report.host,
        "carrier": report.carrier,
        "findings": findings,
        "cells": dict(report.facts.cells),
        "stated": dict(report.facts.stated),
    }
