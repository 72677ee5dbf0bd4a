"""Which files a `check` is about: paths as given, folders walked, and a reason for whatever cannot be read as a file."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from storage.domain.errors import NotFoundError, UsageError

SUFFIXES = frozenset(
    {".txt", ".md", ".htm", ".html", ".mht", ".mhtml", ".docx", ".doc", ".wps", ".rtf", ".odt", ".pdf", ".ofd", ".xlsx", ".xls", ".et"}
    | {".png", ".jpg", ".jpeg", ".gif", ".webp", ".tif", ".tiff", ".bmp", ".zip", ".rar", ".xml"}
)
"""Kinds of files a report may arrive as; in a folder only these are looked at, a file named outright is always read."""

MAX_BYTES = 200 * 1024 * 1024
"""Above this a file is not taken into memory at all; the reading child process has tighter limits of its own."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Files to read in the order given (folders by name), paths that are not there, and how many files of folders were passed over."""

    files: tuple[Path, ...]
    missing: tuple[str, ...] = ()
    passed_over: int = 0


def gather(paths: Sequence[str]) -> Inputs:
    """Expand the arguments of `check`. Raises NotFoundError where nothing is left to read, UsageError for an address."""
    files: list[Path] = []
    missing: list[str] = []
    passed_over = 0
    for given in paths:
        if "://" in given:
            raise UsageError(f"check 不联网，不能读取网址：{given}", advice="先把网页或附件保存为文件，再检查该文件。")
        path = Path(given)
        if path.is_dir():
            found = sorted(_walk(path))
            wanted = [file for file in found if file.suffix.lower() in SUFFIXES]
            passed_over += len(found) - len(wanted)
            files += wanted
            if not wanted:
                missing.append(f"{given}（文件夹里没有可读取的年报文件）")
        elif path.exists():
            files.append(path)
        else:
            missing.append(f"{given}（没有这个文件）")
    if not files:
        raise NotFoundError(
            "没有可检查的文件：" + "；".join(missing), advice="请核对路径；支持 DOCX、PDF、HTML、文本等文件，也可以给出文件夹。"
        )
    return Inputs(tuple(files), tuple(missing), passed_over)


def _walk(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.name.startswith((".", "~$")) or entry.is_symlink():
            continue
        if entry.is_dir():
            yield from _walk(entry)
        elif entry.is_file():
            yield entry


def load(path: Path) -> bytes | str:
    """The bytes of the file, or the Chinese reason why it cannot be taken in."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return "不是普通文件，无法读取。"
        if status.st_size > MAX_BYTES:
            return f"文件有 {status.st_size / 1024 / 1024:.0f} MB，超过 {MAX_BYTES // 1024 // 1024} MB 的上限，未读取。"
        return path.read_bytes()
    except PermissionError:
        return "没有读取权限。"
    except OSError as error:
        return f"读取失败：{error.strerror or error}。"


def digest(path: Path) -> str:
    """sha256 of a file too large to hold, or empty where it cannot be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return ""
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
