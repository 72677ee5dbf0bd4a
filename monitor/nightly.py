"""What is done for the archive every night: seal the day, have it stamped, bring the second copy up to date, look whether all is whole.

A part of the originals is hashed again each night, those looked at longest ago first, so that all have their turn within four weeks; on
the first night of a month all of them, with the whole log. Whatever fails is told to the operators and does not keep the rest from running.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from monitor.alerts.events import operator
from storage import audit, events, installation, originals, readings
from storage.archive import second, timestamps
from storage.archive.fixity import check_originals
from storage.archive.heads import Head, seal
from storage.archive.places import open_place
from storage.archive.store import Archive
from storage.archive.verify import WORDS, VerifyReport, records, seals
from storage.database import Database
from storage.domain.alerts import EventKind
from storage.domain.clock import Clock, local_date
from storage.domain.errors import ArchiveError, NianbaoError
from storage.settings import Settings

NIGHTS = 28
FROM_HOUR = 2
"""Local hour after which a night's work may begin; a service that was down then does it when it is back."""

FIGURES_AT_ONCE = 100

MACHINE = "nianbao"
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Night:
    """What one night's work came to. `failures` are parts that could not be done, in words."""

    sealed: tuple[str, ...] = ()
    stamped: tuple[str, ...] = ()
    copied: int = 0
    report: VerifyReport = field(default_factory=lambda: VerifyReport(0))
    failures: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """All was done and nothing is in doubt."""
        return self.report.sound and not self.failures

    def facts(self) -> dict[str, object]:
        """For the run's row."""
        counts = {"sealed": len(self.sealed), "stamped": len(self.stamped), "copied": self.copied, "checked": self.report.checked}
        return {**counts, "damaged": len(self.report.damage), "failures": self.failures}


def keep_archive(
    database: Database,
    archive: Archive,
    settings: Settings,
    clock: Clock,
    progress: Progress = lambda stage, done, total: None,
    ask: timestamps.Post = timestamps.post,
) -> Night:
    """One night's work, and the events that tell operators what is in doubt."""
    now, night = clock.now(), Night()
    _part(night, "每日封存", lambda: _seal(database, archive, now, night))
    if settings.timestamp_url:
        _part(night, "时间戳", lambda: _stamp(archive, settings, night, ask))
    if settings.archive_copy_url:
        _part(night, "第二份存档", lambda: _mirror(archive, settings, night, progress))
    _part(night, "读数对照", lambda: _compare_figures(database, night))
    _part(night, "存档校验", lambda: _look(database, archive, settings, now, night, progress))
    _tell(database, night, now)
    return night


def _part(night: Night, name: str, work: Callable[[], None]) -> None:
    try:
        work()
    except NianbaoError as error:
        night.failures.append(f"{name}：{error.message}")


def _seal(database: Database, archive: Archive, now: datetime, night: Night) -> None:
    made = seal(archive.place, now)
    remember(database, made, now)
    night.sealed = tuple(head.key for head in made)


def remember(database: Database, made: tuple[Head, ...], now: datetime) -> None:
    """Write down the newest seal in the database, too. Raises ArchiveError where a seal dropped from the archive came out otherwise now.

    Sealing an untouched log again gives the very same seal; another one means that lines were touched, and the memory of the first stays.
    """
    if not made:
        return
    with database.write() as connection:
        key, _, sha256 = installation.get(connection, installation.NEWEST_SEAL).partition(" ")
        if any(head.key == key and head.sha256 != sha256 for head in made):
            raise ArchiveError(f"封存记录被替换过，重新封存的结果与登记的不同：{key}", advice="请从第二份存档核对抓取日志。")
        installation.put(connection, installation.NEWEST_SEAL, f"{made[-1].key} {made[-1].sha256}")
        for head in made:
            audit.append(connection, actor=MACHINE, action="archive.seal", target=head.key, now=now, payload={"sha256": head.sha256})


