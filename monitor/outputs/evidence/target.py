"""Where an evidence pack is written: a folder or a ZIP file, complete or not there at all, and never over something else."""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from storage.domain.errors import UsageError


@dataclass(frozen=True, slots=True)
class Written:
    """One file of a pack."""

    path: str
    size: int
    sha256: str
    what: str


class Store(Protocol):
    """Takes the files of a pack."""

    def put(self, path: str, data: bytes) -> None:
        """Write one file; paths are ours and relative."""
        ...


@dataclass(slots=True)
class Target:
    """A pack being written; remembers every file for the manifest."""

    store: Store
    files: list[Written] = field(default_factory=list)

    def add(self, path: str, data: bytes, what: str) -> None:
        """Write one file and remember it."""
        self.store.put(path, data)
        self.files.append(Written(path, len(data), hashlib.sha256(data).hexdigest(), what))


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, path: str, data: bytes) -> None:
        """Write one file."""
        target = self._root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())


class _Zip:
    def __init__(self, archive: zipfile.ZipFile, at: datetime) -> None:
        self._archive = archive
        self._stamp = max(at.timetuple()[:6], (1980, 1, 1, 0, 0, 0))

    def put(self, path: str, data: bytes) -> None:
        """Write one member, dated as the pack: the same pack gives the same bytes."""
        member = zipfile.ZipInfo(path, self._stamp)
        member.compress_type = zipfile.ZIP_DEFLATED
        member.external_attr = 0o644 << 16
        self._archive.writestr(member, data)


@contextmanager
def opened(to: Path, at: datetime) -> Iterator[Target]:
    """Write a pack to `to`: a ZIP file where the name ends so, else a folder. Raises UsageError where something is there already.

    All is written beside it first, and moved into place at the end.
    """
    if to.exists() or to.is_symlink():
        raise UsageError(f"{to} 已经存在", kept="没有改动它。", advice="换一个名称，或先移走原有的文件。")
    beside = to.with_name(f".{to.name}.{uuid.uuid4().hex[:8]}")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        if to.suffix.lower() == ".zip":
            with zipfile.ZipFile(beside, "x") as archive:
                yield Target(_Zip(archive, at))
        else:
            beside.mkdir()
            yield Target(_Folder(beside))
        beside.rename(to)
    except OSError as error:
        raise UsageError(
            f"无法写入 {to}：{error.strerror or error}", kept="没有留下不完整的文件。", advice="请检查路径、权限和空间。"
        ) from error
    finally:
        if beside.is_dir():
            shutil.rmtree(beside, ignore_errors=True)
        else:
            beside.unlink(missing_ok=True)
