"""Marks of stored reports: a few numbers each by which reports of one year that have text or figures in common find one another.

What the numbers mean is the judgement's business (`monitor.alike`); here they are kept, and looked up without reading any report.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from sqlalchemy import Connection, delete, exists, insert, select, tuple_

from storage.domain.ids import BodyId
from storage.schema import readings, report_marks, report_versions, reports

MOST_HOLDERS = 100
"""A mark held by more reports of a year than this is a stock phrase: it names nobody."""

NOTHING_TO_MARK = -1
"""Stands alone where a report was looked at and has too little to say anything by; it is not looked at again. No mark is negative."""


def of_body(connection: Connection, body_id: BodyId) -> dict[int, frozenset[int]]:
    """The marks of every report of one body that was looked at, by report year; none where there is too little to say anything by."""
    rows = connection.execute(select(report_marks.c.report_year, report_marks.c.mark).where(report_marks.c.body_id == body_id))
    found: dict[int, set[int]] = {}
    for year, mark in rows:
        found.setdefault(year, set()).add(mark)
    return {year: frozenset(marks - {NOTHING_TO_MARK}) for year, marks in found.items()}


def replace(connection: Connection, body_id: BodyId, report_year: int, marks: Collection[int]) -> None:
    """These are the marks of that report now."""
    mine = (report_marks.c.body_id == body_id, report_marks.c.report_year == report_year)
    connection.execute(delete(report_marks).where(*mine))
    wanted = sorted(marks) or [NOTHING_TO_MARK]
    connection.execute(insert(report_marks), [{"body_id": body_id, "report_year": report_year, "mark": mark} for mark in wanted])


def unmarked(connection: Connection, after: tuple[str, int], limit: int) -> tuple[tuple[BodyId, int], ...]:
    """Reports (body and report year) after a given one that were read but never looked at for marks, in order."""
    of_it = (report_marks.c.body_id == reports.c.body_id, report_marks.c.report_year == reports.c.report_year)
    read = select(readings.c.id).join(report_versions, readings.c.version_id == report_versions.c.id)
    query = (
        select(reports.c.body_id, reports.c.report_year)
        .where(tuple_(reports.c.body_id, reports.c.report_year) > tuple_(*after))
        .where(~exists().where(*of_it), read.where(report_versions.c.report_id == reports.c.id).exists())
        .order_by(reports.c.body_id, reports.c.report_year)
        .limit(limit)
    )
    return tuple((BodyId(row.body_id), row.report_year) for row in connection.execute(query))


def holders(
    connection: Connection, body_id: BodyId, report_year: int, marks: Collection[int], *, least: int, decisive: int
) -> dict[BodyId, int]:
    """Other bodies whose report of that year holds some of these marks, each with how many; stock phrases left out.

    Those that hold fewer than `least` are left out, unless one they hold is `decisive` (that number or above).
    """
    if not marks:
        return {}
    values = {"year": report_year, "own": body_id, "least": least, "decisive": decisive}
    numbered = {f"m{number}": mark for number, mark in enumerate(sorted(marks))}
    rows = connection.exec_driver_sql(_lookup(connection.dialect.name, len(marks)), values | numbered)
    return {BodyId(holder): shared for holder, shared in rows}


@lru_cache(maxsize=64)
def _lookup(dialect: str, count: int) -> str:
    # Two bounded looks per mark: a stock phrase that every report of a year holds costs no more than a rare one, and no row is handed over.
    # Handed to the driver as it stands: naming fifty values costs SQLAlchemy three times what the looks cost.
    mine = "FROM report_marks WHERE mark = :m{0} AND report_year = :year"
    few = f"{MOST_HOLDERS} >= (SELECT count(*) FROM (SELECT 1 {mine} LIMIT {MOST_HOLDERS + 1}) AS t{{0}})"  # noqa: S608 - numbers and names of our own
    each = f"SELECT body_id, mark {mine} AND {few}"
    held = " UNION ALL ".join(each.format(number) for number in range(count))
    shared = "GROUP BY body_id HAVING count(*) >= :least OR max(mark) >= :decisive"
    found = f"SELECT body_id, count(*) FROM ({held}) AS held WHERE body_id <> :own {shared}"  # noqa: S608 - numbers and names of our own
    return found if dialect == "sqlite" else re.sub(r":(\w+)", r"%(\1)s", found)
