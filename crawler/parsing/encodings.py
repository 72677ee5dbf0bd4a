"""Bytes to text as Chinese portals send it: BOM, then UTF-8 if it is, then what is declared; GBK and GB2312 always as gb18030. Pure."""

from __future__ import annotations

import codecs
import re

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DECLARED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)


def decode(data: bytes) -> tuple[str, str, bool]:
    """Text, the encoding used, and whether every byte made sense.

    Valid UTF-8 wins over a declaration: portals that migrated keep the old meta tag, and GBK text is practically never valid UTF-8.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _strict(data, name)
    try:
        return data.decode("utf-8"), "utf-8", True
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3:  # cut in the middle of the last character
            return data[: error.start].decode("utf-8"), "utf-8", False
    declared = _DECLARED.search(data[:4096])
    name = declared[1].decode("ascii").lower() if declared else "gb18030"
    if name in ("big5", "big5-hkscs", "x-big5"):
        return _strict(data, "big5hkscs")
    if name.startswith("utf-16"):
        return _strict(data, name)
    return _better(data)


def _better(data: bytes) -> tuple[str, str, bool]:
    as_gb, as_utf8 = data.decode("gb18030", "replace"), data.decode("utf-8", "replace")
    if as_gb.count("\ufffd") <= as_utf8.count("\ufffd"):
        return as_gb, "gb18030", "\ufffd" not in as_gb
    return as_utf8, "utf-8", False


def _strict(data: bytes, name: str) -> tuple[str, str, bool]:
    try:
        return data.decode(name), name, True
    except (UnicodeDecodeError, LookupError):
        if name == "utf-8-sig":
            return data.decode(name, "replace"), name, False
        return data.decode(name if _known(name) else "gb18030", "replace"), name, False


def _known(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True
