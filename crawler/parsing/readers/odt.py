"""OpenDocument texts: rare enough to be read through LibreOffice."""

from __future__ import annotations

from crawler.parsing import convert
from crawler.parsing.packages import entry_names, opened
from storage.domain.document import Document
from storage.domain.errors import ReadError

MEDIA_TYPES: tuple[str, ...] = ("application/vnd.oasis.opendocument.text",)


def sniff(data: bytes) -> bool:
    """Whether this is an OpenDocument text."""
    if "mimetype" not in (entry_names(data) or ()):
        return False
    try:
        return opened(data).read("mimetype").strip() == MEDIA_TYPES[0].encode()
    except ReadError:
        return False


def read(data: bytes) -> Document:
    """Read an ODT file. Raises NeedsLibreOffice, Corrupt, TooLarge."""
    return convert.read_converted(data, "odt")
