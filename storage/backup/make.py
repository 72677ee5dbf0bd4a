"""Making a backup of a running installation: the database first, then the archive.

In that order every original the copied database knows is in the copied archive, as bytes are kept before their rows are written; what
came in between is a blob without a row, as after a crash, and harmless.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import URL

from storage.archive.heads import HEADS
from storage.archive.log import LOG, TORN
from storage.archive.places import Place, sync_folder
from storage.archive.store import BLOBS, Archive, sha256_of_key
from storage.backup import engines, manifest
from storage.backup.manifest import ARCHIVE, DATABASE, Entry, Manifest
from storage.domain.errors import ArchiveError, ConfigError, NianbaoError
from storage.migrations import apply

PARTIAL = ".partial"


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup: its folder, what is in it, and the originals that were damaged already (copied as they are)."""

    folder: Path
    manifest: Manifest
    damaged: tuple[str, ...]


def make(
    address: URL, archive: Archive | None, target: Path, now: datetime, progress: Callable[[int, int], None] = lambda done, total: None
) -> Made:
    """Write a backup to the new folder `target`; without `archive` of the database alone.

    Raises ConfigError where something is in the way, ArchiveError or StoreError where it could not be written; nothing half-made keeps the
    final name.
    """
    if target.exists():
        raise ConfigError(f"已经有这个文件夹：{target}", kept="原有内容没有改动。", advice="请换一个名字。")
    folder = target.with_name(target.name + PARTIAL)
    try:
        shutil.rmtree(folder, ignore_errors=True)  # what a backup left that was killed
        (folder / DATABASE).mkdir(parents=True, mode=0o700)
        files, damaged = [_database(address, folder)], list[str]()
        if archive is not None:
            keys = [key for prefix in (HEADS, LOG, TORN, BLOBS) for key in archive.place.keys(prefix)]
            for done, key in enumerate(keys, start=1):
                files.append(_copied(archive.place, key, folder))
                damaged += _doubt(archive, key)
                progress(done, len(keys))
        made = Manifest(
            now.isoformat(), version("nianbao"), address.drivername.partition("+")[0], apply.head(), archive is not None, tuple(files)
        )
        manifest.write(folder, made)
        for path in _folders(folder):
            sync_folder(path)
        folder.rename(target)
        sync_folder(target.parent)
    except OSError as error:
        raise ArchiveError(f"备份写入失败：{error.strerror or error}", kept="数据没有改动。", advice="请检查磁盘空间和权限。") from error
    except NianbaoError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Made(target, made, tuple(damaged))


def _database(address: URL, folder: Path) -> Entry:
    name = engines.dump(address, folder / DATABASE)
    (folder / DATABASE / name).chmod(0o600)  # addresses of recipients hold their secrets
    return manifest.entry(folder, f"{DATABASE}/{name}")


def _copied(place: Place, key: str, folder: Path) -> Entry:
    data = place.read(key)
    if key.startswith(f"{LOG}/"):
        data = data[: data.rfind(b"\n") + 1]  # a line being written now belongs to the next backup
    path = folder / ARCHIVE / key
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return manifest.entry(folder, f"{ARCHIVE}/{key}")


def _doubt(archive: Archive, key: str) -> list[str]:
    return [key] if key.startswith(f"{BLOBS}/") and not archive.exists(sha256_of_key(key)) else []


def _folders(root: Path) -> Iterator[Path]:
    yield from (Path(folder) for folder, _, _ in os.walk(root, topdown=False))
