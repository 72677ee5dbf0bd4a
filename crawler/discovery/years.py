"""Which year a report covers: title first, then the list's name, then its page, then one year before its date."""

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
_PERIOD = re.compile(
    r"(20\d\d)\s*(?:年\s*0?1\s*月(?:\s*0?1\s*日)?\s*起?\s*[至到~—–-]+\s*(?:\1\s*年\s*)?12\s*月(?:\s*31\s*日?)?"
    r"|([./-])0?1\2\s*0?1\s*[至到~—–-]+\s*\1\2\s*12\2\s*31)"
)
"""A whole calendar year given by its first and last month or day."""

_TITLED = re.compile(r"(?<!\d)(20\d\d)年度?(?:政府|政务)?信息公开(?:工作)?(?:年度(?:工作)?报告|年报)")
_OUTLOOK = re.compile(r"(?:以及|及|和|与|暨|、)20\d\d\s*年度?(?:工作)?(?:计划|打算|思路|安排|要点|重点).*$")
"""What is planned for the year after, told in the same title."""

_ODD_FORMS = re.compile("[\uff0d-\uff19\uff5e\u2f00-\u2fdf\uf900-\ufaff]")
"""Digits, signs and characters of a date in another form. Few pages have any, and folding a whole one takes longer than parsing it."""

FIRST_YEAR = 2008
"""Reports began with the regulation of 2008."""


@dataclass(frozen=True, slots=True)
class FoundYear:
    """The year, or None, with what it was read from or why it was not."""

    value: int | None
    evidence: str


def find_year(title: str, column: str = "", listed_on: date | None = None, *, said: int | None = None) -> FoundYear:
    """The year covered; `said` is the one its own page names, where it was read. A year that had not ended when the row was dated
    contradicts itself and is left open.
    """
    for source, text in (("title", title), ("column", column)):
        years = _years(text)
        if len(years) > 1:
            return FoundYear(None, f"{source}-names-several")
        if years:
            return _checked(years.pop(), source, listed_on)
    if said is not None:
        return _checked(said, "page", listed_on)
    if listed_on is not None:
        return FoundYear(listed_on.year - 1, "date-minus-one")
    return FoundYear(None, "no-year")


def year_said(text: str) -> int | None:
    """The one year that a page's own text says it covers: "2024年1月1日至2024年12月31日", or the report's title repeated; else None."""
    plain = "".join((_plain(text) if _ODD_FORMS.search(text) else _numbered(text)).split())
    said = {int(found[1]) for found in _PERIOD.finditer(plain)} or {int(found[1]) for found in _TITLED.finditer(plain)}
    return said.pop() if len(said) == 1 else None


def _plain(text: str) -> str:
    return _numbered(unicodedata.normalize("NFKC", text))


def _numbered(plain: str) -> str:
    return _CHINESE_YEAR.sub(lambda found: found.group(0).translate(_CHINESE_DIGITS), plain)


def _checked(year: int, source: str, listed_on: date | None) -> FoundYear:
    if year < FIRST_YEAR:
        return FoundYear(None, f"{source}-before-{FIRST_YEAR}")
    if listed_on is not None and year >= listed_on.year and (listed_on.month, listed_on.day) < (12, 1):
        return FoundYear(None, f"{source}-year-after-date")
    return FoundYear(year, source)


def _years(text: str) -> set[int]:
    plain = _OUTLOOK.sub("", _PERIOD.sub(r"\1年", _plain(text)))
    # A printed date ("2025年1月20日发布") is no report year.
    plain = re.sub(r"20\d\d\s*年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?|(?<!\d)20\d\d([-./])\d{1,2}\1\d{1,2}(?!\d)", "", plain)
    ranged = {int(year) for pair in _RANGE.findall(plain) for year in pair}
    named = {int(year) for year in _YEAR.findall(plain)} | ranged
    return named or {int(year) for year in _BARE.findall(plain)}
