"""What a backup says of itself: every file with its size and hash, and what made it. Nothing outside the list belongs to it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from storage.domain.errors import ArchiveError, NotFoundError

NAME = "manifest.json"
FORMAT = "nianbao.backup/1"
DATABASE, ARCHIVE = "database", "archive"

_CHUNK = 1 << 20
_SAFE = re.compile(r"(?:database|archive)(?:/[0-9A-Za-z][0-9A-Za-z._-]*)+")
"""Names we write ourselves. A crafted backup must not lead a restore out of its folder."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: path below the backup's folder, bytes, SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What made the backup, and its files. `made_at` is ISO 8601 UTC; `dialect` is `sqlite` or `postgresql`; `revision` is the schema's.

    `archived` says whether the originals are in it.
    """

    made_at: str
    program: str
    dialect: str
    revision: str
    archived: bool
    files: tuple[Entry, ...]

    def of(self, part: str) -> tuple[Entry, ...]:
        """The files of `database` or `archive`."""
        return tuple(entry for entry in self.files if entry.path.startswith(f"{part}/"))


def entry(folder: Path, path: str) -> Entry:
    """A file as it lies on disk now."""
    digest, size = hashlib.sha256(), 0
    with (folder / path).open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Entry(path, size, digest.hexdigest())


def write(folder: Path, manifest: Manifest) -> None:
    """Put the manifest into the backup's folder."""
    text = json.dumps({"format": FORMAT, **asdict(manifest)}, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / NAME).write_text(text, encoding="utf8")


def read(folder: Path) -> Manifest:
    """The manifest of a backup. Raises NotFoundError where there is none, ArchiveError for one that nobody of us wrote."""
    path = folder / NAME
    if not path.is_file():
        raise NotFoundError(f"这里没有备份：{folder}", advice=f"请给出 nianbao backup 写成的文件夹（里面有 {NAME}）。")
    try:
        return _parsed(json.loads(path.read_text(encoding="utf8")))
    except (ValueError, KeyError, TypeError, OSError, RecursionError) as error:
        raise ArchiveError(f"备份清单无法读取：{path}", kept="什么也没有恢复。", advice="请改用另一份备份。") from error


def _parsed(plain: dict[str, Any]) -> Manifest:
    if plain["format"] != FORMAT:
        raise ValueError("another format")
    files = tuple(Entry(str(one["path"]), int(one["size"]), str(one["sha256"])) for one in plain["files"])
    if any(not _SAFE.fullmatch(one.path) for one in files) or len({one.path for one in files}) != len(files):
        raise ValueError("a path that no backup has")
    said = {key: str(plain[key]) for key in ("made_at", "program", "dialect", "revision")}
    return Manifest(**said, archived=bool(plain["archived"]), files=files)


def damaged(folder: Path, manifest: Manifest) -> tuple[str, ...]:
    """The files that are missing or not as the manifest says. Links are not followed out of the backup."""
    bad = []
    for one in manifest.files:
        path = folder / one.path
        inside = path.is_file() and path.resolve().is_relative_to(folder.resolve())
        if not inside or entry(folder, one.path) != one:
            bad.append(one.path)
    return tuple(bad)
