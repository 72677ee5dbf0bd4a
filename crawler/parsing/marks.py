"""Carriers that look like text or markup but have a form of their own; the readers of text and HTML leave them alone. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from crawler.parsing.encodings import decode

_HEADERS = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9-]{0,60}:[^\n]*\n(?:[ \t]+[^\n]*\n)*){1,60}", re.MULTILINE)
_MIME = re.compile(r"^MIME-Version:\s*1", re.IGNORECASE | re.MULTILINE)
_WORD = re.compile(
    r"<(?:\w+:)?wordDocument\b[^>]*schemas\.microsoft\.com/office/word/2003/wordml|<(?:\w+:)?package\b[^>]*office/2006/xmlPackage"
)
_HEAD = 8192
_SHEET = re.compile(r"<(?:\w+:)?Workbook\b[^>]*urn:schemas-microsoft-com:office:spreadsheet")


def of(data: bytes) -> str:
    """`rtf`, `mhtml`, `word-xml`, `sheet-xml`, or "" for none of them."""
    return _of(data[:_HEAD])


@lru_cache(maxsize=8)
def _of(data: bytes) -> str:
    """The mark in the head of a file; every reader asks for it."""
    if data[:64].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{\\rtf"):
        return "rtf"
    if data.startswith((b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0", b"Rar!")):
        return ""
    head = decode(data)[0].lstrip("\ufeff")
    headers = _HEADERS.match(head)
    if headers and _MIME.search(headers[0]):
        return "mhtml"
    if "<?xml" in head[:200] or head.lstrip().startswith("<"):
        return "word-xml" if _WORD.search(head) else "sheet-xml" if _SHEET.search(head) else ""
    return ""
