"""R32: an upgrade killed half-way is as if it had not begun; a database of a newer program is left alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from storage.database import normalised, open_database
from storage.domain.errors import StoreError
from storage.migrations import apply
from tests.faults.ground import NOT_KILLED, Ground, Installation
from tests.faults.table import Tally

ROWS = 3
SAMPLES = 6
"""Kills per revision and engine, evenly over its steps."""

NEWER = "9999"


def r32(ground: Ground) -> Tally:
    tally = Tally(
        "R32", "an upgrade happens whole or not at all, data kept", "kill -9 within the upgrade from each revision; a newer schema"
    )
    for engine in ground.engines:
        for revision in (None, *_revisions()):
            template = ground.new(engine, _at(revision))
            steps = _steps(ground, template)
            for at, place in ground.killed_everywhere(template, "migrate", every=max(1, steps // SAMPLES)):
                tally.faults += at != NOT_KILLED
                tally.runs += 1
                _judge(tally, place, revision, f"{engine} from {revision} {at}")
        _refused(tally, ground, engine)
    return tally


def _revisions() -> list[str]:
    """All but the newest, the oldest first."""
    return [script.revision for script in ScriptDirectory.from_config(apply.configuration()).walk_revisions()][:0:-1]


def _steps(ground: Ground, template: Installation) -> int:
    """About how many steps the upgrade has, found by halving."""
    low, high = 1, 1024
    while low + 8 < high:
        middle = (low + high) // 2
        with ground.copy(template) as place:
            low, high = (middle, high) if ground.worker.run("migrate", place, at=f"*:{middle}") else (low, middle)
    return high


def _at(revision: str | None) -> Callable[[Installation], None]:
    """A database as that revision left it, with data in it."""

    def fill(place: Installation) -> None:
        engine = create_engine(normalised(place.url), poolclass=NullPool)
        with engine.begin() as connection:
            if revision is not None:
                command.upgrade(apply.configuration(connection), revision)
                _write(connection)
        engine.dispose()

    return fill


def _write(connection: Connection) -> None:
    now = datetime(2025, 2, 1, tzinfo=UTC).isoformat()
    for number in range(ROWS):
        connection.execute(
            text(
                "INSERT INTO runs (kind, slot, state, owner, scheduled_at, summary) VALUES ('crawl', :slot, 'ok', '', :now, '{}')",
            ),
            {"slot": f"s{number}", "now": now},
        )


def _judge(tally: Tally, place: Installation, revision: str | None, at: str) -> None:
    """Opening it again brings it up to date, with all its data."""
    with open_database(place.url) as db, db.read() as connection:
        if apply.revision(connection) != apply.head():
            tally.missing(f"{at}: the upgrade")
        found = connection.execute(text("SELECT count(*) FROM runs")).scalar_one()
        tally.expect(f"{at}: rows", found, ROWS if revision else 0)


def _refused(tally: Tally, ground: Ground, engine: str) -> None:
    place = ground.new(engine, _at(_revisions()[-1]))
    with open_database(place.url) as db, db.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :newer"), {"newer": NEWER})
    tally.faults += 1
    tally.runs += 1
    try:
        open_database(place.url).close()
    except StoreError:
        pass
    else:
        tally.too_many(f"{engine}: an older program opened a newer database")
    plain = create_engine(normalised(place.url), poolclass=NullPool)
    with plain.connect() as connection:
        kept = connection.execute(text("SELECT count(*) FROM runs")).scalar_one()
        if connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() != NEWER:
            tally.missing(f"{engine}: the newer schema's mark")
    plain.dispose()
    tally.expect(f"{engine}: rows of a refused database", kept, ROWS)
