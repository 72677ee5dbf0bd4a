"""Marks for reports that have none: those read before marks were kept, or read and never judged.

A copy is found by the marks of the other report (`monitor.alike`), so the search among all reports is complete only when all have theirs.
"""

from __future__ import annotations

from sqlalchemy import Connection

from monitor.alike import marks as marks_of
from storage import marks, readings
from storage.database import Database
from storage.domain.errors import StoreError
from storage.domain.ids import BodyId

BATCH = 100
"""Reports per transaction: a tenth of a second in which no other writer gets in."""


def mark_all(database: Database) -> int:
    """Give marks to every report that was read and has none; how many were looked at. One whose reading is damaged is passed over."""
    looked_at, after = 0, ("", 0)
    while True:
        with database.read() as connection:
            found = marks.unmarked(connection, after, BATCH)
        if not found:
            return looked_at
        with database.write() as connection:
            for body_id, report_year in found:
                _mark(connection, body_id, report_year)
        looked_at, after = looked_at + len(found), found[-1]


def _mark(connection: Connection, body_id: BodyId, report_year: int) -> None:
    try:
        standing = readings.newest_for(connection, body_id, report_year)
    except StoreError:
        return  # told where the report itself is looked at
    if standing is not None:
        marks.replace(connection, body_id, report_year, marks_of(standing.parsed))
