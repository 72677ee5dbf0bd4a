"""总览: how many are in, who is missing, what to do today."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from monitor.web import queries
from monitor.web.desk import desk_of
from monitor.web.labels import STATUS_SIGNS, Quality
from monitor.web.narrowing import link_to, pages_of
from monitor.web.queries import Filter
from monitor.web.templating import render
from storage import duties, heartbeats, installation
from storage.domain.clock import local_date

router = APIRouter()

STALE_AFTER = timedelta(hours=36)


@router.get("/", response_class=HTMLResponse)
def overview(
    request: Request,
    year: Annotated[int | None, Query(ge=2000, le=2200)] = None,
    status: Annotated[str, Query(max_length=20)] = "",
    quality: Annotated[str, Query(max_length=20)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """The first page; before there is anything to show, the way to get there."""
    desk = desk_of(request)
    with desk.database.read() as connection:
        known = queries.years(connection)
        shown = year or queries.busiest_year(connection) or (known[0] if known else None)
        if shown is None:
            values = {"year": None, "as_of": queries.as_of(connection), "work": queries.work(connection, 0)}
            return HTMLResponse(render("first_run.html", here="overview", **values))
        narrowed = Filter(shown, status, quality, q.strip(), page)
        return HTMLResponse(render("overview.html", here="overview", **gather(connection, narrowed, known, desk.clock.now())))


def gather(connection: Connection, narrowed: Filter, known: list[int], now: datetime) -> dict[str, Any]:
    """Everything the page shows."""
    year = narrowed.year
    tally = duties.counts(connection, year)
    counts = {status.value: number for status, number in tally.by_status.items()}
    total, rows = queries.body_list(connection, narrowed)
    newest = queries.as_of(connection)
    link = link_to("/", narrowed)
    return {
        "year": year,
        "years": sorted({*known, year}, reverse=True),
        "as_of": newest,
        "stopped": [heartbeats.LOOPS[name] for name in heartbeats.stopped(connection, now)] if heartbeats.list_all(connection) else [],
        "muted": installation.get(connection, installation.MUTED),
        "stale": newest is not None and now - newest > STALE_AFTER,
        "counts": counts,
        "tally": tally,
        "quality_counts": queries.quality_counts(connection, year),
        "deadlines": [_deadline(row, local_date(now)) for row in queries.deadlines(connection, year)],
        "work": queries.work(connection, year),
        "statuses": list(STATUS_SIGNS),
        "qualities": list(Quality),
        "narrowed": narrowed,
        "rows": rows,
        "total": total,
        "pages": pages_of(total),
        "link": link,
        "page_link": lambda page: link(page=page) + "#bodies",
    }


def _deadline(deadline: queries.Deadline, today: date) -> dict[str, Any]:
    return {"due": deadline, "days_left": (deadline.due_on - today).days}
