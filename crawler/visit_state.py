"""What one visit carries with it while it is under way, and its one way of asking: ask, keep, then judge what came."""

from __future__ import annotations

from asyncio import Future
from collections import deque
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from crawler.discovery.troubles import Trouble, fingerprint, trouble
from crawler.errands import WATCH, Errand
from crawler.fetching import NO_VALIDATORS, Fetch, Reply, Validators
from crawler.gone_lines import GoneLine, from_facts
from crawler.list_tail import ReadThrough
from crawler.listing import Ask
from crawler.page import Page
from crawler.recording import Before, Recorder
from crawler.resting import SPENT
from crawler.robots import ROBOTS_UNAVAILABLE, HostMemory
from crawler.way_on import led_away
from storage.domain.enums import VisitOutcome
from storage.domain.ids import Sha256, VisitId
from storage.domain.originals import CaptureRole
from storage.domain.visits import ListLine


@dataclass(slots=True)
class VisitState:
    """One visit under way. `lines` are the rows met, by address; `incomplete` the report pages that could not be had this time,
    `led_elsewhere` the archived reports whose address led to something else and where to, `gone_lines` the undecided rows whose page is
    not there, `read_through` the page-by-page reading that what is known of the list rests on, `key_note` what became of the key of a list
    that only a browser shows, `column` what the list calls itself.
    """

    fetch: Fetch
    recorder: Recorder
    memory: HostMemory
    before: Before
    visit_id: VisitId
    max_pages: int = 30
    errand: Errand = WATCH
    lines: dict[str, ListLine] = field(default_factory=dict)
    list_pages: list[dict[str, object]] = field(default_factory=list)
    archived_now: set[str] = field(default_factory=set)
    new_versions: int = 0
    incomplete: list[str] = field(default_factory=list)
    led_elsewhere: dict[str, str] = field(default_factory=dict)
    gone_lines: dict[str, GoneLine] = field(init=False)
    read_through: ReadThrough | None = None
    stopped: Trouble | None = None
    key_note: str = ""
    column: str = ""
    _unsettled: deque[Future[int]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.gone_lines = from_facts(self.before.last_facts)

    def written(self, piece: Future[int]) -> None:
        """Something of this visit was handed in to be written; the visit goes on."""
        self._unsettled.append(piece)

    async def settle(self, *, but: int = 0) -> None:
        """Go on when what was handed in is committed, all of it or all but the last few. Raises what kept any of it from being written: a
        visit with such a gap is never finished, as it would prove what it did not see.
        """
        while len(self._unsettled) > but:
            self.new_versions += await self.recorder.settled(self._unsettled.popleft())

    async def ask(
        self, ask: Ask, role: CaptureRole, validators: Validators = NO_VALIDATORS, *, by_key: bool = False
    ) -> tuple[Reply, Sha256 | None]:
        """What came from an address, already kept, with whatever is wrong with it; and the hash it is kept under.

        With `by_key` a list is asked for without a browser, and a refusal is the key's, not the portal's.
        """
        if self.stopped is not None:
            now = self.recorder.clock.now()
            return Reply(None, self.stopped, now, now), None
        tier = self.before.entry.tier if role == "list" and not by_key else "http"
        reply = await self.fetch(ask, self.before.portal, role, validators=validators, tier=tier)
        digest = await self.recorder.keep(self.visit_id, role, ask, reply)
        if reply.page is not None and reply.trouble is None and not reply.not_modified and (wrong := self.wrong_with(reply.page, role)):
            reply = replace(reply, trouble=wrong)
        if reply.trouble is not None and _stops(reply.trouble, role) and not (by_key and reply.trouble.outcome is VisitOutcome.BLOCKED):
            self.stopped = reply.trouble
        return reply, digest

    def wrong_with(self, page: Page, role: CaptureRole) -> Trouble | None:
        """Why a page is not what was asked for, None if it may be."""
        found = trouble(page)
        if role == "control":
            return found if found is not None and found.outcome is VisitOutcome.CHALLENGED else None
        return found or self._like_the_error_page(page) or led_away(page, role)

    def _like_the_error_page(self, page: Page) -> Trouble | None:
        # A list may lead to another scheme or host than the one whose way to say "absent" was learned.
        known = {self.memory.get(host_of(url)).control_print for url in (page.url, page.requested_url)} - {""}
        if known and fingerprint(page) in known:
            return Trouble(VisitOutcome.SOFT_ERROR, "same-as-error-page")
        return None


def _stops(found: Trouble, role: CaptureRole) -> bool:
    """Whether nothing more is asked on this visit: after any challenge, when the day's budget is spent, where a host fails to say its
    rules, and after a refusal of anything but an address made up by us.
    """
    if found.outcome is VisitOutcome.CHALLENGED or found == SPENT or found.reason == ROBOTS_UNAVAILABLE:
        return True
    return found.outcome is VisitOutcome.BLOCKED and role != "control" and found.reason != "robots-disallowed"


def host_of(url: str) -> str:
    """Scheme and host of an address, as hosts are remembered."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
