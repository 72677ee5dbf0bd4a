"""Rebuilding the rows of originals and captures from the archive alone, after the database was lost."""

from __future__ import annotations

from dataclasses import dataclass

from storage import captures, originals
from storage.archive.log import LogEntry, LogProblem
from storage.archive.store import Archive
from storage.database import Database
from storage.statements import chunks

BATCH = 500


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """How many log entries were read, and where the log is not as it was written."""

    entries: int
    new_originals: int
    problems: tuple[LogProblem, ...]


def rebuild(archive: Archive, db: Database) -> RebuildReport:
    """Write the rows that the capture log tells of; rows that are there stay as they are, so it may be repeated or interrupted.

    Lines behind a broken chain are taken, too: their blobs prove themselves by their hashes. The problems are in the report.
    """
    problems = []
    entries = new = 0
    for batch in chunks(archive.log.read(), BATCH):
        with db.write() as connection:
            for found in batch:
                if isinstance(found, LogEntry):
                    entries += 1
                    new += originals.record(connection, found.original)
                    captures.record(connection, found.capture)
                else:
                    problems.append(found)
    return RebuildReport(entries, new, tuple(problems))
