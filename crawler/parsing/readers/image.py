"""A picture on its own (PNG, JPEG, TIFF, BMP, GIF, WebP): one block, to be recognised where the recogniser is installed."""

from __future__ import annotations

from storage.domain.document import Box, Document, ImageBlock, Locator

MEDIA_TYPES: tuple[str, ...] = ("image/png", "image/jpeg", "image/tiff", "image/bmp", "image/gif", "image/webp")

_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"GIF8", "image/gif"),
)


def sniff(data: bytes) -> bool:
    """Whether these bytes are a picture."""
    return bool(_media_type(data))


def read(data: bytes) -> Document:
    """The picture as the only block of page 1; what stands on it is read later."""
    kind = _media_type(data)
    return Document(kind, (ImageBlock(Locator("page:1", 1, Box(0, 0, 1, 1)), data, kind),), page_count=1)


def _media_type(data: bytes) -> str:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[:2] == b"BM" and data[6:10] == b"\x00\x00\x00\x00":
        return "image/bmp"
    return next((kind for mark, kind in _MARKS if data.startswith(mark)), "")
