"""Checking originals a few at a time, so that nobody waits: hashing is outside of any transaction, marks are written in short ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from storage import originals
from storage.archive.store import Archive
from storage.archive.verify import WORDS, Damage, check
from storage.database import Database
from storage.domain.ids import Sha256
from storage.domain.originals import StoredOriginal
from storage.statements import chunks

BATCH = 100

Progress = Callable[[int, int], None]


def check_originals(
    archive: Archive,
    database: Database,
    rows: Sequence[StoredOriginal],
    *,
    now: datetime,
    progress: Progress = lambda done, total: None,
) -> tuple[Damage, ...]:
    """Re-hash these originals and mark each as whole or damaged; what is damaged."""
    with database.read() as connection:
        known = originals.hashes(connection)
    found: list[Damage] = []
    done = 0
    for batch in chunks(rows, BATCH):
        results = [(row, check(archive, row, known)) for row in batch]
        with database.write() as connection:
            _mark(connection, results, now)
        found += [damage for _, damage in results if damage is not None]
        done += len(batch)
        progress(done, len(rows))
    return tuple(found)


def _mark(connection: Connection, results: Sequence[tuple[StoredOriginal, Damage | None]], now: datetime) -> None:
    for row, damage in results:
        if damage is not None:
            originals.mark_damaged(connection, row.sha256, WORDS[damage.kind], now)
    whole: list[Sha256] = [row.sha256 for row, damage in results if damage is None]
    originals.mark_verified(connection, whole, now)
