"""The name a server gives a file it sends, for people to read: never a path, never believed over the file's own bytes. Pure.

Servers write it as RFC 6266 has it, or percent-encoded in the plain form, or as the raw bytes of UTF-8 or of a GB encoding.
"""

from __future__ import annotations

import re
import unicodedata
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from urllib.parse import unquote_to_bytes

MAX_NAME = 200
"""Longest name kept, in characters; the extension stays."""

_EXTENDED = re.compile(r"""filename\*\s*=\s*"?([\w\-]{1,40})'[^']{0,40}'([^;"\s]{1,2000})""", re.IGNORECASE)
_PLAIN = re.compile(r"""filename\s*=\s*(?:"((?:[^"\\]|\\.){0,2000})"|([^;"]{1,2000}))""", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(.)")
_CHARSETS = {"utf-8": "utf-8", "utf8": "utf-8", "gbk": "gb18030", "gb2312": "gb18030", "gb18030": "gb18030", "iso-8859-1": "latin-1"}


def header_text(raw: bytes) -> str:
    """The value of a header as text: UTF-8, else a GB encoding, else UTF-8 with what could not be decoded marked."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


def file_name(disposition: str) -> str:
    """The name in a Content-Disposition header, safe to show; empty where there is none or it cannot be decoded."""
    extended = _EXTENDED.search(disposition)
    encoding = _CHARSETS.get(extended.group(1).lower(), "") if extended else ""
    if extended and encoding:
        try:
            return _shown(unquote_to_bytes(extended.group(2)).decode(encoding))
        except UnicodeDecodeError:
            pass
    plain = _PLAIN.search(disposition)
    if plain is None:
        return ""
    return _shown(_decoded(_ESCAPE.sub(r"\1", plain.group(1)) if plain.group(1) is not None else plain.group(2)))


def extension(name: str) -> str:
    """The extension of a name, lower case without the dot; empty where there is none."""
    found = re.search(r"\.([A-Za-z0-9]{1,5})$", name)
    return found.group(1).lower() if found else ""


def _decoded(name: str) -> str:
    if name.startswith("=?"):
        try:
            return str(make_header(decode_header(name)))
        except (HeaderParseError, LookupError, UnicodeDecodeError):
            return name
    if re.search(r"%[0-9A-Fa-f]{2}", name):
        return header_text(unquote_to_bytes(name.replace("+", "%20")))
    if name and max(name) <= "\xff" and not name.isascii():
        # A client that reads heads as latin-1 has hidden the bytes in these characters.
        return header_text(name.encode("latin-1"))
    return name


def _shown(name: str) -> str:
    """The last part of what may be a path, without what does not show or turns the reading direction round."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(character for character in last if unicodedata.category(character)[0] != "C")
    clean = " ".join(kept.split()).strip(". ")
    if len(clean) <= MAX_NAME:
        return clean
    ending = extension(clean)
    return f"{clean[: MAX_NAME - len(ending) - 1]}.{ending}" if ending else clean[:MAX_NAME]
