"""Which year a report covers: title first, then the list's name, then one year before its date."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

_CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_CHINESE_YEAR = re.compile(r"二[〇○零0][〇○零一二三四五六七八九]{2}(?=年)")
_RANGE = re.compile(r"(?<!\d)(20\d\d)\s*(?:[-—–~至、]+)\s*(20\d\d)\s*年")
_YEAR = re.compile(r"(?<!\d)(20\d\d)\s*年")
_BARE = re.compile(r"(?<!\d)(20[0-3]\d)(?!\d)")
FIRST_YEAR = 2008
"""Reports began with the regulation of 2008."""


@dataclass(frozen=True, slots=True)
class FoundYear:
    """The year, or None, with what it was read from or why it was not."""

    value: int | None
    evidence: str


def find_year(title: str, column: str = "", listed_on: date | None = None) -> FoundYear:
    """The year covered. A year that had not ended when the row was dated contradicts itself and is left open."""
    for source, text in (("title", title), ("column", column)):
        years = _years(text)
        if len(years) > 1:
            return FoundYear(None, f"{source}-names-several")
        if years:
            return _checked(years.pop(), source, listed_on)
    if listed_on is not None:
        return FoundYear(listed_on.year - 1, "date-minus-one")
    return FoundYear(None, "no-year")


def _checked(year: int, source: str, listed_on: date | None) -> FoundYear:
    if year < FIRST_YEAR:
        return FoundYear(None, f"{source}-before-{FIRST_YEAR}")
    if listed_on is not None and year >= listed_on.year and (listed_on.month, listed_on.day) < (12, 1):
        return FoundYear(None, f"{source}-year-after-date")
    return FoundYear(year, source)


def _years(text: str) -> set[int]:
    plain = unicodedata.normalize("NFKC", text)
    plain = _CHINESE_YEAR.sub(lambda found: found.group(0).translate(_CHINESE_DIGITS), plain)
    # A printed date ("2025年1月20日发布") is no report year.
    plain = re.sub(r"20\d\d\s*年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?", "", plain)
    ranged = {int(year) for pair in _RANGE.findall(plain) for year in pair}
    named = {int(year) for year in _YEAR.findall(plain)} | ranged
    return named or {int(year) for year in _BARE.findall(plain)}
