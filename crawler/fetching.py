"""Asking one address and what came back: the seam between the visit (plain code) and whatever does the asking (Scrapy, a browser, a
test).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from crawler.discovery.troubles import Trouble
from crawler.keys import Exchange
from crawler.listing import Ask
from crawler.page import Page
from storage.domain.originals import CaptureRole
from storage.domain.registry import Portal


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of a page for the next conditional request."""

    etag: str = ""
    last_modified: str = ""

    def __bool__(self) -> bool:
        return bool(self.etag or self.last_modified)


NO_VALIDATORS = Validators()


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, or why there is none.

    `page` is None where nothing came; then `trouble` says why. A page may carry trouble, too (a challenge, an error page): it is kept
    all the same. `exchanges` are the requests the page's own scripts made, where a browser opened it.
    """

    page: Page | None
    trouble: Trouble | None
    requested_at: datetime
    received_at: datetime
    request_head: str = ""
    response_head: str = ""
    ip: str = ""
    tls: str = ""
    exchanges: tuple[Exchange, ...] = ()

    @property
    def not_modified(self) -> bool:
        """Whether the server said that nothing changed since the last visit."""
        return self.page is not None and self.page.status == 304

    @property
    def validators(self) -> Validators:
        """What to send next time."""
        headers = self.page.headers if self.page else {}
        return Validators(headers.get("etag", ""), headers.get("last-modified", ""))


class Fetch(Protocol):
    """Anything that asks addresses politely: one at a time per platform, with its delay, and never again after a challenge."""

    async def __call__(self, ask: Ask, portal: Portal, role: CaptureRole, *, validators: Validators = ..., tier: str = ...) -> Reply:
        """Ask once and say what came. Never raises for what a server does."""
        ...
