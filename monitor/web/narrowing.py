"""State in the address: what a list is narrowed to, and links that keep it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query
from sqlalchemy import RowMapping

from monitor.web.labels import STATUS_SIGNS, Quality
from monitor.web.queries import PAGE_SIZE, Filter


def asked(
    year: Annotated[int | None, Query(ge=2000, le=2200)] = None,
    status: Annotated[str, Query(max_length=20)] = "",
    quality: Annotated[str, Query(max_length=20)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Callable[[int], Filter]:
    """What the address narrows a list to; the year is the one handed in where the address names none."""
    return lambda usual: Filter(year or usual, status, quality, q.strip(), page)


Asked = Annotated[Callable[[int], Filter], Depends(asked)]


def listed(
    narrowed: Filter, found: tuple[int, Sequence[RowMapping]], known_years: Collection[int], path: str, anchor: str = ""
) -> dict[str, Any]:
    """What the template of a narrowed list shows: its rows, what can be chosen, and its links."""
    total, rows = found
    link = link_to(path, narrowed)
    return {
        "year": narrowed.year,
        "years": sorted({*known_years, narrowed.year}, reverse=True),
        "narrowed": replace(narrowed, page=min(narrowed.page, pages_of(total))),
        "rows": rows,
        "total": total,
        "pages": pages_of(total),
        "link": link,
        "page_link": lambda page: link(page=page) + anchor,
        "statuses": list(STATUS_SIGNS),
        "qualities": list(Quality),
    }


def link_to(path: str, narrowed: Filter) -> Callable[..., str]:
    """A function that gives the address of the same list with some of `status`, `quality`, `q`, `page` changed."""
    current: dict[str, object] = {"year": narrowed.year, "status": narrowed.status, "quality": narrowed.quality, "q": narrowed.text}

    def link(**changes: object) -> str:
        values = {key: value for key, value in {**current, **changes}.items() if value not in {"", None}}
        if values.get("page") == 1:
            del values["page"]
        return f"{path}?{urlencode(values)}"

    return link


def pages_of(total: int) -> int:
    """Number of pages, at least one."""
    return max(1, -(-total // PAGE_SIZE))
