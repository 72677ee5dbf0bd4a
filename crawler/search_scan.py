"""A portal's own search: what is known of its form, and which dialects there are (every module of `crawler/searches`, by file name)."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import Protocol, cast
from urllib.parse import urldefrag

import crawler.searches
from crawler.listing import Ask
from crawler.page import Page
from storage.domain.errors import ConfigError


@dataclass(frozen=True, slots=True)
class SearchForm:
    """Where a portal's search is asked and with which fixed words; `dialect` is a module of `crawler/searches`."""

    dialect: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict)


class Dialect(Protocol):
    """One way in which portals are searched. `ID` equals the file's name; `RANK` orders those that find a form, the smallest first."""

    ID: str
    RANK: int

    def find(self, page: Page) -> SearchForm | None:
        """The search form this page of a portal offers, None where it offers none of this dialect."""
        ...

    def ask(self, form: SearchForm, words: str, number: int) -> Ask | None:
        """The request for that page of the results, counted from 1; None where further pages are only reached by a link."""
        ...


@cache
def all_dialects() -> Mapping[str, Dialect]:
    """Every dialect by its id, the best first.

    Raises:
        ConfigError: a module whose ID is not its file name.
    """
    found: list[Dialect] = []
    for module in pkgutil.iter_modules(crawler.searches.__path__):
        dialect = cast(Dialect, importlib.import_module(f"crawler.searches.{module.name}"))
        if getattr(dialect, "ID", None) != module.name:
            raise ConfigError(f"crawler/searches/{module.name}.py 的 ID 与文件名不符", advice="请让 ID 等于文件名")
        found.append(dialect)
    return MappingProxyType({dialect.ID: dialect for dialect in sorted(found, key=lambda one: (one.RANK, one.ID))})


def find_form(page: Page) -> SearchForm | None:
    """The search a page offers, by the best dialect that sees one."""
    return next((form for dialect in all_dialects().values() if (form := dialect.find(page)) is not None), None)


def search_ask(form: SearchForm, words: str, number: int = 1) -> Ask | None:
    """The request for these words and that page; None where the dialect is gone or has no such page."""
    dialect = all_dialects().get(form.dialect)
    # A search at the address of a list is stored with a mark behind it.
    return dialect.ask(replace(form, url=urldefrag(form.url).url), words, number) if dialect is not None else None
