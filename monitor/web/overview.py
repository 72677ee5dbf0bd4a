"""总览: how many are in, who is missing, what to do today."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from monitor.web import queries
from monitor.web.desk import desk_of
from monitor.web.narrowing import Asked, listed
from monitor.web.queries import Filter
from monitor.web.templating import render
from storage import duties, heartbeats
from storage.domain.clock import local_date

router = APIRouter()

STALE_AFTER = timedelta(hours=36)
NO_YEAR = 0


@router.get("/", response_class=HTMLResponse)
def overview(request: Request, asked: Asked) -> HTMLResponse:
    """The first page; before there is anything to show, the way to get there."""
    desk = desk_of(request)
    with desk.database.read() as connection:
        known = queries.years(connection)
        usual = queries.busiest_year(connection) or (known[0] if known else NO_YEAR)
        narrowed = asked(usual)
        if narrowed.year == NO_YEAR:
            values = {"year": None, "as_of": queries.as_of(connection), "work": queries.work(connection, 0)}
            return HTMLResponse(render("first_run.html", here="overview", **values))
        values = gather(connection, narrowed, known, desk.clock.now()) | {"muted": desk.muted(connection)}
        return HTMLResponse(render("overview.html", here="overview", **values))


def gather(connection: Connection, narrowed: Filter, known: list[int], now: datetime) -> dict[str, Any]:
    """Everything the page shows."""
    year = narrowed.year
    tally = duties.counts(connection, year)
    newest = queries.as_of(connection)
    return {
        **listed(narrowed, queries.body_list(connection, narrowed), known, "/", "#bodies"),
        "as_of": newest,
        "stopped": [heartbeats.LOOPS[name] for name in heartbeats.stopped(connection, now)] if heartbeats.list_all(connection) else [],
        "stale": newest is not None and now - newest > STALE_AFTER,
        "counts": {status.value: number for status, number in tally.by_status.items()},
        "tally": tally,
        "quality_counts": queries.quality_counts(connection, year),
        "deadlines": [_deadline(row, local_date(now)) for row in queries.deadlines(connection, year)],
        "work": queries.work(connection, year),
    }


def _deadline(deadline: queries.Deadline, today: date) -> dict[str, Any]:
    return {"due": deadline, "days_left": (deadline.due_on - today).days}
