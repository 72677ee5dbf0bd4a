"""R31: a backup taken at any moment restores whole and quiet, and what was accepted is not sent again."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, func, select

from monitor.alerts.send import send_due
from storage import installation
from storage.archive.store import open_archive
from storage.backup.make import make
from storage.database import normalised, open_database
from storage.domain.clock import FixedClock
from storage.domain.errors import StoreError
from storage.schema import metadata
from tests.faults.ground import NOT_KILLED, Ground, Installation
from tests.faults.table import Tally
from tests.faults.telling import DESTINATIONS, world
from tests.flows.alert_world import MORNING, Hook, Mailbox, smtp_server, webhook_server

WEEK = MORNING + timedelta(days=7)
EVERY = 6


def r31(ground: Ground) -> Tally:
    tally = Tally(
        "R31",
        "restored whole and muted, nothing accepted sent again",
        "backup after kill -9 at any step; kill -9 at every step of a restore",
    )
    with smtp_server() as mailbox, webhook_server() as hook:
        for engine in ground.engines:
            source = ground.new(engine, world(mailbox, hook))
            ground.worker.run("keep", source)
            for number, (at, place) in enumerate(ground.killed_everywhere(source, "tell", MORNING.isoformat(), every=8 * EVERY)):
                tally.faults += at != NOT_KILLED
                tally.runs += 1
                backup = ground.folder / f"backup-{engine}-{number}"
                make(normalised(place.url), open_archive(str(place.folder / "archive")), backup, MORNING)
                restored = ground.new(engine)
                if code := ground.worker.run("restore", restored, str(backup)):
                    raise RuntimeError(f"a restore ended with {code}; see the worker's log")
                _judge(tally, place, restored, (mailbox, hook), f"{engine} {at}")
            _killed(tally, ground, engine, str(backup))
    return tally


def _judge(tally: Tally, source: Installation, restored: Installation, servers: tuple[Mailbox, Hook], at: str) -> None:
    mailbox, hook = servers
    with open_database(source.url) as db, db.read() as connection:
        wanted = _counts(connection)
    mailbox.taken.clear()
    hook.requests.clear()
    with open_database(restored.url) as db:
        with db.read() as connection:
            found = _counts(connection)
        for table, count in wanted.items():
            tally.expect(f"{at}: rows of {table}", found[table], count)
        clock = FixedClock(WEEK)
        send_due(db, restored.settings, clock)
        tally.too_many(f"{at}: messages sent by a muted installation", len(mailbox.taken) + len(hook.requests))
        with db.write() as connection:
            accepted = connection.execute(select(func.count()).where(metadata.tables["outbox"].c.state == "accepted")).scalar_one()
            rows = connection.execute(select(func.count()).select_from(metadata.tables["outbox"])).scalar_one()
            installation.put(connection, installation.MUTED, "")
        send_due(db, restored.settings, clock)
    tally.expect(f"{at}: messages after unmuting", len(mailbox.taken) + len(hook.requests), rows - accepted)
    tally.too_many(f"{at}: messages beyond these", rows - DESTINATIONS)


def _counts(connection: Connection) -> dict[str, int]:
    """Rows of every table but the one that a restore writes to."""
    tables = (table for table in metadata.sorted_tables if table.name != "installation")
    return {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables}


def _killed(tally: Tally, ground: Ground, engine: str, backup: str) -> None:
    """A restore that died: again from the start, or it is there already; never there and talking."""
    template = ground.new(engine)
    for at, place in ground.killed_everywhere(template, "restore", backup):
        tally.faults += at != NOT_KILLED
        tally.runs += 1
        if _stands(place) and _muted(place):
            continue
        if _stands(place):
            tally.too_many(f"{engine} restore {at}: restored and not muted")
        elif ground.worker.run("restore", place, backup) or not _muted(place):
            tally.missing(f"{engine} restore {at}: could not be done again")


def _stands(place: Installation) -> bool:
    """Whether an installation could be opened here that holds data."""
    address = normalised(place.url)
    if address.drivername == "sqlite" and not (place.folder / "nianbao.sqlite3").exists():
        return False
    try:
        with open_database(place.url, migrate=False) as db, db.read() as connection:
            return bool(_counts(connection)["bodies"])
    except StoreError:  # no tables yet
        return False


def _muted(place: Installation) -> bool:
    with open_database(place.url) as db, db.read() as connection:
        return bool(installation.get(connection, installation.MUTED))
