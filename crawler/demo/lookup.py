"""Finding what a request asks for among the lines of a list: an entry by its number, its files, one page of rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from crawler.demo.articles import bundle
from crawler.demo.pages import Answer, not_found
from crawler.demo.publications import Entry
from crawler.demo.scenario import SitePlan

_T = TypeVar("_T")


def by_number(shown: Sequence[Entry], number: int) -> Entry | None:
    """The line of that number, None if it is not shown."""
    return next((entry for entry in shown if entry.number == number), None)


def one_page(shown: Sequence[_T], number: int, size: int) -> tuple[_T, ...]:
    """The rows of a page counted from 1; nothing before the first and after the last."""
    return tuple(shown[(number - 1) * size : number * size]) if number >= 1 else ()


def as_number(text: str, otherwise: int) -> int:
    """A number of a query, or what the server takes for a missing or wrong one."""
    return int(text) if re.fullmatch(r"\d{1,6}", text) else otherwise


def file_of(site: SitePlan, entry: Entry | None, day: date, name: str) -> Answer:
    """A file of that line by its name; the honest 404 where there is none."""
    files = bundle(site, entry, day, "article-content", str).files if entry is not None else {}
    return files.get(name) or not_found(site)
