"""年报: the list of reports found for a year."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from monitor.web import queries
from monitor.web.desk import desk_of
from monitor.web.narrowing import Asked, listed
from monitor.web.templating import render
from storage.domain.clock import local_date

router = APIRouter()


@router.get("/reports", response_class=HTMLResponse)
def reports(request: Request, asked: Asked) -> HTMLResponse:
    """The list, narrowed as the address says."""
    desk = desk_of(request)
    with desk.database.read() as connection:
        known = queries.years(connection)
        usual = queries.busiest_year(connection) or (known[0] if known else local_date(desk.clock.now()).year - 1)
        narrowed = asked(usual)
        values = listed(narrowed, queries.report_list(connection, narrowed), known, "/reports")
        dues = queries.deadlines(connection, narrowed.year)
        newest = queries.as_of(connection)
    return HTMLResponse(render("reports.html", here="reports", as_of=newest, due_on=dues[-1].due_on if dues else None, **values))
