"""R2: a crawl that died is done again, and proves nothing in between."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select

from storage import bodies, portals, runs
from storage.archive.store import open_archive
from storage.archive.verify import verify
from storage.database import open_database
from storage.domain.enums import BodyKind, BodyLevel
from storage.domain.ids import BodyId, PortalId
from storage.domain.registry import Body, Portal
from storage.schema import captures, originals, report_versions, sightings, visits
from tests.faults.ground import NOT_KILLED, Ground, Installation
from tests.faults.table import Tally
from tests.flows.crawl_server import Web

HOSTS = ("w1.yunxi.gov.test", "w2.yunxi.gov.test")
YEARS = (2021, 2022, 2023)
NOON = datetime(2025, 2, 3, 4, tzinfo=UTC)
LATER = NOON + timedelta(hours=2)
EVERY = 17
WORDS = "".join(f"<p>{words}</p>" for words in ("总体情况", "主动公开政府信息情况", "收到和处理政府信息公开申请情况"))


def r2(ground: Ground) -> Tally:
    tally = Tally("R2", "a crawl that died is done again, nothing twice", f"kill -9 at every {EVERY}th step of a crawl")
    with Web() as web:
        web._server.handle_error = _killed_clients  # type: ignore[assignment]
        publish(web)
        for engine in ground.engines:
            template = ground.new(engine, lambda place: office(place, web))
            for at, place in ground.killed_everywhere(template, "crawl", NOON.isoformat(), every=EVERY):
                tally.faults += at != NOT_KILLED
                tally.runs += 1
                _after(tally, place, f"{engine} {at}")
                if code := ground.worker.run("crawl", place, LATER.isoformat()):
                    raise RuntimeError(f"the crawl after {at} ended with {code}; see the worker's log")
                in_the_end(tally, place, f"{engine} {at}")
    return tally


def _killed_clients(*_: object) -> None:
    """A client that was killed leaves its connection torn: no news here."""


def publish(web: Web) -> None:
    """A column of reports on each host."""
    for host in HOSTS:
        rows = "".join(
            f'<li><a href="t{year}.html">云溪县教育局{year}年政府信息公开工作年度报告</a><span>{year + 1}-01-15</span></li>'
            for year in YEARS
        )
        web.put(f"{host}/nb/", f"<html><title>政府信息公开年报</title><body><ul>{rows}</ul></body></html>")
        for year in YEARS:
            web.put(f"{host}/nb/t{year}.html", f'<html><body><div class="TRS_Editor">{WORDS}<p>{host} {year}</p></div></body></html>')


def office(place: Installation, web: Web, reserve: int = 0) -> None:
    """The registry and the configuration of a crawl of both hosts."""
    values = {"crawl_delay_seconds": 0, "crawl_timeout_seconds": 10, "crawl_retries": 0, "disk_reserve_mb": reserve}
    hosts = [f'"{host}" = "{web.target}"' for host in HOSTS]
    lines = [*(f"{key} = {json.dumps(value)}" for key, value in values.items()), "[host_overrides]", *hosts]
    (place.folder / "nianbao.toml").write_text("\n".join(lines), encoding="utf-8")
    with open_database(place.url) as database, database.write() as connection:
        for host in HOSTS:
            body = Body(BodyId(host), "云溪县教育局", BodyKind.DEPARTMENT, BodyLevel.COUNTY, "990101")
            bodies.upsert(connection, body, NOON)
            portal = Portal(PortalId(host), host, f"http://{host}/", host, delay_seconds=0.0)
            portals.upsert(connection, portal, NOON)
            portals.add_entry_point(connection, portal.id, f"http://{host}/nb/", now=NOON, body_ids=[body.id])


def _after(tally: Tally, place: Installation, at: str) -> None:
    """Right after the death: what it left unfinished proves nothing, and its run is told to be dead once its lease is over."""
    with open_database(place.url) as db, db.write() as connection:
        runs.abandon_expired(connection, LATER)
        open_but_believed = select(visits.c.id).where(visits.c.finished_at.is_(None), visits.c.qualified)
        tally.too_many(f"{at}: unfinished visits that count as proof", len(connection.execute(open_but_believed).all()))
        rows = set(connection.execute(select(originals.c.sha256)).scalars())
    archive = open_archive(str(place.folder / "archive"))
    tally.missing(f"{at}: originals with a row and no bytes", sum(not archive.exists(sha256) for sha256 in rows))


def in_the_end(tally: Tally, place: Installation, at: str) -> None:
    wanted = len(HOSTS) * len(YEARS)
    with open_database(place.url) as db, db.write() as connection:
        tally.expect(f"{at}: report versions", _distinct(tally, connection, report_versions.c.url, at), wanted)
        tally.expect(f"{at}: sightings", _distinct(tally, connection, sightings.c.url, at), wanted)
        keys = Counter(connection.execute(select(captures.c.natural_key)).scalars())
        tally.too_many(f"{at}: captures twice", sum(count - 1 for count in keys.values()))
        report = verify(open_archive(str(place.folder / "archive")), connection, now=LATER)
    if not report.sound:
        tally.missing(f"{at}: the archive: {report}")


def _distinct(tally: Tally, connection: Connection, column: object, at: str) -> int:
    found = Counter(connection.execute(select(column)).scalars())  # type: ignore[call-overload]
    tally.too_many(f"{at}: {column} twice", sum(count - 1 for count in found.values()))
    return len(found)
