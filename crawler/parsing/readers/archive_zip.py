"""A ZIP file with one report inside; names in it are never used as paths, nothing is written to disk."""

from __future__ import annotations

from crawler.parsing import containers
from crawler.parsing.packages import entry_names, opened
from storage.domain.document import Document

MEDIA_TYPES: tuple[str, ...] = ("application/zip",)

_PACKAGES = ("word/", "xl/", "ppt/", "OFD.xml", "META-INF/manifest.xml", "[Content_Types].xml")


def sniff(data: bytes) -> bool:
    """Whether this is a ZIP file that is not itself an office document."""
    names = entry_names(data)
    return bool(names) and not any(name.startswith(_PACKAGES) for name in names or ())


def read(data: bytes) -> Document:
    """Read the one report inside. Raises UnknownFormat where there is none, or more than one; Corrupt, Encrypted, TooLarge."""
    package = opened(data)
    names = [n for n in sorted(package.names) if not n.endswith("/") and not n.startswith("__MACOSX/")]
    return containers.one_report((package.read(name) for name in names[: containers.MAX_INSIDE]), "zip")
