"""Whether the archive holds what stood on the portals: the very bytes of a report's file, of any format, and every copy of a report."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from judging_run import BodyYear, Score, visible_days

from crawler.demo.articles import file_of_report
from crawler.demo.publications import Entry
from crawler.demo.world.content import Content, Truth
from crawler.demo.world.plan import Host, Plan

if TYPE_CHECKING:
    from sqlalchemy import Connection


def judge_originals(connection: Connection, plan: Plan, content: Content, days: Sequence[date], score: Score) -> None:
    """Count what is missing from the archive of reports that could be had."""
    kept, hosts = _digests(connection), _hosts(connection)
    entries = {(one.body, one.year): one for lines in content.publications.by_host.values() for one in lines if one.kind == "report"}
    for truth in content.truths:
        key = (truth.body, truth.report_year)
        read = [day for day in visible_days(truth, days) if plan.hosts[truth.host].readable(day)]
        if not read or key not in entries:
            continue
        lost = _lost(entries[key], read[-1], kept)
        lost += [f"no copy from {host}" for host in _expected(plan.hosts[truth.host], truth) if host not in hosts[key]]
        score.originals_lost += len(lost)
        score.notes += [f"{truth.body} {truth.report_year}: {what}" for what in lost]


def _lost(entry: Entry, day: date, kept: set[str]) -> list[str]:
    facts = entry.facts(day)
    file = file_of_report(entry, facts) if facts is not None else None
    return [f"its {entry.carrier} is not in the archive"] if file is not None and hashlib.sha256(file[1]).hexdigest() not in kept else []


def _expected(host: Host, truth: Truth) -> Iterable[str]:
    """The hosts at which the report must have been met; nothing is said of a body with one portal."""
    for own in host.own_portals:
        if own.body == truth.body:
            yield own.host
            if not own.linked:
                yield host.site.host


def _digests(connection: Connection) -> set[str]:
    from sqlalchemy import select

    from storage.schema import originals

    return set(connection.execute(select(originals.c.sha256)).scalars())


def _hosts(connection: Connection) -> dict[BodyYear, set[str]]:
    from sqlalchemy import select

    from storage.schema import bodies, report_versions, reports

    query = (
        select(bodies.c.name, reports.c.report_year, report_versions.c.url)
        .join(reports, reports.c.body_id == bodies.c.id)
        .join(report_versions, report_versions.c.report_id == reports.c.id)
    )
    found: dict[BodyYear, set[str]] = defaultdict(set)
    for name, year, url in connection.execute(query):
        found[name, year].add(urlsplit(url).hostname or "")
    return found
