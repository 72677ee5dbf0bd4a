"""Which reader takes these bytes: every reader in the folder is asked, exactly one may say yes. Never by file name. Pure."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Protocol

from crawler.parsing import readers
from crawler.parsing.packages import opened
from storage.domain.document import Document
from storage.domain.errors import Empty, Encrypted, TooLarge, UnknownFormat

MAX_BYTES = 200 * 1024 * 1024


class Reader(Protocol):
    """What a module in `readers/` offers."""

    MEDIA_TYPES: tuple[str, ...]

    @staticmethod
    def sniff(data: bytes) -> bool:
        """Whether it takes these bytes."""
        ...

    @staticmethod
    def read(data: bytes) -> Document:
        """The document in them; raises ReadError."""
        ...


@cache
def all_readers() -> dict[str, Reader]:
    """Readers by name, found because their file is there."""
    names = sorted(module.name for module in pkgutil.iter_modules(readers.__path__))
    return {name: importlib.import_module(f"{readers.__name__}.{name}") for name in names}  # type: ignore[misc]


def detect(data: bytes) -> tuple[str, Reader]:
    """Name and module of the one reader. Raises Empty, TooLarge, Encrypted, Corrupt or UnknownFormat."""
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise Empty("文件是空的", advice="请重新下载原件")
    if len(data) > MAX_BYTES:
        raise TooLarge(f"文件超过 {MAX_BYTES // 1024 // 1024} MB")
    willing = [(name, reader) for name, reader in all_readers().items() if reader.sniff(data)]
    if len(willing) == 1:
        return willing[0]
    if data.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in data:
        raise Encrypted("文件设有密码，无法读取", advice="请取得没有密码的版本")
    if data.startswith(b"PK\x03\x04"):
        opened(data)  # says so where it is damaged
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnknownFormat("无法识别的旧版 Office 文件", advice="请另存为 DOCX 或 PDF")
    raise UnknownFormat("无法识别的文件格式", advice="支持网页、DOCX、DOC、WPS、RTF、PDF、OFD、XLSX、XLS、ET、ZIP、RAR 和文本")


def read(data: bytes) -> Document:
    """Detect and read."""
    return detect(data)[1].read(data)
