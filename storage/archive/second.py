"""The second copy of the archive: brought up to date, and asked for what the first has lost. Nothing is ever overwritten on either side.

A copy is an archive of the same shape at another address (a folder on another disk, a bucket elsewhere). Files of the log are copied when
their day is over and sealed; of a day under way each run leaves a snapshot, so that a lost first copy costs hours, not a day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import zstandard
from sqlalchemy import Connection

from storage import originals
from storage.archive.heads import HEADS, heads, stream_of
from storage.archive.log import LOG, TORN
from storage.archive.places import Place
from storage.archive.store import BLOBS, CANDIDATES, Archive, decode, digest_of, sha256_of_key
from storage.archive.verify import Damage, check
from storage.domain.errors import ArchiveError, OriginalMissing

OPEN_LOG = "log-open"
"""Snapshots of log files that may still grow: `log-open/2025-02-03.jsonl.<bytes>`."""


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What one run did: files copied and their bytes, files damaged here and therefore not copied, files that differ there."""

    copied: int
    bytes: int
    damaged: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether the copy now holds all there is."""
        return not (self.damaged or self.differing)


def mirror(archive: Archive, copy: Place, progress: Callable[[int, int], None] = lambda done, total: None) -> Mirrored:
    """Bring the copy up to date. Bytes are verified before they are copied, so that damage does not spread. Raises ArchiveError."""
    known = {key for prefix in (BLOBS, LOG, TORN, HEADS) for key in copy.keys(prefix)}
    keys = [key for prefix in (BLOBS, TORN) for key in archive.place.keys(prefix) if key not in known]
    closed, still_open = _log_files(archive.place)
    keys += [key for key in (*closed, *archive.place.keys(HEADS)) if key not in known]  # seals last: what they seal is there
    copied = size = 0
    damaged = []
    for done, key in enumerate(keys, start=1):
        data = _good(archive.place, key)
        if data is None:
            damaged.append(key)
        elif copy.create(key, data):
            copied, size = copied + 1, size + len(data)
        progress(done, len(keys))
    for key in still_open:
        data = archive.place.read(key)
        data = data[: data.rfind(b"\n") + 1]
        if data:
            copy.create(f"{OPEN_LOG}{key.removeprefix(LOG)}.{len(data)}", data)
    differing = [key for key in (*closed, *archive.place.keys(HEADS)) if key in known and copy.read(key) != archive.place.read(key)]
    return Mirrored(copied, size, tuple(damaged), tuple(differing))


def _log_files(place: Place) -> tuple[list[str], list[str]]:
    """The files of the log that no line can be added to any more, and the others."""
    reached = {one.stream: one.key for head in heads(place)[-1:] for one in head.reach}
    keys = sorted(place.keys(LOG))
    closed = [key for key in keys if stream_of(key) or key <= reached.get("", "")]  # segments of a bucket are written once
    return closed, [key for key in keys if key not in set(closed)]


def _good(place: Place, key: str) -> bytes | None:
    """The bytes under a key; None for a blob that is not what its name says."""
    data = place.read(key)
    if not key.startswith(f"{BLOBS}/"):
        return data
    try:
        found = digest_of(data, "zstd" if key.endswith(".zst") else "raw")
    except zstandard.ZstdError:
        return None
    return data if found == sha256_of_key(key) else None


def offers(copy: Place, damage: Damage) -> bytes | None:
    """The good bytes of a damaged or missing original, verified, where the second copy has them."""
    for candidate in CANDIDATES:
        try:
            stored = copy.read(f"{_stem(damage.sha256)}{candidate.suffix}")
            if digest_of(stored, candidate.encoding) == damage.sha256:
                return decode(stored, candidate.encoding)
        except (OriginalMissing, zstandard.ZstdError):
            continue
    return None


def _stem(sha256: str) -> str:
    return f"{BLOBS}/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def repair(archive: Archive, copy: Place, connection: Connection, damage: Damage, now: datetime) -> str:
    """Put the good bytes of the second copy beside the damaged ones and let the row name them; the key they lie under now.

    What is damaged stays where it is. Raises OriginalMissing where the copy has none, ArchiveError where they could not be put.
    """
    good = offers(copy, damage)
    if good is None:
        raise OriginalMissing(f"第二份存档中也没有完好的原件：{damage.sha256}", advice="请从备份恢复。")
    row = originals.get(connection, damage.sha256)
    stored = archive.put(good, media_type=row.media_type, now=row.stored_at)
    if check(archive, stored, frozenset({damage.sha256})) is not None:
        raise ArchiveError(f"修复后的原件仍不完好：{stored.key}", kept="原有文件没有改动。", advice="请检查磁盘，再从第二份存档恢复。")
    originals.move(connection, stored, now)
    return stored.key
