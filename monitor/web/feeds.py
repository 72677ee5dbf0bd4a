"""订阅: feeds of reports and findings, and the calendar of deadlines; narrowed by the address, cheap to ask again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from monitor.outputs.feeds import atom, calendar, gather, json_feed
from monitor.outputs.feeds.entries import Feed
from monitor.outputs.feeds.rows import Wanted
from monitor.web.desk import desk_of
from storage.domain.errors import NotFoundError

router = APIRouter()

FORMATS: dict[str, tuple[Callable[[Feed], bytes], str]] = {
    "atom": (atom.atom, f"{atom.MEDIA_TYPE}; charset=utf-8"),
    "json": (json_feed.json_feed, f"{json_feed.MEDIA_TYPE}; charset=utf-8"),
}
STATES = {"confirmed": gather.CONFIRMED, "live": gather.LIVE}
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)

Scope = Annotated[str, Query(pattern=r"^[0-9]{0,12}$")]
Body = Annotated[str, Query(max_length=64)]
Year = Annotated[int | None, Query(ge=2000, le=2200)]


@router.get("/feeds/reports.{form}")
def reports(request: Request, form: str, scope: Scope = "", body: Body = "", year: Year = None) -> Response:
    """Reports found, changed and withdrawn."""
    desk, wanted = desk_of(request), Wanted(scope, body, year)
    with desk.database.read() as connection:
        feed = gather.reports_feed(connection, wanted, site=site_of(request), address=_address(request), now=desk.clock.now())
    return _written(request, feed, form)


@router.get("/feeds/findings.{form}")
def findings(  # noqa: PLR0913, PLR0917 - one parameter per narrowing
    request: Request,
    form: str,
    scope: Scope = "",
    body: Body = "",
    year: Year = None,
    rule: Annotated[str, Query(pattern=r"^[A-Z0-9-]{0,20}$")] = "",
    state: Annotated[str, Query(pattern="^(confirmed|live)$")] = "confirmed",
) -> Response:
    """Findings, those confirmed by a person unless `state=live`."""
    desk, wanted = desk_of(request), Wanted(scope, body, year, rule)
    with desk.database.read() as connection:
        feed = gather.findings_feed(
            connection, wanted, site=site_of(request), address=_address(request), now=desk.clock.now(), states=STATES[state]
        )
    return _written(request, feed, form)


@router.get("/feeds/deadlines.ics")
def deadlines(
    request: Request,
    scope: Scope = "",
    body: Body = "",
    year: Year = None,
    remind: Annotated[int, Query(ge=0, le=60)] = 0,
) -> Response:
    """The calendar of deadlines; `remind` is how many days before each a reminder stands, none by default."""
    desk = desk_of(request)
    with desk.database.read() as connection:
        title, days = gather.deadlines(connection, Wanted(scope, body, year), site=site_of(request))
    # The moment of writing stands in every event: what the answer is compared by leaves it out.
    same = _tag(calendar.calendar(title, days, stamp=UNDATED, remind_days=remind))
    made = calendar.calendar(title, days, stamp=desk.clock.now(), remind_days=remind)
    headers = {"content-disposition": 'inline; filename="deadlines.ics"'}
    return _answer(request, made, f"{calendar.MEDIA_TYPE}; charset=utf-8", same, headers)


def site_of(request: Request) -> str:
    """Where our pages are: as configured, else as asked for."""
    return (desk_of(request).settings.public_url or str(request.base_url)).rstrip("/")


def _address(request: Request) -> str:
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{site_of(request)}{request.url.path}{query}"


def _written(request: Request, feed: Feed, form: str) -> Response:
    if form not in FORMATS:
        raise NotFoundError("没有这种格式的订阅。", advice="可用：.atom、.json。")
    write, media_type = FORMATS[form]
    made = write(feed)
    return _answer(request, made, media_type, _tag(made if feed.entries else form.encode()), {})


def _answer(request: Request, made: bytes, media_type: str, tag: str, headers: dict[str, str]) -> Response:
    known = {"etag": tag, "cache-control": "private, max-age=300", **headers}
    asked = request.headers.get("if-none-match", "")
    if any(part.strip().removeprefix("W/") == tag for part in asked.split(",")):
        return Response(status_code=304, headers=known)
    return Response(made, media_type=media_type, headers=known)


def _tag(data: bytes) -> str:
    return f'"{hashlib.sha256(data).hexdigest()[:32]}"'
