"""What may leave the archive: files that nothing names, and these only after two waits of a week. Whatever is named is held for ever.

A blob is named when a row or any line of the capture log has its hash; damaged files beside their good copy have it, too. What a crash left
unnamed is first set aside, not deleted: a crawl may be about to name the very same bytes. If it was named meanwhile, it is put back.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from storage import originals
from storage.archive.log import LogEntry
from storage.archive.places import TEMPORARY, FolderPlace, sync_folder
from storage.archive.store import Archive, sha256_of_key
from storage.domain.errors import ArchiveError, UsageError
from storage.domain.ids import Sha256

WAIT = timedelta(days=7)
ASIDE = "set-aside"


@dataclass(frozen=True, slots=True)
class Retention:
    """What would be done, by key: `held` is the number of blobs that are named; `young` are unnamed but not yet a week old.

    `to_set_aside` and `to_delete` have waited long enough, `to_put_back` were set aside and are named now.
    """

    held: int
    young: tuple[str, ...] = ()
    to_set_aside: tuple[str, ...] = ()
    to_delete: tuple[str, ...] = ()
    to_put_back: tuple[str, ...] = ()


def plan(archive: Archive, connection: Connection, now: datetime) -> Retention:
    """Look, and change nothing. Raises UsageError for an archive that is not in a folder, ArchiveError for a log that is not whole."""
    place, named = _folder(archive), _named(archive, connection)
    blobs = list(archive.blob_keys())
    unnamed = [key for key in blobs if sha256_of_key(key) not in named]
    left = [*unnamed, *place.keys(TEMPORARY)]
    aside = list(place.keys(ASIDE))
    old = {key for key in (*left, *aside) if _age(place, key, now) >= WAIT}
    back = tuple(key for key in aside if sha256_of_key(key) in named)
    return Retention(
        held=len(blobs) - len(unnamed),
        young=tuple(key for key in (*left, *aside) if key not in old and key not in back),
        to_set_aside=tuple(key for key in unnamed if key in old),
        to_delete=tuple(key for key in (*place.keys(TEMPORARY), *aside) if key in old and key not in back),
        to_put_back=back,
    )


def carry_out(archive: Archive, planned: Retention, now: datetime) -> None:
    """Do what was planned. What was named since it was planned is put back by the next run. Raises ArchiveError."""
    place = _folder(archive)
    try:
        for key in planned.to_put_back:
            _move(place, key, key.removeprefix(f"{ASIDE}/"))
        for key in planned.to_set_aside:
            os.utime(place.root / key, (now.timestamp(), now.timestamp()))
            _move(place, key, f"{ASIDE}/{key}")
        for key in planned.to_delete:
            (place.root / key).unlink(missing_ok=True)
    except OSError as error:
        raise ArchiveError(
            f"存档整理失败：{error.strerror or error}", kept="有记录的原件没有改动。", advice="请检查权限后重试。"
        ) from error


def _named(archive: Archive, connection: Connection) -> frozenset[Sha256]:
    """Every hash that anything names. A log that cannot be read in full may name more than can be seen: then nothing may leave."""
    found = set(originals.hashes(connection))
    for line in archive.log.read():
        if isinstance(line, LogEntry):
            found.add(line.original.sha256)
        elif line.kind != "torn":
            raise ArchiveError(
                f"抓取日志 {line.key} 第 {line.line} 行有问题，不能确定哪些原件还有用",
                kept="没有移动或删除任何文件。",
                advice="先运行 nianbao archive verify，恢复抓取日志。",
            )
    return frozenset(found)


def _folder(archive: Archive) -> FolderPlace:
    if not isinstance(archive.place, FolderPlace):
        raise UsageError("对象存储中的存档不在这里整理", advice="没有记录的原件可用 nianbao archive verify 列出。")
    return archive.place


def _age(place: FolderPlace, key: str, now: datetime) -> timedelta:
    return timedelta(seconds=now.timestamp() - (place.root / key).stat().st_mtime)


def _move(place: FolderPlace, key: str, to: str) -> None:
    """Rename, never over something: where a file is there already, this one stays."""
    source, target = place.root / key, place.root / to
    for folder in _missing(target.parent):
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)
    if not target.exists():
        os.link(source, target)
        sync_folder(target.parent)
        source.unlink()


def _missing(folder: Path) -> Iterable[Path]:
    found = []
    while not folder.is_dir():
        found.append(folder)
        folder = folder.parent
    return reversed(found)