def _stamp(archive: Archive, settings: Settings, night: Night, ask: timestamps.Post) -> None:
    night.stamped = timestamps.stamp(archive.place, settings.timestamp_url, timestamps.authority_of(settings.timestamp_ca), ask)


def _mirror(archive: Archive, settings: Settings, night: Night, progress: Progress) -> None:
    done = second.mirror(archive, open_place(settings.archive_copy_url), lambda at, total: progress("mirror", at, total))
    night.copied = done.copied
    if done.differing:
        night.failures.append(f"第二份存档：{len(done.differing)} 个文件与第一份不同，如 {done.differing[0]}")


def _compare_figures(database: Database, night: Night) -> None:
    """Compare a part of the figures beside readings with the readings; all have their turn within four weeks. What differs is set right."""
    with database.read() as connection:
        left = -(-readings.count(connection) // NIGHTS)
        last = int(installation.get(connection, installation.FIGURES_CHECKED) or 0)
    differing: list[int] = []
    while left > 0:
        with database.write() as connection:  # in small steps: others write, too
            found = readings.check_figures(connection, last, min(left, FIGURES_AT_ONCE))
            installation.put(connection, installation.FIGURES_CHECKED, str(found.last))
        differing += found.differing
        last, left = found.last, left - FIGURES_AT_ONCE
    if differing:
        night.failures.append(f"读数对照：{len(differing)} 份读数与读取结果不同，已更正，如编号 {differing[0]}；请报告开发者")


def _look(database: Database, archive: Archive, settings: Settings, now: datetime, night: Night, progress: Progress) -> None:
    whole = local_date(now).day == 1
    with database.read() as connection:
        total = originals.count(connection)
        rows = originals.longest_unverified(connection, total if whole else -(-total // NIGHTS))
    damage = check_originals(archive, database, rows, now=now, progress=lambda at, of_all: progress("fixity", at, of_all))
    authority = timestamps.authority_of(settings.timestamp_ca)
    with database.read() as connection:
        told = records(archive, connection, authority=authority) if whole else _seals_only(archive, connection, authority)
    night.report = VerifyReport(
        checked=len(rows),
        damage=damage,
        orphans=told.orphans,
        leftovers=told.leftovers,
        log_problems=told.log_problems,
        unlogged=told.unlogged,
        unrecorded=told.unrecorded,
        seals=told.seals,
    )


def _seals_only(archive: Archive, connection: Connection, authority: bytes) -> VerifyReport:
    return VerifyReport(0, seals=seals(archive, connection, authority))


def _tell(database: Database, night: Night, now: datetime) -> None:
    """One event for all that is in doubt, new only when something else is than before; one a day for what could not be done."""
    with database.write() as connection:
        if not night.report.sound:
            words = list(_doubts(night.report))
            reason = "；".join(words[:3]) + (f"；另有 {len(words) - 3} 处" if len(words) > 3 else "")
            episode = hashlib.sha256("\n".join(sorted(words)).encode()).hexdigest()
            reason += "。运行 nianbao archive verify 查看全部；有第二份存档的可加 --repair"
            events.append(connection, operator(EventKind.FIXITY_FAILED, "存档", reason, now, episode=episode))
        for failure in night.failures:
            subject = failure.partition("：")[0]
            events.append(connection, operator(EventKind.RUN_FAILED, subject, failure, now, episode=local_date(now).isoformat()))


def _doubts(report: VerifyReport) -> Iterable[str]:
    yield from (f"原件 {one.sha256[:16]}… {WORDS[one.kind]}" for one in report.damage)
    yield from (f"{one.key} 与封存时不符" for one in report.seals if one.kind != "unchecked")
    yield from (f"抓取日志 {one.key} 第 {one.line} 行与写入时不符" for one in report.log_problems if one.kind != "torn")
    if report.unlogged:
        yield f"{len(report.unlogged)} 条抓取记录与日志不符"
