"""For machines: is the process alive, is it fit to serve, and the counts worth drawing."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select

from monitor.web.desk import Desk, desk_of
from storage import heartbeats, outbox
from storage.domain.errors import NianbaoError
from storage.schema import duties, entry_points, findings

router = APIRouter()

BEAT_LIMIT = timedelta(minutes=10)
"""A loop that has not advanced for this long counts as stopped; loops tick every minute."""

DISK_RESERVE_BYTES = 500 * 1024 * 1024


@router.get("/healthz")
def healthz() -> JSONResponse:
    """The process answers; nothing else is tested, so that a busy database does not get it restarted."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
def readyz(request: Request) -> JSONResponse:
    """Database, loops and disk; 503 with the reasons where one is not fit."""
    checks = _checks(desk_of(request))
    ready = all(check["ok"] for check in checks.values())
    return JSONResponse({"status": "ok" if ready else "unfit", "checks": checks}, status_code=200 if ready else 503)


def _checks(desk: Desk) -> dict[str, Any]:
    try:
        with desk.database.read() as connection:
            beats = heartbeats.list_all(connection)
    except NianbaoError as error:
        return {"database": {"ok": False, "reason": error.code}}
    now = desk.clock.now()
    checks: dict[str, Any] = {"database": {"ok": True}}
    for name, beat in beats.items():
        age = now - beat.at
        checks[f"loop:{name}"] = {"ok": age <= BEAT_LIMIT, "age_seconds": round(age.total_seconds())}
    folder = Path(desk.settings.data_dir)
    if folder.exists():
        free = shutil.disk_usage(folder).free
        checks["disk"] = {"ok": free >= DISK_RESERVE_BYTES, "free_bytes": free}
    return checks


@router.get("/metrics")
def metrics(request: Request) -> PlainTextResponse:
    """Counts in the Prometheus text format; labels are closed sets only."""
    registry = CollectorRegistry()
    status = Gauge("nianbao_duties", "Duties by status", ["status"], registry=registry)
    health = Gauge("nianbao_entry_points", "Entry points by health", ["health"], registry=registry)
    finding = Gauge("nianbao_findings", "Findings by state and certainty", ["state", "certainty"], registry=registry)
    sending = Gauge("nianbao_outbox", "Messages by state", ["state"], registry=registry)
    with desk_of(request).database.read() as connection:
        for value, count in connection.execute(select(duties.c.status, func.count()).group_by(duties.c.status)):
            status.labels(value).set(count)
        for value, count in connection.execute(select(entry_points.c.health, func.count()).group_by(entry_points.c.health)):
            health.labels(value).set(count)
        by = (findings.c.state, findings.c.certainty)
        for state, certainty, count in connection.execute(select(*by, func.count()).group_by(*by)):
            finding.labels(state, certainty).set(count)
        for value, count in outbox.counts(connection).items():
            sending.labels(value).set(count)
    return PlainTextResponse(generate_latest(registry).decode(), media_type=CONTENT_TYPE_LATEST)
