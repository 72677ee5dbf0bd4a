"""For machines: is the process alive, is it fit to serve."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from monitor.web.desk import Desk, desk_of
from storage import heartbeats
from storage.disk import room
from storage.domain.errors import NianbaoError
from storage.migrations import apply

router = APIRouter()


@router.get("/healthz")
def healthz() -> JSONResponse:
    """The process answers; nothing else is tested, so that a busy database does not get it restarted."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
def readyz(request: Request) -> JSONResponse:
    """Database, schema, each loop and disk; 503 with the reasons where one is not fit."""
    checks = _checks(desk_of(request))
    ready = all(check["ok"] for check in checks.values())
    return JSONResponse({"status": "ok" if ready else "unfit", "checks": checks}, status_code=200 if ready else 503)


def _checks(desk: Desk) -> dict[str, Any]:
    found = room(desk.settings)
    checks: dict[str, Any] = {"disk": {"ok": found.enough, "free_bytes": found.free}}
    now = desk.clock.now()
    try:
        with desk.database.read() as connection:
            beats, stopped = heartbeats.list_all(connection), heartbeats.stopped(connection, now)
            revision = apply.revision(connection)
    except NianbaoError as error:
        return checks | {"database": {"ok": False, "reason": error.code}}
    checks["database"] = {"ok": True}
    checks["schema"] = {"ok": revision == apply.head(), "revision": revision}
    for name in heartbeats.LOOPS:
        # A loop that never turned is a process nobody started: that is the failure most often overlooked.
        age = round((now - beats[name].at).total_seconds()) if name in beats else None
        checks[f"loop:{name}"] = {"ok": name not in stopped, "age_seconds": age}
    return checks
