"""OLE2 files (DOC, WPS, XLS, ET), opened within limits: the names at their root and the bytes of one stream. Pure."""

from __future__ import annotations

import io
import warnings

import olefile

from storage.domain.errors import Corrupt, TooLarge

MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAX_STREAM = 64 * 1024 * 1024
_MAX_ENTRIES = 20_000
_BROKEN = (OSError, ValueError, IndexError, KeyError, AttributeError, TypeError, OverflowError, RecursionError)  # olefile on damaged files


def names(data: bytes) -> frozenset[str] | None:
    """Names of the streams and folders at the root; None where these bytes are no OLE2 file, empty where its directory is damaged."""
    if not data.startswith(MARK):
        return None
    try:
        with _opened(data) as ole:
            return frozenset(entry.name for entry in ole.root.kids)
    except Corrupt:
        return frozenset(name for name in ("WordDocument", "Workbook", "Book") if name.encode("utf-16-le") in data)


def stream(data: bytes, name: str) -> bytes:
    """Bytes of a stream at the root. Raises Corrupt where it is not there or damaged, TooLarge."""
    with _opened(data) as ole:
        try:
            if ole.get_size(name) > _MAX_STREAM:
                raise TooLarge("文件里的数据流超过上限")
            return bytes(ole.openstream(name).read(_MAX_STREAM))
        except _BROKEN as error:
            raise Corrupt("文件不完整或已损坏", advice="请重新下载原件") from error


def _opened(data: bytes) -> olefile.OleFileIO:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # doubts about damaged files come as warnings; the streams' own checks decide
            ole = olefile.OleFileIO(io.BytesIO(data))
    except _BROKEN as error:
        raise Corrupt("文件不完整或已损坏", advice="请重新下载原件") from error
    if ole.root is None or len(ole.direntries) > _MAX_ENTRIES:
        ole.close()
        raise Corrupt("文件不完整或已损坏", advice="请重新下载原件")
    return ole
