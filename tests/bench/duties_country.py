"""A generated country for `bench_duties`: bodies, lists, visits, lines, versions and readings, written in bulk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert

from storage.database import Database
from storage.domain.clock import deadline_instant
from storage.domain.enums import BodyKind, BodyLevel, ReadingQuality, SourceHealth, VisitOutcome
from storage.domain.reports import ParsedReport, Reading
from storage.domain.visits import Decision
from storage.readings import encode
from storage.schema import (
    bodies,
    entry_point_bodies,
    entry_points,
    originals,
    portals,
    readings,
    report_versions,
    reports,
    sightings,
    visits,
)

NOW = datetime(2025, 2, 20, 1, tzinfo=UTC)
PER_LIST = 20
VISITS = 21
SHA = "a" * 64

Rows = list[Mapping[str, Any]]


def put(db: Database, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """All rows in one transaction."""
    found = list(rows)
    with db.write() as connection:
        for start in range(0, len(found), 5000):
            connection.execute(insert(table), found[start : start + 5000])


def registry(db: Database, count: int, since: datetime) -> None:
    """`count` departments and governments on lists of twenty."""
    lists = range(1, (count + PER_LIST - 1) // PER_LIST + 1)
    put(db, bodies, (_body(number, since) for number in range(count)))
    common = {"platform_id": "p", "created_at": since}
    put(db, portals, [{"id": "p", "name": "门户", "home_url": "http://p.gov.test/", **common}])
    put(db, entry_points, (_entry(number, since) for number in lists))
    put(db, entry_point_bodies, ({"entry_point_id": n // PER_LIST + 1, "body_id": f"b{n:06}"} for n in range(count)))


def _body(number: int, since: datetime) -> dict[str, Any]:
    kind = BodyKind.GOVERNMENT if number % 20 == 0 else BodyKind.DEPARTMENT
    return {
        **{"id": f"b{number:06}", "name": f"示例{number:06}局", "kind": kind.value, "level": BodyLevel.COUNTY.value},
        **{"division_code": f"{990000 + number // 1000}", "created_at": since},
    }


def _entry(number: int, since: datetime) -> dict[str, Any]:
    return {
        **{"id": number, "portal_id": "p", "url": f"http://p.gov.test/{number}/", "enabled": True, "tier": "http"},
        **{"family": "", "params": {}, "health": SourceHealth.HEALTHY.value, "created_at": since},
    }


def visit_row(entry: int, at: datetime, *, qualified: bool) -> dict[str, Any]:
    """One visit of ten minutes."""
    outcome = VisitOutcome.COMPLETE if qualified else VisitOutcome.UNREACHABLE
    return {
        **{"entry_point_id": entry, "started_at": at, "finished_at": at + timedelta(minutes=10), "outcome": outcome.value},
        **{"reason": "", "whole_list": qualified, "qualified": qualified, "inconclusive_reason": "", "items_seen": 20, "pages_read": 1},
        **{"facts": {}},
    }


def line_row(body: int, year: int, first: datetime, last: datetime, listed: date | None) -> dict[str, Any]:
    """The line of one report on its body's list."""
    return {
        **{"entry_point_id": body // PER_LIST + 1, "url": f"http://p.gov.test/{body}/{year}.html", "title": f"{year}年度报告"},
        **{"raw_date": "", "decision": Decision.REPORT.value, "reason": "", "body_id": f"b{body:06}", "report_year": year},
        **{"listed_on": listed, "first_seen_at": first, "last_seen_at": last, "position": 1},
    }


def fill(db: Database, count: int, years: tuple[int, ...]) -> None:
    """Everything of `count` bodies and those report years, as of `NOW`."""
    registry(db, count, datetime(2016, 1, 1, tzinfo=UTC))
    lists = range(1, count // PER_LIST + 1)
    put(db, visits, (visit_row(n, NOW - timedelta(days=d, minutes=30), qualified=(n + d) % 7 != 0) for n in lists for d in range(VISITS)))
    put(db, originals, [{"sha256": SHA, "size": 1, "key": "x", "media_type": "text/html", "stored_at": NOW}])
    found = [(body, year) for body in range(count) for year in years if (body + year) % 10]
    put(db, sightings, (line_row(b, y, _first(b, y), NOW, _first(b, y).date()) for b, y in found))
    put(db, reports, ({"id": n, "body_id": f"b{b:06}", "report_year": y, "created_at": NOW} for n, (b, y) in enumerate(found, 1)))
    put(db, report_versions, (_version(n, b, y) for n, (b, y) in enumerate(found, 1)))
    put(db, readings, _readings(len(found)))


def _first(body: int, year: int) -> datetime:
    return deadline_instant(date(year + 1, 1, 31)) + timedelta(days=body % 23 - 15)


def _version(number: int, body: int, year: int) -> dict[str, Any]:
    dates = [{"kind": "meta", "value": _first(body, year).date().isoformat(), "raw": ""}]
    return {
        **{"id": number, "report_id": number, "number": 1, "url": f"http://p.gov.test/{body}/{year}.html", "title": "年度报告"},
        **{"main_sha256": SHA, "parts": [], "parts_sha256": "", "text_sha256": "", "carrier": "html", "dates": dates},
        **{"first_seen_at": _first(body, year), "last_seen_at": NOW, "published_source": ""},
    }


def _readings(count: int) -> Iterable[dict[str, Any]]:
    payload = encode(ParsedReport(source="x", sha256=SHA, media_type="text/html", parser_version="1", reading=Reading(ReadingQuality.HIGH)))
    dates = json.loads('[["signature", "2025-01-20"]]')
    for number in range(1, count + 1):
        yield {
            **{"version_id": number, "parser_version": "1", "created_at": NOW, "quality": "high", "form": "", "body_name": ""},
            **{"payload": payload, "dates": dates},
        }
