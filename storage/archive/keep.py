"""Keeping an answer of a server, in the one order that loses nothing: bytes, then capture log, then database row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from storage import captures, originals
from storage.archive.log import LogEntry
from storage.archive.store import Archive, sha256_of
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
    entries = []
    for answer in received:
        original = archive.put(answer.data, media_type=answer.media_type, now=now)
        entries.append(LogEntry(replace(answer.capture, sha256=sha256_of(answer.data)), original))
    logged = archive.log.append(entries, now) if entries else ()
    return tuple(
        Kept(entry.original, replace(entry.capture, visit_id=answer.capture.visit_id))
        for entry, answer in zip(logged, received, strict=True)
    )


def write_rows(connection: Connection, kept: Sequence[Kept]) -> tuple[int, ...]:
    """The database rows of kept answers; capture ids in the same order. Repeating it is harmless."""
    ids = []
    for answer in kept:
        originals.record(connection, answer.original)
        ids.append(captures.record(connection, answer.capture))
    return tuple(ids)
