"""Dates that a file carries in its properties: when it was made, last saved, signed. Pure.

They say when the file, as it stands, was finished. Whoever prints a PDF sets the clock of them, a file may be put in the place of an
earlier one, and an old form may be used again: so they are evidence to look at, never a date of publication.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from storage.domain.clock import CHINA
from storage.domain.document import Document
from storage.domain.enums import DateKind
from storage.domain.reports import DateMention

PROPERTIES = ("creationdate", "moddate", "signed")
"""Names of the properties as the readers give them, lower case."""

_PDF_DATE = re.compile(
    r"(?:D:)?(?P<day>\d{8})(?P<time>\d{4}(?:\d{2})?)?\d*\s*(?:(?P<zulu>Z)|(?P<sign>[+-])(?P<hours>\d{2})\'?(?P<minutes>\d{2})?)?"
)
_EARLIEST = 2007
"""The year before the first annual reports: what is older is a form, or a clock that was never set."""


def find(document: Document) -> Iterator[DateMention]:
    """Each property with a date that can be read, in the order of `PROPERTIES`; days are those of Asia/Shanghai."""
    for name in PROPERTIES:
        for raw in document.meta.get(name, "").split("\n"):
            if (day := local_day(raw)) is not None and day.year >= _EARLIEST:
                yield DateMention(DateKind.FILE, day, f"{name} {raw.strip()}")


def local_day(text: str) -> date | None:
    """The day of a PDF date (`D:20240122153000+08'00'`); one without a zone was written by a clock on the wall. None where it is none."""
    found = _PDF_DATE.match(text.strip())
    if found is None:
        return None
    try:
        at = datetime.strptime(found["day"] + (found["time"] or "")[:4].ljust(4, "0"), "%Y%m%d%H%M").replace(tzinfo=_zone(found))
        return at.astimezone(CHINA).date()
    except (ValueError, OverflowError):
        return None


def _zone(found: re.Match[str]) -> tzinfo:
    if found["zulu"]:
        return UTC
    if not found["sign"]:
        return CHINA
    away = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    return timezone(away if found["sign"] == "+" else -away)
