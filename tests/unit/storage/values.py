"""Values that repository tests share."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from storage import bodies, originals, portals, runs
from storage.domain.enums import BodyKind, BodyLevel
from storage.domain.ids import BodyId, EntryPointId, PortalId, Sha256
from storage.domain.originals import NewVersion, StoredOriginal
from storage.domain.registry import Body, Portal
from storage.domain.visits import Run

HOUR = timedelta(hours=1)
MINISTRY = BodyId("mz")
COUNCIL = BodyId("zf")


def body(body_id: str = MINISTRY, name: str = "甲市民政局", *, aliases: tuple[str, ...] = ()) -> Body:
    return Body(BodyId(body_id), name, BodyKind.DEPARTMENT, BodyLevel.PREFECTURE, "330100", aliases=aliases)


def portal(portal_id: str = "a.gov.test", *, enabled: bool = True) -> Portal:
    return Portal(PortalId(portal_id), "甲市", f"http://{portal_id}/", platform_id=portal_id, enabled=enabled)


def place(
    connection: Connection, now: datetime, *, url: str = "http://a.gov.test/list/", of: tuple[str, ...] = (MINISTRY,)
) -> EntryPointId:
    """A list page that carries the reports of these bodies, all made if they are not there."""
    for number, body_id in enumerate(of):
        bodies.upsert(connection, body(body_id, f"甲市第{number}局"), now)
    portals.upsert(connection, portal(), now)
    return portals.add_entry_point(connection, portal().id, url, now=now, body_ids=tuple(BodyId(body_id) for body_id in of))


def claimed(connection: Connection, now: datetime, slot: str = "s", lease: timedelta = HOUR) -> Run:
    run = runs.claim(connection, "crawl", slot, owner=runs.new_owner(), now=now, lease=lease)
    assert run is not None
    return run


def original(connection: Connection, now: datetime, letter: str = "a") -> Sha256:
    sha256 = Sha256(letter * 64)
    originals.record(connection, StoredOriginal(sha256, 1, f"blobs/{letter}", "raw", "text/html", now))
    return sha256


def version(connection: Connection, now: datetime, letter: str = "a", url: str = "http://a.gov.test/r.html", text: str = "") -> NewVersion:
    return NewVersion(url, original(connection, now, letter), title="年度报告", text_sha256=text)
