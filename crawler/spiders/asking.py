"""Asking through Scrapy's downloader, politely: one request at a time per platform, its delay kept, robots heard, nothing after a
challenge.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler

from crawler.discovery.troubles import Trouble, trouble
from crawler.egress import Egress
from crawler.fetching import NO_VALIDATORS, Reply, Validators
from crawler.listing import Ask
from crawler.moved_hosts import MovedHosts
from crawler.plain_http import PlainHosts
from crawler.resting import PlatformMemory, retry_after
from crawler.robots import MAX_ROBOTS, ROBOTS_TTL, ROBOTS_UNAVAILABLE, HostMemory, HostNotes, crawl_delay, is_fresh, refusal
from crawler.spiders.wire import FAILURES, Errand, cause, is_of, reply_of, request_for
from crawler.tls import TlsLog
from crawler.way_on import COOKIE_CHALLENGE, LOOP, MAX_REDIRECTS, Cookies, onward, refreshed
from storage.disk import NO_ROOM, folders_of, room
from storage.domain.clock import Clock
from storage.domain.enums import VisitOutcome
from storage.domain.originals import CaptureRole
from storage.domain.registry import Portal
from storage.settings import Settings

MAX_DELAY = 120.0
LONGEST_JITTER = 1.3
FAILURES_BEFORE_STOP: Mapping[VisitOutcome, int] = {VisitOutcome.CHALLENGED: 1, VisitOutcome.BLOCKED: 3, VisitOutcome.UNREACHABLE: 5}
SELF_TEST = "self-test:"
_ABSENT = frozenset({404, 410})
NO_BROWSER = Trouble(VisitOutcome.ABANDONED, "no-browser")
DISK_FULL = Trouble(VisitOutcome.ABANDONED, NO_ROOM)


@dataclass(slots=True)
class _Platform:
    """Shared infrastructure as this run knows it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    failures: dict[VisitOutcome, int] = field(default_factory=lambda: defaultdict(int))
    stopped: Trouble | None = None
    floor: float = 0.0
    pause: timedelta | None = None


