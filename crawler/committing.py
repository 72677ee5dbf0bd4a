"""Committing pieces of work: many in one transaction, and where that fails each by itself, so that one's fault stays its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from storage import arrivals
from storage.archive.keep import Kept, write_rows
from storage.arrivals import Arrival
from storage.database import Database
from storage.domain.errors import Busy, StoreDown

Work = Callable[[Connection], Any]
Piece = Work | Arrival
Answer = tuple[Any, BaseException | None]
Committed = tuple[list[Answer], Sequence[Kept]]
Commit = Callable[[Sequence[Kept], Sequence[Piece]], Committed]
"""Whoever commits: `committed` for one database, or a process apart that does it."""


def committed(database: Database, kept: Sequence[Kept], pieces: Sequence[Piece]) -> Committed:
    """Write the rows of what was kept, then these pieces in their order. The answers of the pieces, and of what was kept what has to be
    written later, as the database was away or busy.
    """
    try:
        with database.write() as connection:
            write_rows(connection, kept)
            return [(answer, None) for answer in _written(connection, pieces)], ()
    except Exception as error:  # noqa: BLE001 (handed to whoever waits for it)
        if not kept and len(pieces) == 1:
            return [(None, error)], ()
    try:
        with database.write() as connection:
            write_rows(connection, kept)
    except Exception as error:  # noqa: BLE001 (handed to everybody: without these rows nothing of theirs can stand)
        # Rows that the database refuses for good are left to the archive's log: they would take every later piece with them.
        return [(None, error) for _ in pieces], kept if isinstance(error, Busy | StoreDown) else ()
    return [answer for piece in pieces for answer in committed(database, (), [piece])[0]], ()


def _written(connection: Connection, pieces: Sequence[Piece]) -> list[Any]:
    """The answers of these pieces, done in their order; arrivals that come one behind the other share their statements."""
    answers: list[Any] = []
    for arrive, group in groupby(pieces, key=lambda piece: isinstance(piece, Arrival)):
        if arrive:
            answers += arrivals.record(connection, [piece for piece in group if isinstance(piece, Arrival)])
        else:
            answers += [piece(connection) for piece in group if not isinstance(piece, Arrival)]
    return answers
