"""Fixity: is every original still what its name says, is the capture log unbroken, and do database and log tell the same story?

Verification reports and marks; it never deletes, moves or repairs anything.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import zstandard
from sqlalchemy import Connection

from storage import captures, installation, originals
from storage.archive.heads import HeadProblem, check_heads
from storage.archive.log import LogEntry, LogProblem
from storage.archive.places import TEMPORARY
from storage.archive.store import Archive, digest_of, sha256_of, sha256_of_key
from storage.archive.timestamps import check_timestamps
from storage.domain.errors import OriginalMissing
from storage.domain.ids import Sha256
from storage.domain.originals import Capture, StoredOriginal

DamageKind = Literal["missing", "damaged", "swapped"]

WORDS: dict[DamageKind, str] = {"missing": "文件不存在", "damaged": "内容与校验值不符", "swapped": "内容是另一份原件"}


@dataclass(frozen=True, slots=True)
class Damage:
    """One original that is not what its name says. `actual` is the hash of what lies there, empty if unreadable."""

    sha256: Sha256
    kind: DamageKind
    actual: str = ""


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What verification found.

    `orphans` are blobs that no row knows, `leftovers` files a dead process was writing: both are listed, never touched.
    `log_problems` are places where the log is not as written, `unlogged` captures that the log does not know as the database has them,
    `unrecorded` log entries without a row (an interrupted crawl, or rows removed), `seals` daily seals and timestamps that do not hold.
    The last four are empty for a sample.
    """

    checked: int
    damage: tuple[Damage, ...] = ()
    orphans: tuple[str, ...] = ()
    leftovers: tuple[str, ...] = ()
    log_problems: tuple[LogProblem, ...] = ()
    unlogged: tuple[int, ...] = ()
    unrecorded: tuple[str, ...] = ()
    seals: tuple[HeadProblem, ...] = ()

    @property
    def sound(self) -> bool:
        """No original and no record is in doubt; orphans and unrecorded entries are what a crash leaves, and harmless."""
        log = any(problem.kind != "torn" for problem in self.log_problems)
        return not (self.damage or self.unlogged or log or any(problem.kind != "unchecked" for problem in self.seals))


def verify(
    archive: Archive,
    connection: Connection,
    *,
    now: datetime,
    sample: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> VerifyReport:
    """Re-hash all originals, or `sample` of them chosen at random, and mark each row as verified or damaged."""
    rows = originals.list_all(connection)
    chosen = rows if sample is None or sample >= len(rows) else random.Random(now.isoformat()).sample(rows, sample)  # noqa: S311 - which ones to look at first is no secret
    known = frozenset(row.sha256 for row in rows)
    damage = []
    for number, row in enumerate(chosen, start=1):
        found = check(archive, row, known)
        if found is not None:
            damage.append(found)
            originals.mark_damaged(connection, row.sha256, WORDS[found.kind], now)
        progress(number, len(chosen))
    bad = {found.sha256 for found in damage}
    originals.mark_verified(connection, (row.sha256 for row in chosen if row.sha256 not in bad), now)
    if sample is not None:
        return VerifyReport(len(chosen), tuple(damage))
    return replace(records(archive, connection), checked=len(chosen), damage=tuple(damage))


def check(archive: Archive, row: StoredOriginal, known: frozenset[Sha256]) -> Damage | None:
    """Look at the very blob the row names, not at a good copy beside it: damage is told although reading still works."""
    try:
        actual = digest_of(archive.place.read(row.key), row.encoding)
    except OriginalMissing:
        return Damage(row.sha256, "missing")
    except zstandard.ZstdError:
        return Damage(row.sha256, "damaged")
    if actual == row.sha256:
        return None
    return Damage(row.sha256, "swapped" if actual in known else "damaged", actual)


def records(archive: Archive, connection: Connection, *, authority: bytes = b"") -> VerifyReport:
    """What is told of originals: log, daily seals, timestamps (`authority` are the service's certificates), and the database's rows."""
    known = originals.hashes(connection)
    orphans = tuple(key for key in archive.blob_keys() if sha256_of_key(key) not in known)
    leftovers = tuple(archive.place.keys(TEMPORARY))
    problems: list[LogProblem] = []
    logged: dict[str, list[Capture]] = defaultdict(list)
    for found in archive.log.read():
        if isinstance(found, LogEntry):
            logged[found.capture.natural_key].append(found.capture)
        else:
            problems.append(found)
    stored = {capture.natural_key: capture for capture in captures.list_all(connection)}
    return VerifyReport(
        checked=0,
        orphans=orphans,
        leftovers=leftovers,
        log_problems=tuple(problems),
        unlogged=tuple(_disagreeing(stored.values(), logged)),
        unrecorded=tuple(sorted(set(logged) - set(stored))),
        seals=seals(archive, connection, authority),
    )


def seals(archive: Archive, connection: Connection, authority: bytes = b"") -> tuple[HeadProblem, ...]:
    """The daily seals and timestamps that do not hold."""
    problems = (*_lost_seal(archive, connection), *check_heads(archive.place))
    if any(problem.kind == "unreadable" for problem in problems):
        return problems  # which bytes a timestamp is for is then unknown
    return (*problems, *check_timestamps(archive.place, authority))


def _lost_seal(archive: Archive, connection: Connection) -> Iterable[HeadProblem]:
    """The database remembers the newest seal: whoever drops it from the archive breaks no chain."""
    key, _, sha256 = installation.get(connection, installation.NEWEST_SEAL).partition(" ")
    if key and (not archive.place.exists(key) or sha256_of(archive.place.read(key)) != sha256):
        yield HeadProblem("lost", key)


def _disagreeing(stored: Iterable[Capture], logged: Mapping[str, Sequence[Capture]]) -> Iterable[int]:
    for capture in stored:
        told = [captures.as_stored(line) for line in logged.get(capture.natural_key, ())]
        if captures.as_stored(capture) not in told:
            yield capture.id or 0
