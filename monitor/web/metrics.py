"""For machines: the counts and ages worth drawing, in the Prometheus text format. Labels are closed sets only."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import Column, Connection, func, select

from monitor.web.desk import desk_of
from storage import heartbeats, installation, outbox
from storage.disk import room
from storage.schema import deliveries, duties, entry_points, findings, originals, readings, runs, visits

router = APIRouter()

COUNTED: tuple[tuple[str, str, tuple[Column[str], ...]], ...] = (
    ("nianbao_duties", "Duties by status", (duties.c.status,)),
    ("nianbao_entry_points", "Entry points by health", (entry_points.c.health,)),
    ("nianbao_findings", "Findings by state and certainty", (findings.c.state, findings.c.certainty)),
    ("nianbao_runs", "Runs by kind and state", (runs.c.kind, runs.c.state)),
    ("nianbao_visits", "Visits by outcome and whether they may prove an absence", (visits.c.outcome, visits.c.qualified)),
    ("nianbao_deliveries", "Attempts to deliver by result", (deliveries.c.state,)),
    ("nianbao_readings", "Readings by quality", (readings.c.quality,)),
)


@router.get("/metrics")
def metrics(request: Request) -> PlainTextResponse:
    """Everything, counted at the moment of asking."""
    desk = desk_of(request)
    registry = CollectorRegistry()
    now = desk.clock.now()
    with desk.database.read() as connection:
        for name, words, columns in COUNTED:
            gauge = Gauge(name, words, [column.name for column in columns], registry=registry)
            for *labels, count in connection.execute(select(*columns, func.count()).group_by(*columns)):
                gauge.labels(*(str(label).lower() for label in labels)).set(count)
        sending = Gauge("nianbao_outbox", "Messages by state", ["state"], registry=registry)
        for state, count in outbox.counts(connection).items():
            sending.labels(state.value).set(count)
        _ages(registry, connection, now)
        damaged = select(func.count()).where(originals.c.damage != "")
        _single(registry, "nianbao_originals_damaged", "Originals found damaged or missing", connection.execute(damaged).scalar_one())
        muted = bool(desk.settings.alert_muted or installation.get(connection, installation.MUTED))
    _single(registry, "nianbao_muted", "1 while this installation sends nothing", int(muted))
    _single(registry, "nianbao_disk_free_bytes", "Bytes free on the fullest of our disks", room(desk.settings).free)
    return PlainTextResponse(generate_latest(registry).decode(), media_type=CONTENT_TYPE_LATEST)


def _ages(registry: CollectorRegistry, connection: Connection, now: datetime) -> None:
    loops = Gauge("nianbao_loop_age_seconds", "Since a loop last turned", ["loop"], registry=registry)
    for name, beat in heartbeats.list_all(connection).items():
        loops.labels(name).set((now - beat.at).total_seconds())
    seen = connection.execute(select(func.max(visits.c.finished_at)).where(visits.c.qualified)).scalar_one_or_none()
    for name, words, since in (
        ("nianbao_outbox_oldest_seconds", "Age of the oldest message not yet accepted", outbox.oldest_waiting(connection)),
        ("nianbao_qualified_visit_age_seconds", "Since a visit last could have proved an absence", seen),
    ):
        if since is not None:
            _single(registry, name, words, (now - since).total_seconds())


def _single(registry: CollectorRegistry, name: str, words: str, value: float) -> None:
    Gauge(name, words, registry=registry).set(value)
