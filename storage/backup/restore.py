"""An installation from a backup: everything checked before anything is written, the archive first, the database last and muted.

A restored installation may be a second one beside the first, or behind by what was sent since: it sends nothing until a person says so.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, create_engine, inspect
from sqlalchemy.pool import NullPool

from storage import installation
from storage.archive.log import LOG
from storage.archive.places import FolderPlace, Place, sync_folder
from storage.archive.store import BLOBS
from storage.backup import engines, manifest
from storage.backup.manifest import ARCHIVE, DATABASE, Manifest
from storage.database import normalised, open_database
from storage.domain.errors import ArchiveError, ConfigError
from storage.migrations import apply


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back: files of the archive, and those of them that were there already."""

    manifest: Manifest
    archived: int
    kept: int


def restore(source: Path, address: URL, place: Place, reason: str) -> Restored:
    """Put the backup at `source` into an empty installation; `reason` is why it is muted.

    Raises NotFoundError (no backup there), ArchiveError (the backup is not as it was written), ConfigError (the place is not empty, or
    another kind of database). Killed half-way it can be run again: without its database an installation counts as empty.
    """
    found = manifest.read(source)
    _refuse_unfit(found, address)
    if bad := manifest.damaged(source, found):
        shown = "、".join(bad[:5])
        raise ArchiveError(f"备份有 {len(bad)} 个文件缺失或被改动：{shown}", kept="什么也没有恢复。", advice="请改用另一份备份。")
    _refuse_taken(address)
    put = [_put(place, one.path.removeprefix(f"{ARCHIVE}/"), source / one.path) for one in found.of(ARCHIVE)]
    (database,) = found.of(DATABASE)
    if address.drivername == "sqlite":
        _place_sqlite(source / database.path, Path(str(address.database)), reason)
    else:
        engines.load_postgres(address, source / database.path, _muting(reason))
        _mute(address, reason)  # the same again, and an older schema brought up to date
    return Restored(found, len(put), put.count(False))


def _refuse_unfit(found: Manifest, address: URL) -> None:
    kind = address.drivername.partition("+")[0]
    if found.dialect != kind or len(found.of(DATABASE)) != 1:
        raise ConfigError(
            f"备份来自 {found.dialect}，这里配置的是 {kind}", kept="什么也没有恢复。", advice="请设置同一种数据库的 database_url。"
        )
    if found.revision not in apply.revisions():
        raise ConfigError("备份由更新的版本写成，本程序不能恢复", kept="什么也没有恢复。", advice="请先升级程序。")


def _refuse_taken(address: URL) -> None:
    taken = Path(str(address.database)).exists() if address.drivername == "sqlite" else _has_tables(address)
    if taken:
        raise ConfigError(
            "这里已经有数据库，恢复不会覆盖它", kept="原有数据没有改动。", advice="请用 --data-dir 指向一个空的目录，或另建数据库。"
        )


def _has_tables(address: URL) -> bool:
    engine = create_engine(address, poolclass=NullPool)
    try:
        return bool(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def _put(place: Place, key: str, file: Path) -> bool:
    """One file of the archive under its own name; False where it is there already. What is there and differs stops everything."""
    data = file.read_bytes()
    if key.startswith(f"{LOG}/") and isinstance(place, FolderPlace):
        return _put_log(place.root / key, data)
    if place.create(key, data):
        return True
    if place.read(key) != data:
        raise ArchiveError(f"存档中已有不同的内容：{key}", kept="原有内容没有改动。", advice="请恢复到一个空的存档。")
    return False


def _put_log(path: Path, data: bytes) -> bool:
    """A day of the log goes on being written, so it is a file of ours and not a blob that nobody may change."""
    if path.exists():
        if path.read_bytes() != data:
            raise ArchiveError(f"存档中已有不同的日志：{path.name}", kept="原有内容没有改动。", advice="请恢复到一个空的存档。")
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".restoring")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    sync_folder(path.parent)
    return True


def _place_sqlite(source: Path, target: Path, reason: str) -> None:
    """Brought up to date and muted before it gets its name: no process can find it talking."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(target.name + ".restoring")
    for left in target.parent.glob(f"{temporary.name}*"):
        left.unlink()
    shutil.copyfile(source, temporary)
    temporary.chmod(0o600)
    _mute(normalised(f"sqlite:///{temporary}"), reason)
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    if temporary.with_name(f"{temporary.name}-wal").exists():
        raise ArchiveError("恢复的数据库还被别的程序打开着", kept="没有启用恢复的数据库。", advice="请关闭其他程序后重新恢复。")
    temporary.rename(target)
    temporary.with_name(f"{temporary.name}.lock").unlink(missing_ok=True)
    sync_folder(target.parent)


def _mute(address: URL, reason: str) -> None:
    with open_database(address.render_as_string(hide_password=False)) as opened, opened.write() as connection:
        installation.put(connection, installation.MUTED, reason)


def _muting(reason: str) -> str:
    """The statement that mutes a database of any revision that can be muted, for the transaction that fills it."""
    text = reason.replace("'", "''").replace("$", "")
    name = installation.MUTED
    put = f"INSERT INTO public.installation (name, value) VALUES ('{name}', '{text}') ON CONFLICT (name) DO UPDATE SET value = '{text}'"  # noqa: S608 - quoted above; the server that takes it holds nothing yet
    return f"DO $muting$ BEGIN IF to_regclass('public.installation') IS NOT NULL THEN {put}; END IF; END $muting$"


def blobs_of(found: Manifest) -> int:
    """How many originals a backup holds."""
    return sum(1 for one in found.of(ARCHIVE) if one.path.startswith(f"{ARCHIVE}/{BLOBS}/"))
