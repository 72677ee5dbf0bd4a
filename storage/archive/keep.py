"""Keeping an answer of a server, in the one order that loses nothing: bytes, then capture log, then database row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from storage import captures, originals
from storage.archive.log import LogEntry
from storage.archive.store import Archive
from storage.domain.originals import Capture, StoredOriginal


@dataclass(frozen=True, slots=True)
class Received:
    """An answer as it came: its bytes, and the capture to be recorded (whose `sha256` is filled in here)."""

    data: bytes
    capture: Capture
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that is safe in the archive; its rows are still to be written."""

    original: StoredOriginal
    capture: Capture


def keep(archive: Archive, received: Sequence[Received], now: datetime) -> tuple[Kept, ...]:
    """Store bytes and log lines of these answers; after it returns nothing can lose them. Raises ArchiveError.

    Hand in several at once where they come together: they wait for the disk once.
    """
    originals_kept = archive.put_all([(answer.data, answer.media_type) for answer in received], now=now)
    entries = [
        LogEntry(replace(answer.capture, sha256=original.sha256), original)
        for answer, original in zip(received, originals_kept, strict=True)
    ]
    logged = archive.log.append(entries, now)
    return tuple(Kept(entry.original, entry.capture) for entry in logged)


def write_rows(connection: Connection, kept: Sequence[Kept]) -> None:
    """The database rows of kept answers, in their order, in two statements. Repeating it is harmless."""
    if kept:
        originals.record_all(connection, (answer.original for answer in kept))
        captures.record_all(connection, (answer.capture for answer in kept))
