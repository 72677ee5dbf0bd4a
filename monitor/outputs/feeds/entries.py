"""A feed as values: what is in it, what each entry is called for ever, text fit for every format. Neighbours: one file per format."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import datetime

_SPACE = uuid.UUID("5b0b8d6e-2f0c-5a44-9d3e-6f1f0f6c2a71")
"""Our own name space for identifiers (RFC 9562 version 5). Never to be changed: readers would show every entry again."""

_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold even escaped (its production 2, Char); other formats can do without it, too."""

_ALSO_UNSEEN = re.compile(r"[\u007f-\u009f]")
"""Further control characters: allowed in XML, shown by no reader, and not allowed in calendars (RFC 5545, CONTROL) as far as DEL."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `updated` never precedes `published`; texts are plain, `url` is a page of ours."""

    id: str
    title: str
    url: str
    published: datetime
    updated: datetime
    text: str
    author: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A list of entries, the newest first. `home` is the page for people, `address` that of the feed itself, empty for a file."""

    id: str
    title: str
    home: str
    address: str
    updated: datetime
    entries: tuple[Entry, ...] = ()


def identifier(*parts: object) -> str:
    """A `urn:uuid:` that is the same whenever the same parts are given."""
    return uuid.uuid5(_SPACE, "\n".join(str(part) for part in parts)).urn


def plain(text: str) -> str:
    """The text without characters that no format can hold; line ends are line feeds."""
    return _ALSO_UNSEEN.sub("", _NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def line(text: str) -> str:
    """The text on one line, for titles and names."""
    return " ".join(plain(text).split())
