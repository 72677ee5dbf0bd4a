"""Captures: every answer of a server, with its heads, times and the hash of its bytes. Append-only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, select, true

from storage.domain.errors import NotFoundError
from storage.domain.ids import Sha256, VisitId
from storage.domain.originals import Capture
from storage.schema import captures, visits
from storage.statements import clean, clip, insert_missing, insert_new, url_of


def record(connection: Connection, capture: Capture) -> int:
    """Write the capture; the id of the one there is when the same answer was recorded before. The original's row must exist."""
    values = _row(capture)
    insert_new(connection, captures, values, key=["natural_key"])
    return int(connection.execute(select(captures.c.id).where(captures.c.natural_key == values["natural_key"])).scalar_one())


def record_all(connection: Connection, found: Iterable[Capture]) -> None:
    """Write these captures in their order; one recorded before stays as it is. The rows of their originals must exist."""
    insert_missing(connection, captures, [_row(capture) for capture in found], key=["natural_key"])


def _row(capture: Capture) -> dict[str, Any]:
    return {**as_stored(capture), "natural_key": capture.natural_key, "visit_id": capture.visit_id}


def as_stored(capture: Capture) -> dict[str, Any]:
    """The columns of a capture that log and database share, as the database holds them."""
    return {
        "role": capture.role,
        "url": url_of(capture.url),
        "final_url": url_of(capture.final_url),
        "method": capture.method,
        "status": capture.status,
        "requested_at": capture.requested_at,
        "received_at": capture.received_at,
        "request_head": clean(capture.request_head),
        "response_head": clean(capture.response_head),
        "ip": clip(capture.ip, 45),
        "tls": clip(capture.tls, 60),
        "sha256": capture.sha256,
        "truncated": capture.truncated,
        "chain": capture.chain,
    }


def list_all(connection: Connection) -> tuple[Capture, ...]:
    """Every capture in order."""
    return _all(connection, true())


def get(connection: Connection, capture_id: int) -> Capture:
    """The capture of that id. Raises NotFoundError."""
    row = connection.execute(select(captures).where(captures.c.id == capture_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"没有这条抓取记录：{capture_id}")
    return _capture(row)


def for_visit(connection: Connection, visit_id: VisitId) -> tuple[Capture, ...]:
    """The captures of one visit in order."""
    return _all(connection, captures.c.visit_id == visit_id)


def for_run(connection: Connection, run_id: int) -> tuple[Capture, ...]:
    """The captures of all visits of one run in order."""
    return _all(connection, captures.c.visit_id.in_(select(visits.c.id).where(visits.c.run_id == run_id)))


def between(connection: Connection, since: datetime, until: datetime) -> tuple[Capture, ...]:
    """The captures received from one instant on and before another, in order."""
    return _all(connection, and_(captures.c.received_at >= since, captures.c.received_at < until))


def for_original(connection: Connection, sha256: Sha256) -> tuple[Capture, ...]:
    """Every time these bytes were received, in order."""
    return _all(connection, captures.c.sha256 == sha256)


def newest_for_url(connection: Connection, url: str) -> Capture | None:
    """The newest answer to a plain request for that address, whatever its status. What a form sent to the same address brought is another
    page: a list that turns its pages that way has its last one there.
    """
    plain = and_(captures.c.url == url, captures.c.method == "GET")
    query = select(captures).where(plain).order_by(captures.c.received_at.desc(), captures.c.id.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else _capture(row)


def _all(connection: Connection, condition: Any) -> tuple[Capture, ...]:
    return tuple(_capture(row) for row in connection.execute(select(captures).where(condition).order_by(captures.c.id)))


def _capture(row: Row[Any]) -> Capture:
    return Capture(
        role=row.role,
        url=row.url,
        status=row.status,
        requested_at=row.requested_at,
        received_at=row.received_at,
        sha256=Sha256(row.sha256),
        final_url=row.final_url,
        method=row.method,
        request_head=row.request_head,
        response_head=row.response_head,
        ip=row.ip,
        tls=row.tls,
        truncated=row.truncated,
        visit_id=None if row.visit_id is None else VisitId(row.visit_id),
        chain=row.chain,
        id=row.id,
    )