class Asker:
    """The product's `Fetch` over one Scrapy crawler. `portal_budget` is how many requests a portal gets per day."""

    def __init__(  # noqa: PLR0913 - the parts of one crawl, by keyword
        self,
        crawler: Crawler,
        settings: Settings,
        clock: Clock,
        memory: HostMemory,
        egress: Egress,
        *,
        browser: bool,
        resting: PlatformMemory,
        portal_budget: int,
    ) -> None:
        self._tls: TlsLog = crawler.settings.get("NIANBAO_TLS") or TlsLog()
        self._crawler, self._settings, self._clock, self._memory, self._egress = crawler, settings, clock, memory, egress
        self._disks = folders_of(settings)
        self._browser = browser
        self._resting, self._portal_budget = resting, portal_budget
        self._platforms: dict[str, _Platform] = defaultdict(_Platform)
        self._cookies, self._moved = Cookies(), MovedHosts(memory, clock)
        self._plain = PlainHosts(memory, clock, self._tls)
        self.answered: set[str] = set()

    async def __call__(
        self,
        ask: Ask,
        portal: Portal,
        role: CaptureRole,
        *,
        validators: Validators = NO_VALIDATORS,
        tier: str = "http",
    ) -> Reply:
        """Ask once and say what came."""
        if tier == "browser" and not self._browser:
            return self._nothing(NO_BROWSER)
        if not room(self._settings, self._disks).enough:
            return self._nothing(DISK_FULL)
        platform = self._platforms[portal.platform_id]
        async with platform.lock:
            platform.floor = max(platform.floor, self._delay(portal))
            reply, asked = await self._by_scheme(Errand(ask, portal, role, validators, tier), platform)
        if asked:
            self._count(platform, portal, reply)
        return reply

    async def _by_scheme(self, errand: Errand, platform: _Platform) -> tuple[Reply, bool]:
        """What came, by plain http where that is how the host answers, or where https fails and it is worth one try."""
        ask = errand.ask
        known = self._plain.known(ask) if errand.tier == "http" else None
        if known is not None:
            reply, asked = await self._by_hops(replace(errand, ask=known), platform)
            if self._plain.still_works(ask, reply):
                return self._plain.marked(ask, reply), asked
        reply, asked = await self._by_hops(errand, platform)
        mine = errand.tier == "http" and errand.role != "control" and is_of(errand.portal, ask.url)
        plain = self._plain.to_try(ask, reply) if mine and platform.stopped is None else None
        if plain is None:
            return reply, asked
        other, too = await self._by_hops(replace(errand, ask=plain), platform)
        taken = self._plain.learn(ask, reply, other)
        return (taken, too) if taken is not None else (reply, asked or too)

    async def _by_hops(self, errand: Errand, platform: _Platform) -> tuple[Reply, bool]:
        """What came in the end from where the address leads; and whether the last step was asked at all. A host that moved as a whole is
        asked where it is by now, and where it was if it is not there.
        """
        direct = self._moved.direct(errand.ask) if errand.tier == "http" else errand.ask
        if direct.url != errand.ask.url:
            reply, asked = await self._from(direct, errand, platform)
            silent = reply.trouble is not None and reply.trouble.outcome is VisitOutcome.UNREACHABLE
            if not silent and (reply.page is None or reply.page.status not in _ABSENT):
                return reply, asked
            if not silent and self._moved.is_whole(errand.ask.url, errand.role):
                return reply, asked
            self._moved.forget(errand.ask.url)
            return await self._where_it_was(errand, platform, direct, reply)
        return await self._from(errand.ask, errand, platform)

    async def _where_it_was(self, errand: Errand, platform: _Platform, direct: Ask, answer: Reply) -> tuple[Reply, bool]:
        """What the old place has of what was not at the new one; led there once more, what that said already."""
        reply, asked = await self._from(errand.ask, errand, platform, known={(direct.method, direct.url): answer})
        self._moved.asked_again(errand.ask.url, reply.page, led_on=reply is answer)
        return reply, asked

    async def _from(
        self, ask: Ask, errand: Errand, platform: _Platform, known: Mapping[tuple[str, str], Reply] = MappingProxyType({})
    ) -> tuple[Reply, bool]:
        """Ask for one address and for those it leads to, each like any other; `known` are answers that were had just now."""
        portal = errand.portal
        for _ in range(MAX_REDIRECTS + 1):
            refused = await self._refusal(ask, portal, platform)
            if refused is not None:
                return self._nothing(refused), False
            reply = await self._send(self._request_for(replace(errand, ask=ask)), platform, portal)
            if errand.role != "robots":
                self._resting.count(portal.platform_id, portal.id, self._clock.now())
            follows = errand.tier == "http" and reply.trouble is None
            led = (onward(ask, reply.page) or refreshed(ask, reply.page, errand.role)) if follows else None
            # A host that sends whoever asks for nothing to another one has said how it says so.
            if led is None or (errand.role == "control" and not is_of(portal, led.url)):
                page, url = reply.page, errand.ask.url
                # The same page where it can stay so: another one would have to be looked at anew.
                return reply if page is None or page.requested_url == url else replace(reply, page=replace(page, requested_url=url)), True
            if is_of(portal, led.url):
                self._moved.learn(ask.url, reply.page)
            if had := known.get((led.method, led.url)):
                return had, True
            ask = led
        return self._nothing(LOOP), True

    def end(self) -> None:
        """The run is over: platforms that stopped it rest, and what was asked today is written down.

        Silence is held against a platform only where somebody else answered: else the silence may be ours.
        """
        for name, platform in self._platforms.items():
            if platform.stopped is None or name.startswith(SELF_TEST):
                continue
            if platform.stopped.outcome is VisitOutcome.UNREACHABLE and not self.answered:
                continue
            self._resting.rest(name, platform.stopped, self._clock.now(), pause=platform.pause)
        self._resting.save()

    @property
    def hosts_answered(self) -> int:
        """How many platforms answered in this run, other than those asked only to test our own network."""
        return sum(not name.startswith(SELF_TEST) for name in self.answered)

    @property
    def browser_launches(self) -> int:
        """How often a browser was started in this run."""
        stats = self._crawler.stats
        return int(stats.get_value("playwright/browser_count", 0)) if stats is not None else 0

    async def _refusal(self, ask: Ask, portal: Portal, platform: _Platform) -> Trouble | None:
        if platform.stopped is not None:
            return replace(platform.stopped, reason=f"stopped-after-{platform.stopped.reason.removeprefix('stopped-after-')}")
        rested = self._rested(portal)
        if rested is not None or not self._settings.robots_obey:
            return rested
        parts = urlsplit(ask.url)
        host = f"{parts.scheme}://{parts.netloc}"
        notes = self._memory.get(host)
        if not is_fresh(notes.robots_at, self._clock.now(), ROBOTS_TTL):
            reply = await self._rules(f"{host}/robots.txt", portal, platform)
            self._count(platform, portal, reply)
            if reply.page is None or reply.trouble is not None:
                return reply.trouble
            found = trouble(reply.page)
            if found is not None and found.outcome is VisitOutcome.CHALLENGED:
                return found
            notes = self._remember_robots(host, notes, reply)
        platform.floor = max(platform.floor, min(MAX_DELAY, crawl_delay(notes, self._settings.user_agent)))
        why = refusal(notes, ask.url, self._settings.user_agent)
        if not why:
            return None
        # A host that fails to say its rules forbids nothing: it is in trouble. Nothing is asked of it all the same.
        return Trouble(VisitOutcome.UNREACHABLE if why == ROBOTS_UNAVAILABLE else VisitOutcome.BLOCKED, why)

    async def _rules(self, url: str, portal: Portal, platform: _Platform) -> Reply:
        """What a host says of its rules, followed to where its portal keeps them (RFC 9309, 2.3.1.2); abroad there are none of its own."""
        ask = Ask(url)
        reply = await self._send(self._request_for(Errand(ask, portal, "robots")), platform, portal)
        for _ in range(MAX_REDIRECTS):
            led = onward(ask, reply.page) if reply.trouble is None else None
            if led is None or not is_of(portal, led.url):
                break
            ask = led
            reply = await self._send(self._request_for(Errand(ask, portal, "robots")), platform, portal)
        return reply

    def _rested(self, portal: Portal) -> Trouble | None:
        if portal.platform_id.startswith(SELF_TEST):
            return None
        per_platform = self._settings.crawl_budget_platform
        now = self._clock.now()
        return self._resting.refusal(portal.platform_id, portal.id, now, per_portal=self._portal_budget, per_platform=per_platform)

    def _remember_robots(self, host: str, notes: HostNotes, reply: Reply) -> HostNotes:
        assert reply.page is not None
        # An HTML page under that name holds no rules; it is how many hosts say "not found" with status 200.
        text = "" if "<html" in reply.page.text[:2000].lower() else reply.page.text[:MAX_ROBOTS]
        notes = replace(notes, robots_at=self._clock.now().isoformat(), robots_status=reply.page.status, robots_text=text)
        self._memory.put(host, notes)
        return notes

    def _delay(self, portal: Portal) -> float:
        """The portal's delay; hosts on this machine's loopback follow the setting alone."""
        if self._egress.override(urlsplit(portal.home_url).hostname or "") is not None:
            return self._settings.crawl_delay_seconds
        return max(portal.delay_seconds, self._settings.crawl_delay_seconds)

    def _request_for(self, errand: Errand) -> Request:
        return request_for(errand, self._settings, self._cookies.shown(errand.portal.id, errand.ask.url))

    async def _send(self, request: Request, platform: _Platform, portal: Portal) -> Reply:
        engine = self._crawler.engine
        assert engine is not None
        self._hold_delay(str(request.meta["download_slot"]), platform, 0.0)
        asked_at = self._clock.now()
        try:
            response = await engine.download_async(request)
        except FAILURES as error:
            return Reply(None, cause(error, request, self._egress, self._tls), asked_at, self._clock.now())
        except Exception as error:
            failed = self._navigation_trouble(error)
            if failed is None:
                raise
            return Reply(None, failed, asked_at, self._clock.now())
        self._hold_delay(str(request.meta["download_slot"]), platform, float(request.meta.get("download_latency") or 0.0))
        reply = reply_of(request, response, asked_at, self._clock.now())
        led = onward(Ask(response.url), reply.page)
        if led is None:
            return reply
        lines = [line.decode("latin-1") for line in response.headers.getlist("Set-Cookie")]
        if lines and not self._cookies.keep(portal.id, response.url, led.url, lines):
            return replace(reply, trouble=COOKIE_CHALLENGE)
        return reply

    def _hold_delay(self, slot_name: str, platform: _Platform, latency: float) -> None:
        """Never faster than the floor, and slower for a server that is slow: the pause is at least as long as its last answer took."""
        engine = self._crawler.engine
        slot = engine.downloader.slots.get(slot_name) if engine is not None else None
        if slot is not None:
            # Scrapy would draw between half and one and a half times the delay: the floor is a promise, so ours is only ever longer.
            slot.jitter = 0.0
            pause = max(platform.floor, min(MAX_DELAY, latency) if platform.floor else 0.0)
            slot.delay = pause * random.uniform(1.0, LONGEST_JITTER)  # noqa: S311 - no secret

    def _navigation_trouble(self, error: Exception) -> Trouble | None:
        from crawler.browser import navigation_trouble

        return navigation_trouble(error) if self._browser else None

    def _count(self, platform: _Platform, portal: Portal, reply: Reply) -> None:
        found = reply.trouble or (trouble(reply.page) if reply.page is not None and reply.page.status != 304 else None)
        if reply.page is not None:
            self.answered.add(portal.platform_id)
        if found is None:
            platform.failures.clear()
            self._resting.recovered(portal.platform_id)
            return
        platform.failures[found.outcome] += 1
        if (reply.page is not None and reply.page.status == 429) or platform.failures[found.outcome] >= FAILURES_BEFORE_STOP.get(
            found.outcome, 10**6
        ):
            platform.stopped = found
            if reply.page is not None:
                platform.pause = retry_after(reply.page.headers.get("retry-after", ""), self._clock.now())

    def _nothing(self, why: Trouble) -> Reply:
        now = self._clock.now()
        return Reply(None, why, now, now)
