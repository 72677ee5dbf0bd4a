"""What a family adapter gives back: the rows of one list page and how to ask for the next.

The contract between `crawler/families` (pure: page in, listing out) and the spider, which does the asking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from crawler.page import Page


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a list: absolute address, full title, the date as printed and as understood, place in the list from 0."""

    url: str
    title: str
    raw_date: str = ""
    listed_on: date | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to make.

    `form` non-empty means POST with those fields in that order; `json` non-empty means POST with that text as an `application/json` body;
    `post` means POST even where both are empty. `headers` are sent besides the crawler's own, which they cannot replace where the crawler
    speaks of itself (User-Agent).
    """

    url: str
    form: tuple[tuple[str, str], ...] = ()
    referer: str = ""
    json: str = ""
    post: bool = False
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def method(self) -> str:
        """GET, or POST where there is something to send or the way asks for it."""
        return "POST" if self.form or self.json or self.post else "GET"


@dataclass(frozen=True, slots=True)
class Listing:
    """One list page understood.

    `next` are alternative ways to the following page, best first: the spider takes the first that brings rows not seen before; empty
    means this was the last. `declared_total` counts rows and `declared_pages` pages of the whole list where the page says so. `complete`
    is False where the adapter knows that rows were left out or unreadable (`skipped` counts those). `says_empty` means the page states in
    words that there is nothing.
    `elsewhere` non-empty means this page is only a shell: the list is there, and what family it is must be asked again of that page.
    `restarts` means the following page may repeat the rows of this one: it is the list's first page again, asked of the server that will
    be asked for the rest, so that both count pages alike.
    `passed` counts rows that were understood and belong to other lists; a page of nothing else is not the end of this one.
    `also` are first pages of further parts of the same list, each to be read to its end after this one has ended; those of the first page
    count.
    `carry` is what `read_list` of the following page needs to be told in its `params`.
    """

    items: tuple[Item, ...]
    next: tuple[Ask, ...] = ()
    declared_total: int | None = None
    declared_pages: int | None = None
    complete: bool = True
    skipped: int = 0
    says_empty: bool = False
    column: str = ""
    elsewhere: tuple[Ask, ...] = ()
    restarts: bool = False
    passed: int = 0
    also: tuple[Ask, ...] = ()
    carry: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Start:
    """Where a list begins: its address and the family's own parameters."""

    url: str
    params: Mapping[str, str] = field(default_factory=dict)


class Family(Protocol):
    """One content management system. `ID` equals the file's name."""

    ID: str

    def detect(self, page: Page) -> float:
        """How surely this page is a list of this family, 0 to 1."""
        ...

    def first_requests(self, start: Start) -> tuple[Ask, ...]:
        """What to ask for first."""
        ...

    def read_list(self, page: Page, params: Mapping[str, str]) -> Listing:
        """The rows of the page.

        Raises:
            LayoutChanged: a guard failed, in particular no row and no words that say there is none.
        """
        ...
