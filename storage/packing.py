"""Unpacking what was packed with zstd, never into more than the caller can hold.

zstandard 0.25 looks at its own limit only where a frame does not say how large it is: 1.5 kB that announce 50 MB became 50 MB, with a limit
of 1 kB (measured). What a frame announces is therefore looked at before.
"""

from __future__ import annotations

import hashlib
from typing import NoReturn

import zstandard

PIECE = 2**20
UNKNOWN = -1


def unpack(packed: bytes, limit: int) -> bytes:
    """The plain bytes. Raises zstandard.ZstdError for damaged ones, and for more than `limit` of them before any room is taken."""
    if zstandard.frame_content_size(packed) > limit:
        _refuse(limit)
    return zstandard.ZstdDecompressor().decompress(packed, max_output_size=limit)


def digest(packed: bytes, limit: int) -> str:
    """The SHA-256 of the plain bytes, of which only a piece is held at a time. Raises zstandard.ZstdError as `unpack`, and for a frame
    that holds another number of bytes than it announces.
    """
    announced, held, found = zstandard.frame_content_size(packed), 0, hashlib.sha256()
    with zstandard.ZstdDecompressor().stream_reader(packed) as reader:
        while piece := reader.read(PIECE):
            held += len(piece)
            if held > limit:
                _refuse(limit)
            found.update(piece)
    if announced not in {UNKNOWN, held}:
        raise zstandard.ZstdError(f"{announced} bytes announced, {held} found")
    return found.hexdigest()


def _refuse(limit: int) -> NoReturn:
    raise zstandard.ZstdError(f"more than {limit} bytes")
