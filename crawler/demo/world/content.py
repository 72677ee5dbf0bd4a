"""What the portals of the simulated country publish, and the ground truth of it: one entry per body and year, or none."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from crawler.demo.facts import Quirk, ReportFacts
from crawler.demo.publications import Entry, Kind, Publications
from crawler.demo.sampling import Wanted, make_facts
from crawler.demo.scenario import Carrier
from crawler.demo.world.plan import LAST_DAY, PUBLISHED_YEARS, Host, Plan, WorldBody
from storage.domain.enums import BodyKind

_CARRIERS: tuple[Carrier, ...] = (*("html", "word", "html", "docx", "pdf") * 4, "image", "image", "ofd", "wps", "rar", "ceb")


@dataclass(frozen=True, slots=True)
class Truth:
    """What really became of one body's report of one year. `published_on` None: never published; `gone_on`: the day it was taken away."""

    body: str
    report_year: int
    due_on: date
    host: str
    published_on: date | None
    gone_on: date | None = None
    edited_on: date | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """All lines of all lists, and the truth behind them."""

    publications: Publications
    truths: tuple[Truth, ...]


def publish_world(plan: Plan) -> Content:
    """Draw everything that is ever published; the same plan gives the same content."""
    by_host: dict[str, tuple[Entry, ...]] = {}
    truths: list[Truth] = []
    for host in plan.hosts.values():
        lines: list[Entry] = []
        for body in host.bodies:
            rng = random.Random(f"{plan.seed}/{body.name}")  # noqa: S311 - a generator of examples, not of secrets
            entries, found = _of_body(rng, body)
            lines += entries
            truths += found
        lines.sort(key=lambda entry: (entry.published_on, entry.body, entry.kind, entry.year), reverse=True)
        if host.bodies:
            numbered = tuple(replace(entry, number=5000 + len(lines) - place) for place, entry in enumerate(lines))
            by_host |= _spread(host, numbered)
    return Content(Publications(by_host), tuple(truths))


def _spread(host: Host, lines: tuple[Entry, ...]) -> dict[str, tuple[Entry, ...]]:
    """The lines of a portal and of the departments' own ones: those have their reports too, or alone, and are then linked to."""
    made = {own.host: tuple(entry for entry in lines if entry.body == own.body) for own in host.own_portals}
    linked = {own.body: f"http://{own.host}{host.site.column_path}" for own in host.own_portals if own.linked}
    here = tuple(replace(entry, elsewhere=linked[entry.body]) if entry.body in linked else entry for entry in lines)
    return {host.site.host: here, **made}


def by_year(content: Publications, host: str, year: int) -> Mapping[str, tuple[Entry, ...]]:
    """The lines of one host whose report year is that one, as the content of a column of its own."""
    return {host: tuple(entry for entry in content.by_host[host] if entry.year == year)}


def due_on(body: WorldBody, report_year: int) -> date:
    """31 March for governments, 31 January for all others (条例 第四十九、五十条)."""
    return date(report_year + 1, 3, 31) if body.kind is BodyKind.GOVERNMENT else date(report_year + 1, 1, 31)


def _of_body(rng: random.Random, body: WorldBody) -> tuple[list[Entry], list[Truth]]:
    entries: list[Entry] = []
    truths: list[Truth] = []
    previous: ReportFacts | None = None
    for year in PUBLISHED_YEARS:
        previous = facts = make_facts(rng, Wanted(body.called, year, kind=body.kind, requests=rng.choice((0, 20, 90)), previous=previous))
        entry = _report(rng, body, facts)
        if entry is not None:
            entries.append(entry)
        edited = entry.versions[-1][0] if entry is not None and len(entry.versions) > 1 else None
        truths.append(
            Truth(
                body.name,
                year,
                due_on(body, year),
                body.host,
                entry.published_on if entry else None,
                entry.withdrawn_on if entry else None,
                edited,
            )
        )
        entries += _lookalikes(rng, body, year)
    return entries, truths


def _report(rng: random.Random, body: WorldBody, facts: ReportFacts) -> Entry | None:
    """The line of the report, drawn with its fate: one in twenty is never published, one in ten comes late."""
    fate = rng.random()
    if fate < 0.05:
        return None
    due = due_on(body, facts.report_year)
    day = due + timedelta(days=rng.randint(3, 25)) if fate < 0.15 else due - timedelta(days=rng.randint(0, 24))
    day = min(day, LAST_DAY - timedelta(days=4))
    facts = replace(facts, signed_on=day - timedelta(days=1))
    if rng.random() < 0.1 and body.kind is BodyKind.GOVERNMENT:
        facts = facts.with_quirks(Quirk.TITLE_WITHOUT_BODY)
    versions = [(day, facts)]
    if rng.random() < 0.04:
        changed = {path: str(facts.number(path) + 17) for path in ("proactive/licences", "proactive/penalties")}
        versions.append((day + timedelta(days=rng.randint(20, 50)), facts.with_cells(changed)))
    withdrawn = day + timedelta(days=rng.randint(30, 60)) if rng.random() < 0.03 else None
    return Entry(
        0,
        body.name,
        facts.report_year,
        "report",
        facts.title,
        day,
        dated=rng.random() > 0.03,
        withdrawn_on=withdrawn,
        carrier=rng.choice(_CARRIERS),
        versions=tuple(versions),
        redated=_redated(rng, day, due),
    )


def _redated(rng: random.Random, day: date, due: date) -> tuple[date, date] | None:
    """A late report given a date before its deadline some days later; now and then, a report printed with a day yet to come."""
    if day > due and rng.random() < 0.5:
        return day + timedelta(days=rng.randint(8, 15)), due - timedelta(days=rng.randint(1, 6))
    return (day, day + timedelta(days=rng.randint(3, 9))) if rng.random() < 0.03 else None


def _lookalikes(rng: random.Random, body: WorldBody, year: int) -> list[Entry]:
    """Documents of the same column that a careless reader takes for the report."""
    texts: list[tuple[Kind, str, date]] = [
        ("website", f"{body.called}政府网站工作年度报表（{year}年度）", date(year + 1, 1, 6)),
        ("rule_of_law", f"{body.called}{year}年法治政府建设年度报告", date(year + 1, 1, 8)),
        ("explainer", f"一图读懂《{body.called}{year}年政府信息公开工作年度报告》", date(year + 1, 2, 20)),
    ]
    chosen = rng.sample(texts, rng.randint(0, 2))
    return [Entry(0, body.name, year, kind, title, day + timedelta(days=rng.randint(0, 5))) for kind, title, day in chosen]
