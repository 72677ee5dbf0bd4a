"""Where blobs lie: a local folder or an object store, behind the four things the archive needs. Nothing here overwrites or deletes."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import unquote, urlsplit

from storage import failpoint
from storage.domain.errors import ArchiveError, ConfigError, OriginalMissing

T = TypeVar("T")
R = TypeVar("R")
THREADS = 8

TEMPORARY = "tmp"
"""Folder for files that are being written; what a dead process left there is listed by verification, never used."""


class Place(Protocol):
    """Named bytes, written once."""

    def create(self, key: str, data: bytes) -> bool:
        """Write under `key` so that it survives a power cut; False when the key is taken. Raises ArchiveError."""
        ...

    def create_all(self, items: Sequence[tuple[str, bytes]]) -> list[bool]:
        """`create` for several different keys at once, which waits for the disk or the network once. Where it raises, some may be there."""
        ...

    def read(self, key: str) -> bytes:
        """The bytes under `key`. Raises OriginalMissing, ArchiveError."""
        ...

    def exists(self, key: str) -> bool:
        """Whether the key is taken."""
        ...

    def keys(self, prefix: str) -> Iterator[str]:
        """All keys under the folder `prefix`, in order within each folder."""
        ...


def step(name: str) -> None:
    """A named moment in writing; a process told so dies here."""
    failpoint.step(f"archive.{name}")


def open_place(url: str) -> Place:
    """The place at `file:///path`, a plain path, or `s3://bucket/prefix` (credentials from the usual AWS_ variables).

    Raises ConfigError for anything else.
    """
    parts = urlsplit(url)
    if parts.scheme in {"s3", "s3a"}:
        return BucketPlace(url)
    if parts.scheme == "file" and parts.netloc in {"", "localhost"}:
        return FolderPlace(Path(unquote(parts.path)))
    if parts.scheme or not url:
        raise ConfigError(f"不支持的存档地址：{url}", advice="例：file:///路径/archive 或 s3://桶名/前缀")
    return FolderPlace(Path(url).absolute())


class FolderPlace:
    """A folder on this machine.

    obstore's local store links a finished file into place but never asks the disk to keep it (no fsync in its system calls, seen with
    strace on 0.12.1), so writing is done here: temporary file, fsync, hard link (fails where a file is), fsync of the folder.
    """

    def __init__(self, root: Path) -> None:
        self.root, self._root = root, str(root.absolute())
        try:
            _at_once(sync_folder, set(_make_folder(f"{self._root}/{TEMPORARY}")))
        except OSError as error:
            raise ConfigError(f"存档目录无法使用：{root}：{error.strerror}", advice="请检查路径和权限。") from error

    def create(self, key: str, data: bytes) -> bool:
        """Write under `key` so that it survives a power cut; False when the key is taken. Raises ArchiveError."""
        return self.create_all([(key, data)])[0]

    def create_all(self, items: Sequence[tuple[str, bytes]]) -> list[bool]:
        """`create` for several different keys at once; a disk that is asked by several threads makes one journal entry of what it would
        else make many of. Where it raises, some may be there.
        """
        try:
            made = _at_once(self._write, items)
            _at_once(sync_folder, {folder for _, folders in made for folder in folders})
            step("folder-synced")
        except OSError as error:
            raise ArchiveError(
                f"存档写入失败：{error.strerror or error}", kept="没有写入不完整的原件。", advice="请检查磁盘空间和权限。"
            ) from error
        return [new for new, _ in made]

    def _write(self, item: tuple[str, bytes]) -> tuple[bool, list[str]]:
        """Put the bytes on the disk under a temporary name, then give them theirs; whether it was free, and the folders to be synced."""
        target = f"{self._root}/{item[0]}"
        draft = f"{self._root}/{TEMPORARY}/{uuid.uuid4().hex}"
        try:
            _write_synced(draft, item[1])
            folder = target.rpartition("/")[0]
            folders = [folder, *_make_folder(folder)]
            try:
                os.link(draft, target)
            except FileExistsError:
                return False, folders
            step("linked")
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(draft)  # noqa: PTH108 - as os.link above: a Path takes longer than the disk
        return True, folders

    def read(self, key: str) -> bytes:
        """The bytes under `key`. Raises OriginalMissing, ArchiveError."""
        try:
            return (self.root / key).read_bytes()
        except FileNotFoundError as error:
            raise OriginalMissing(f"存档中没有：{key}") from error
        except OSError as error:
            raise ArchiveError(f"存档读取失败：{key}：{error.strerror}", advice="请检查磁盘和权限。") from error

    def exists(self, key: str) -> bool:
        """Whether the key is taken."""
        return os.path.isfile(f"{self._root}/{key}")  # noqa: PTH113 - as above, four times for each original

    def keys(self, prefix: str) -> Iterator[str]:
        """All keys under the folder `prefix`, in order within each folder."""
        for folder, folders, files in os.walk(self.root / prefix):
            folders.sort()
            for name in sorted(files):
                yield (Path(folder) / name).relative_to(self.root).as_posix()


def _write_synced(path: str, data: bytes) -> None:
    """A new file with these bytes, on the disk."""
    step("begun")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    try:
        half = memoryview(data)[: len(data) // 2]
        write_whole(descriptor, half)
        step("half-written")
        write_whole(descriptor, memoryview(data)[len(half) :])
        step("written")
        os.fsync(descriptor)
        step("synced")
    finally:
        os.close(descriptor)


def write_whole(descriptor: int, data: bytes | memoryview) -> None:
    """Write all of it; the system may take less at a time. Raises OSError."""
    data = memoryview(data)
    while data:
        data = data[os.write(descriptor, data) :]


def _make_folder(folder: str) -> list[str]:
    """Make the folder and those above it; the folders to be synced for them to stay."""
    above = folder.rpartition("/")[0]
    try:
        os.mkdir(folder)  # noqa: PTH102 - as above
    except FileExistsError:
        return []
    except FileNotFoundError:
        return [*_make_folder(above), *_make_folder(folder)]
    return [above or "/"]


def _at_once(work: Callable[[T], R], things: Collection[T]) -> list[R]:
    """Do it for all of them, in threads where there are several; the answers in order. Raises what one raised, when all are done."""
    if len(things) == 1:
        return [work(next(iter(things)))]
    under_way = [_threads().submit(work, thing) for thing in things]
    wait(under_way)
    return [one.result() for one in under_way]


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="archive")


os.register_at_fork(after_in_child=_threads.cache_clear)
"""A fork has the pool and none of its threads: whatever it handed to them would wait for ever."""


def sync_folder(folder: Path | str) -> None:
    """Ask the disk to keep the folder's list of names."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class BucketPlace:
    """A prefix in an S3 bucket, through obstore; write-once by `If-None-Match`, whole objects only."""

    def __init__(self, url: str) -> None:
        from datetime import timedelta

        from obstore.exceptions import BaseError
        from obstore.store import S3Store

        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT") or ""
        try:
            self._store = S3Store.from_url(
                url,
                client_options={"allow_http": endpoint.startswith("http://"), "timeout": timedelta(seconds=60)},
                retry_config={"max_retries": 4, "retry_timeout": timedelta(seconds=60)},
            )
        except (BaseError, ValueError) as error:
            raise ConfigError(f"对象存储地址或凭据有误：{url}", advice="请检查 NIANBAO_ARCHIVE_URL 和 AWS_ 环境变量。") from error

    def create(self, key: str, data: bytes) -> bool:
        """Write under `key`; False when the key is taken. Raises ArchiveError."""
        from obstore.exceptions import AlreadyExistsError, BaseError

        try:
            self._store.put(key, data, mode="create", use_multipart=False)
        except AlreadyExistsError:
            return False
        except BaseError as error:
            raise _bucket_error("写入", key, error) from error
        return True

    def create_all(self, items: Sequence[tuple[str, bytes]]) -> list[bool]:
        """`create` for several different keys at once. Where it raises, some may be there."""
        return _at_once(lambda item: self.create(*item), items)

    def read(self, key: str) -> bytes:
        """The bytes under `key`. Raises OriginalMissing, ArchiveError."""
        from obstore.exceptions import BaseError

        try:
            return bytes(self._store.get(key).bytes())
        except FileNotFoundError as error:
            raise OriginalMissing(f"存档中没有：{key}") from error
        except BaseError as error:
            raise _bucket_error("读取", key, error) from error

    def exists(self, key: str) -> bool:
        """Whether the key is taken."""
        from obstore.exceptions import BaseError

        try:
            self._store.head(key)
        except FileNotFoundError:
            return False
        except BaseError as error:
            raise _bucket_error("读取", key, error) from error
        return True

    def keys(self, prefix: str) -> Iterator[str]:
        """All keys under the folder `prefix`, in order."""
        from obstore.exceptions import BaseError

        try:
            found = [entry["path"] for batch in self._store.list(prefix) for entry in batch]
        except BaseError as error:
            raise _bucket_error("列出", prefix, error) from error
        yield from sorted(found)


def _bucket_error(what: str, key: str, error: Exception) -> ArchiveError:
    first = (str(error).splitlines() or [""])[0]
    return ArchiveError(f"对象存储{what}失败：{key}：{first}", advice="请检查网络和对象存储服务；恢复后会自动重试。")
