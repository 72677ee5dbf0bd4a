"""年报: the list of reports found for a year."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from monitor.web import queries
from monitor.web.desk import desk_of
from monitor.web.labels import STATUS_SIGNS, Quality
from monitor.web.narrowing import link_to, pages_of
from monitor.web.queries import Filter
from monitor.web.templating import render
from storage.domain.clock import local_date

router = APIRouter()


@router.get("/reports", response_class=HTMLResponse)
def reports(
    request: Request,
    year: Annotated[int | None, Query(ge=2000, le=2200)] = None,
    status: Annotated[str, Query(max_length=20)] = "",
    quality: Annotated[str, Query(max_length=20)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """The list, narrowed as the address says."""
    desk = desk_of(request)
    with desk.database.read() as connection:
        known = queries.years(connection)
        shown = year or queries.busiest_year(connection) or (known[0] if known else local_date(desk.clock.now()).year - 1)
        narrowed = Filter(shown, status, quality, q.strip(), page)
        total, rows = queries.report_list(connection, narrowed)
        dues = queries.deadlines(connection, shown)
        newest = queries.as_of(connection)
    link = link_to("/reports", narrowed)
    text = render(
        "reports.html",
        here="reports",
        year=shown,
        years=sorted({*known, shown}, reverse=True),
        as_of=newest,
        narrowed=narrowed,
        total=total,
        rows=rows,
        pages=pages_of(total),
        page_link=lambda number: link(page=number),
        statuses=list(STATUS_SIGNS),
        qualities=list(Quality),
        due_on=dues[-1].due_on if dues else None,
    )
    return HTMLResponse(text)
