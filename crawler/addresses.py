"""What addresses say by their form: whose host, a home page; and where the head of a page sends its reader on to. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.list_rows import absolute
from crawler.page import Page, page_tree

_HOME = re.compile(r"/?(?:(?:index|default|home)(?:\.\w{3,5})?)?", re.IGNORECASE)
_REFRESH = re.compile(r"\s*(?P<after>\d*(?:\.\d*)?)\s*[;,]\s*(?:url\s*=\s*)?['\"]?(?!url\s*=)(?P<target>[^'\"\s]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Refresh:
    """Where a page is left for by itself, and after how many seconds."""

    target: str
    after: float


def plain_host(url: str) -> str:
    """The host of an address in lower case and without "www.": portals answer under both."""
    return (urlsplit(url).hostname or "").lower().removeprefix("www.")


def is_home(path: str) -> bool:
    """Whether a path is that of a host's home page."""
    return bool(_HOME.fullmatch(path))


def is_elsewhere(asked: str, came: str) -> bool:
    """Whether an answer came from another place than the one asked for: not so where only scheme or host differ, as with a portal that
    moved as a whole.
    """
    one, other = urlsplit(asked), urlsplit(came)
    return (one.path, one.query) != (other.path, other.query)


def refreshes(page: Page) -> tuple[Refresh, ...]:
    """Where the page's head sends its reader on to (HTML, 4.2.5.3), in its order; not those that load the page itself anew."""
    if "refresh" not in page.text.lower():
        return ()
    found = []
    for meta in page_tree(page).iter("meta"):
        said = _REFRESH.match(meta.get("content") or "") if (meta.get("http-equiv") or "").strip().lower() == "refresh" else None
        target = absolute(page.url, said["target"]) if said else ""
        if said and target and target != page.url:
            found.append(Refresh(target, float(said["after"].rstrip(".") or 0)))
    return tuple(found)
