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

    Hand in several at once where they come together: they share one write of the log.
    """
    entries = [store_of(archive, answer, now) for answer in received]
    logged = log_of(archive, entries, now)
    return tuple(stored(entry, answer) for entry, answer in zip(logged, received, strict=True))


def store_of(archive: Archive, answer: Received, now: datetime) -> LogEntry:
    """The first step of keeping: the bytes, on disk; what is to be logged of them. May be called from any thread. Raises ArchiveError."""
    original = archive.put(answer.data, media_type=answer.media_type, now=now)
    return LogEntry(replace(answer.capture, sha256=original.sha256), original)


def log_of(archive: Archive, entries: Sequence[LogEntry], now: datetime) -> tuple[LogEntry, ...]:
    """The second step: the log lines, on disk, in one write. Raises ArchiveError."""
    return archive.log.append(entries, now) if entries else ()


def stored(entry: LogEntry, answer: Received) -> Kept:
    """A logged answer whose rows are still to be written; a visit's number is no part of the log."""
    return Kept(entry.original, replace(entry.capture, visit_id=answer.capture.visit_id))


def write_rows(connection: Connection, kept: Sequence[Kept]) -> None:
    """The database rows of kept answers, in their order, in two statements. Repeating it is harmless."""
    if kept:
        originals.record_all(connection, (answer.original for answer in kept))
        captures.record_all(connection, (answer.capture for answer in kept))
