"""RAR archives through the system's libarchive, found at run time; no Python package carries one. In memory only, within limits."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from functools import cache
from typing import Any

from storage.domain.errors import Corrupt, Encrypted, NeedsLibarchive, TooLarge

_NAMES = ("libarchive.so.13", "libarchive.so", "libarchive.13.dylib", "libarchive.dylib")
_END, _OK, _WARNED = 1, 0, -20
_REGULAR = 0o100000
_CHUNK = 1 << 20
MAX_MEMBER = 64 * 1024 * 1024
MAX_TOTAL = 256 * 1024 * 1024
MAX_MEMBERS = 5000


@cache
def _library() -> Any:
    for name in _NAMES:
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        pointer = ctypes.c_void_p
        for function, result, arguments in (
            ("archive_read_new", pointer, ()),
            ("archive_read_support_format_rar", ctypes.c_int, (pointer,)),
            ("archive_read_support_format_rar5", ctypes.c_int, (pointer,)),
            ("archive_read_open_memory", ctypes.c_int, (pointer, ctypes.c_char_p, ctypes.c_size_t)),
            ("archive_read_next_header", ctypes.c_int, (pointer, ctypes.POINTER(pointer))),
            ("archive_entry_filetype", ctypes.c_uint, (pointer,)),
            ("archive_entry_is_encrypted", ctypes.c_int, (pointer,)),
            ("archive_read_data", ctypes.c_ssize_t, (pointer, pointer, ctypes.c_size_t)),
            ("archive_read_free", ctypes.c_int, (pointer,)),
        ):
            bound = getattr(library, function)
            bound.restype, bound.argtypes = result, arguments
        return library
    return None


def available() -> bool:
    """Whether the system's library is installed."""
    return _library() is not None


def members(data: bytes) -> Iterator[bytes]:
    """Bytes of each file in a RAR archive. Raises NeedsLibarchive, Corrupt, Encrypted, TooLarge."""
    library = _library()
    if library is None:
        raise NeedsLibarchive("读取 RAR 需要 libarchive，本机没有安装（Debian：apt install libarchive13）")
    archive = library.archive_read_new()
    try:
        library.archive_read_support_format_rar(archive)
        library.archive_read_support_format_rar5(archive)
        if library.archive_read_open_memory(archive, data, len(data)) != _OK:
            raise Corrupt("RAR 不完整或已损坏", advice="请重新下载原件")
        yield from _files(library, archive)
    finally:
        library.archive_read_free(archive)


def _files(library: Any, archive: int) -> Iterator[bytes]:
    entry, total = ctypes.c_void_p(), 0
    for count in range(MAX_MEMBERS + 1):
        status = library.archive_read_next_header(archive, ctypes.byref(entry))
        if status == _END:
            return
        if status not in (_OK, _WARNED):
            raise Corrupt("RAR 不完整或已损坏", advice="请重新下载原件")
        if library.archive_entry_is_encrypted(entry):
            raise Encrypted("文件设有密码，无法读取", advice="请取得没有密码的版本")
        if library.archive_entry_filetype(entry) == _REGULAR:
            content = _content(library, archive, MAX_TOTAL - total)
            total += len(content)
            yield content
        if count == MAX_MEMBERS:
            raise TooLarge("压缩包解开后超过上限")


def _content(library: Any, archive: int, left: int) -> bytes:
    buffer, content = ctypes.create_string_buffer(_CHUNK), bytearray()
    while True:
        size = library.archive_read_data(archive, buffer, _CHUNK)
        if size < 0:
            raise Corrupt("RAR 不完整或已损坏", advice="请重新下载原件")
        if size == 0:
            return bytes(content)
        content += buffer.raw[:size]
        if len(content) > min(MAX_MEMBER, left):
            raise TooLarge("压缩包解开后超过上限")
