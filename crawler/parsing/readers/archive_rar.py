"""A RAR file with one report inside, unpacked in memory through the system's libarchive."""

from __future__ import annotations

from itertools import islice

from crawler.parsing import containers, libarchive
from storage.domain.document import Document

MEDIA_TYPES: tuple[str, ...] = ("application/vnd.rar", "application/x-rar-compressed")


def sniff(data: bytes) -> bool:
    """Whether these bytes are a RAR archive of either version."""
    return data.startswith((b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"))


def read(data: bytes) -> Document:
    """Read the one report inside. Raises UnknownFormat where there is not exactly one, NeedsLibarchive, Corrupt, Encrypted, TooLarge."""
    return containers.one_report(islice(libarchive.members(data), containers.MAX_INSIDE), "rar")
