"""State in the address: links that keep what a list is narrowed to."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from monitor.web.queries import PAGE_SIZE, Filter


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
