"""Room on the disks this installation writes to, and the reserve below which nothing new is fetched.

Fetching stops while there is still room, so that the database, the log and the word about it are written: a disk that is full to the last
byte takes the database with it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import make_url

from storage.settings import Settings

NO_ROOM = "disk"
"""The reason of a visit that was not made, or not finished, because the disk is nearly full."""

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Room:
    """The fullest of our disks: a folder on it, the bytes free there, and whether that is enough to fetch more."""

    folder: Path
    free: int
    enough: bool


def room(settings: Settings, folders: Iterable[Path] = ()) -> Room:
    """How much room is left where there is least of it. Whoever asks often finds the `folders` once, with `folders_of`."""
    free, folder = min((shutil.disk_usage(folder).free, folder) for folder in folders or folders_of(settings))
    return Room(folder, free, free >= settings.disk_reserve_mb * MIB)


def folders_of(settings: Settings) -> frozenset[Path]:
    """The folders written to, each as far up as it exists; a database server or an object store is not ours to measure."""
    written = [Path(settings.data_dir)]
    database, archive = make_url(settings.database_url), urlsplit(settings.archive_url)
    if database.drivername.startswith("sqlite") and database.database:
        written.append(Path(database.database).parent)
    if archive.scheme in {"", "file"} and archive.path:
        written.append(Path(unquote(archive.path)))
    return frozenset(next(path for path in (folder.absolute(), *folder.absolute().parents) if path.is_dir()) for folder in written)
