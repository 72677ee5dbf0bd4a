"""What each portal of the demo shows on a given day: the lines of its list and the reports behind them, from the scenario and a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

from crawler.demo.facts import Quirk, ReportFacts
from crawler.demo.sampling import Wanted, make_facts
from crawler.demo.scenario import BODIES, REPORT_YEAR, SITES, YEARS, BodyPlan, Carrier, SitePlan
from storage.domain.enums import BodyKind

Kind = Literal["report", "website", "rule_of_law", "explainer"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list. `versions` holds the report from each day on; empty for the look-alikes that are no such report. `redated` is a
    day and the date that the portal prints from then on instead of the true one; `elsewhere` is the column on another host that has the
    document, empty where this one has it.
    """

    number: int
    body: str
    year: int
    kind: Kind
    title: str
    published_on: date
    dated: bool = True
    withdrawn_on: date | None = None
    carrier: Carrier = "html"
    versions: tuple[tuple[date, ReportFacts], ...] = ()
    redated: tuple[date, date] | None = None
    elsewhere: str = ""

    def visible(self, day: date) -> bool:
        """Whether the portal shows it on that day."""
        return self.published_on <= day and (self.withdrawn_on is None or day < self.withdrawn_on)

    def as_printed(self, day: date) -> Entry:
        """The line under the date that the portal prints on that day."""
        if self.redated is None or day < self.redated[0]:
            return self
        return replace(self, published_on=self.redated[1], redated=None)

    def facts(self, day: date) -> ReportFacts | None:
        """The report as it stands on that day, None for a look-alike."""
        standing = [facts for since, facts in self.versions if since <= day]
        return standing[-1] if standing else None


@dataclass(frozen=True, slots=True)
class Publications:
    """Everything the portals ever show, by host, newest first."""

    by_host: dict[str, tuple[Entry, ...]] = field(default_factory=dict)

    def shown(self, host: str, day: date) -> tuple[Entry, ...]:
        """The lines of that portal's list on that day, newest first."""
        standing = [entry.as_printed(day) for entry in self.by_host[host] if entry.visible(day)]
        return tuple(sorted(standing, key=lambda entry: entry.published_on, reverse=True))

    def report(self, body: str, year: int) -> Entry | None:
        """The line of that body's report, if it ever publishes one."""
        mine = (entry for entries in self.by_host.values() for entry in entries)
        return next((entry for entry in mine if (entry.body, entry.year, entry.kind) == (body, year, "report")), None)


def publish(seed: int) -> Publications:
    """The content of all portals; the same seed gives the same content."""
    entries: list[tuple[str, Entry]] = []
    for plan in BODIES:
        if not plan.exempt_reason:
            entries += [(plan.site, entry) for entry in _entries_of(plan, random.Random(f"{seed}/{plan.name}"))]  # noqa: S311
    by_host: dict[str, tuple[Entry, ...]] = {}
    for site in SITES:
        mine = sorted((entry for host, entry in entries if host == site.host), key=lambda e: (e.published_on, e.body, e.kind), reverse=True)
        # Numbers are given from the oldest up, so that a new line never renumbers an older address.
        by_host[site.host] = tuple(replace(entry, number=5000 + len(mine) - place) for place, entry in enumerate(mine))
    return Publications(by_host)


def site_of(plan: BodyPlan) -> SitePlan:
    """The portal on which a body publishes."""
    return next(site for site in SITES if site.host == plan.site)


def _entries_of(plan: BodyPlan, rng: random.Random) -> list[Entry]:
    entries: list[Entry] = []
    previous: ReportFacts | None = None
    for year in YEARS:
        previous = facts = make_facts(rng, Wanted(plan.name, year, kind=plan.kind, requests=plan.requests, previous=previous))
        day = plan.published_on if year == REPORT_YEAR else _usual_day(rng, plan, year)
        if day is not None:
            entries.append(_report(plan, facts, day))
        entries += _lookalikes(plan, year, rng)
    return entries


def _usual_day(rng: random.Random, plan: BodyPlan, year: int) -> date:
    first = date(year + 1, 3, 12) if plan.kind is BodyKind.GOVERNMENT else date(year + 1, 1, 9)
    return first + timedelta(days=rng.randint(0, 14))


def _report(plan: BodyPlan, facts: ReportFacts, day: date) -> Entry:
    facts = replace(facts, signed_on=day - timedelta(days=1))
    if facts.report_year != REPORT_YEAR:
        if facts.report_year == YEARS[0] and plan.name == site_of(plan).name:
            facts = facts.with_quirks(Quirk.TITLE_WITHOUT_BODY)
        return _entry(plan, facts, day, ((day, facts),))
    facts = plan.slip(facts) if plan.slip else facts
    if not plan.dated:
        facts = facts.with_quirks(Quirk.NO_SIGNATURE)
    versions = [(day, facts)]
    if plan.edited_on:
        versions.append((plan.edited_on, _edited(facts)))
    entry = _entry(plan, facts, day, tuple(versions))
    return replace(entry, dated=plan.dated, withdrawn_on=plan.withdrawn_on, carrier=plan.carrier)


def _edited(facts: ReportFacts) -> ReportFacts:
    """Two figures changed without a word, the date left as it was."""
    changed = {path: str(facts.number(path) + 17) for path in ("proactive/licences", "proactive/penalties")}
    return facts.with_cells(changed)


def _entry(plan: BodyPlan, facts: ReportFacts, day: date, versions: tuple[tuple[date, ReportFacts], ...]) -> Entry:
    return Entry(0, plan.name, facts.report_year, "report", facts.title, day, versions=versions)


def _lookalikes(plan: BodyPlan, year: int, rng: random.Random) -> list[Entry]:
    """Documents of the same column that a careless reader takes for the report."""
    if plan.kind is BodyKind.SUBDISTRICT:
        return []
    website = f"{plan.name}政府网站工作年度报表（{year}年度）"
    law = f"{plan.name}{year}年法治政府建设年度报告"
    found = [
        Entry(0, plan.name, year, "website", website, date(year + 1, 1, 6) + timedelta(days=rng.randint(0, 5))),
        Entry(0, plan.name, year, "rule_of_law", law, date(year + 1, 1, 8) + timedelta(days=rng.randint(0, 9))),
    ]
    if year == YEARS[1]:
        title = f"一图读懂《{plan.name}{year}年政府信息公开工作年度报告》"
        found.append(Entry(0, plan.name, year, "explainer", title, date(year + 1, 4, 2)))
    return found
