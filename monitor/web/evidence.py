"""The place of a cell in the archived original: a picture of the page with a box, beside what was read there. Works without JavaScript."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection

from monitor.web.desk import desk_of
from monitor.web.evidence_view import View, ways
from monitor.web.report_parts import finding_rows
from monitor.web.templating import render, web_address
from monitor.wording import place_name
from storage import bodies, captures, findings, originals, readings, reports
from storage.domain.errors import NotFoundError, ReadError
from storage.domain.ids import BodyId, Sha256
from storage.domain.originals import ReportVersion
from storage.domain.reports import Cell, ParsedReport

router = APIRouter()

LARGEST_ORIGINAL = 64 * 2**20
"""Larger originals are offered for download only."""

Version = Annotated[int | None, Query(ge=1, le=100_000)]
CellName = Annotated[str, Query(max_length=120, pattern=r"^[a-z0-9_]+(/[a-z0-9_.-]+){1,4}$")]


@router.get("/reports/{body_id}/{year}/evidence", response_class=HTMLResponse)
def evidence(request: Request, body_id: str, year: int, cell: CellName, version: Version = None) -> HTMLResponse:
    """One cell of the version that stands, or of the one asked for."""
    desk = desk_of(request)
    with desk.database.read() as connection:
        values = _gather(connection, BodyId(body_id), year, cell, version)
    shown: Cell = values["cell"]
    view = View(page=None, fault="这一格在原件中没有，所以没有位置。") if shown.at is None else None
    if view is None:
        try:
            data = _original(request, values["sha256"])
            view = request.app.state.pictures.view(data, values["parsed"], cell)
        except ReadError as error:
            view = View(page=None, fault=error.message)
    return HTMLResponse(render("evidence.html", here="reports", view=view, **values))


@router.get("/evidence/{version_id}/{page}.png")
def picture(request: Request, version_id: int, page: int) -> Response:
    """One page of the file a version was read from. Raises NotFoundError, and what the archive raises for damaged bytes."""
    if not (0 < version_id < 2**31 and 0 < page <= 10_000):
        raise NotFoundError("没有这一页。")
    with desk_of(request).database.read() as connection:
        version = reports.get_version(connection, version_id)
        stored = readings.newest(connection, version_id)
        sha256 = _source(version, stored.parsed if stored else None)
    try:
        found = request.app.state.pictures.renderer.page(_original(request, sha256), page=page)
    except ReadError as error:
        raise NotFoundError(error.message, kept="原件没有改动。", advice="请打开原件核对。") from error
    headers = {
        "cache-control": "private, max-age=3600",
        "content-disposition": "inline",
        "etag": f'"{hashlib.sha256(found.png).hexdigest()[:32]}"',
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    }
    return Response(found.png, media_type="image/png", headers=headers)


def _gather(connection: Connection, body_id: BodyId, year: int, name: str, number: int | None) -> dict[str, Any]:
    """Everything but the picture. Raises NotFoundError for an unknown body, year, version or cell."""
    known = reports.versions(connection, body_id, year)
    standing = reports.current(connection, body_id, year)
    chosen = standing if number is None else next((v for v in known if v.number == number), None)
    stored = readings.newest(connection, chosen.id) if chosen else None
    if chosen is None or stored is None:
        raise NotFoundError("没有这份年报，或者还没有读取。", advice="请从年报列表进入。")
    parsed = stored.parsed
    found = next((cell for path, cell in parsed.cells.items() if path == name), None)
    if found is None:
        raise NotFoundError("表中没有这一格。", advice="请从年报页面进入。")
    old = standing is not None and chosen.id != standing.id
    rows = () if old else finding_rows(findings.for_report(connection, body_id, year), parsed.form)
    sha256 = _source(chosen, parsed)
    fetched = captures.for_original(connection, sha256)
    home = f"/reports/{quote(body_id, safe='')}/{year}"
    return {
        "body": bodies.get(connection, body_id),
        "year": year,
        "home": home + (f"?version={chosen.number}" if old else ""),
        "version": chosen,
        "parsed": parsed,
        "name": name,
        "words": place_name(name, parsed.form),
        "cell": found,
        "sha256": sha256,
        "fetched_at": min((capture.received_at for capture in fetched), default=chosen.first_seen_at),
        "link": web_address(chosen.found.url),
        "about": [row for row in rows if any(cell["path"] == name for cell in row["cells"])],
        "ways": ways(rows, name, home, parsed),
    }


def _source(version: ReportVersion, parsed: ParsedReport | None) -> Sha256:
    """The file the figures were read from: the main one or one of its parts."""
    held = {version.found.main_sha256, *(part.sha256 for part in version.found.parts)}
    return Sha256(parsed.sha256) if parsed is not None and parsed.sha256 in held else version.found.main_sha256


def _original(request: Request, sha256: Sha256) -> bytes:
    desk = desk_of(request)
    with desk.database.read() as connection:
        stored = originals.get(connection, sha256)
    if stored.size > LARGEST_ORIGINAL:
        raise ReadError(f"原件超过 {LARGEST_ORIGINAL // 2**20} MB，不在这里显示")
    return desk.archive.get(sha256)
