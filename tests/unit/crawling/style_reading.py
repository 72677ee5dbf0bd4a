"""Reading the list of a simulated portal without a network: requests go straight to the portal's style."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from types import ModuleType
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.canary import ListFacts
from crawler.demo import sites
from crawler.demo.pages import Answer, Request
from crawler.demo.portal import styles
from crawler.demo.publications import Entry, Publications
from crawler.demo.sampling import Wanted, make_facts
from crawler.demo.scenario import SitePlan
from crawler.discovery.troubles import trouble
from crawler.fetching import Reply
from crawler.list_reading import Reading, read_all
from crawler.listing import Ask, Start
from crawler.page import Page, page

HOST = "www.qingpu.gov.test"
APOLOGY = "<html><body><p>系统繁忙，请稍后再试</p></body></html>".encode()
DAY = date(2025, 4, 10)
NOW = datetime(2025, 4, 10, 3, 0, tzinfo=UTC)
OFFICES = ("教育局", "财政局", "民政局", "审计局", "水利局", "统计局", "司法局")


def site(style: str, path: str, variant: str = "", per_page: int = 5) -> SitePlan:
    return SitePlan(HOST, "青浦示例县人民政府", "9901010001", "990101", style, path, per_page=per_page, variant=variant)


def entries(count: int) -> tuple[Entry, ...]:
    """That many lines, the newest first, each with its own day and title; every seventh without a date."""
    made = []
    for place in range(count):
        year = 2024 - place // len(OFFICES)
        body = f"青浦示例县{OFFICES[place % len(OFFICES)]}"
        day = date(year + 1, 1, 28) - timedelta(days=place % len(OFFICES))
        made.append(Entry(5000 + count - place, body, year, "website", f"{body}{year}年政府信息公开工作年度报告", day))
    return tuple(made)


def with_report(lines: tuple[Entry, ...], carrier: str) -> tuple[Entry, ...]:
    """The same with a real report behind the first line."""
    first = lines[0]
    facts = make_facts(random.Random(1), Wanted(first.body, first.year))
    return (replace(first, kind="report", carrier=carrier, versions=((first.published_on, facts),)), *lines[1:])


@dataclass
class Portal:
    """A simulated portal and what it was asked. `breaks` is what happens to every answer after the first rows."""

    site: SitePlan
    lines: tuple[Entry, ...]
    asked: list[Ask] = field(default_factory=list)
    breaks: str = ""
    reading: Reading | None = None
    last: Page | None = None

    def get(self, ask: Ask) -> Page:
        """The page the portal answers with."""
        self.asked.append(ask)
        parts = urlsplit(ask.url)
        assert parts.hostname == self.site.host
        body = ask.json.encode() if ask.json else b""
        headers = {name.lower(): value for name, value in ask.headers} | ({"referer": ask.referer} if ask.referer else {})
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        request = Request(ask.method, unquote(parts.path), query, dict(ask.form), body, headers)
        found: Answer = styles()[self.site.style](self.site, Publications({self.site.host: self.lines}), DAY, request)
        return page(ask.url, found.status, found.body, {"content-type": found.media_type, **found.headers})

    async def ask_page(self, ask: Ask) -> Reply:
        found = self.get(ask)
        if self.breaks and self.reading is not None and self.reading.items and self.last is not None:
            found = self._broken(ask, self.last)
        self.last = found
        return Reply(found, trouble(found), NOW, NOW)

    def _broken(self, ask: Ask, last: Page) -> Page:
        """What a server with a fault sends instead of the rows after the first ones."""
        status, body = {"error": (500, b"<h1>500</h1>"), "blank": (200, b""), "again": (200, last.body), "apology": (200, APOLOGY)}[
            self.breaks
        ]
        return page(ask.url, status, body, dict(last.headers))

    def read(self, family: str = "", *, max_pages: int = 60, fragment: str = "") -> tuple[Reading, ListFacts]:
        """The whole list, from the column page on."""
        url = self.site.column_url + fragment
        first = self.get(Ask(url))
        self.reading = reading = Reading(lambda listing, before: None, max_pages, family)
        self.last = first
        return reading, asyncio.run(read_all(Start(url), first, reading, self.ask_page))

    def expected(self) -> list[tuple[str, date | None]]:
        """Title and printed day of every line, in the portal's order."""
        return [(line.title, line.published_on if line.dated else None) for line in self.lines]


def simulated() -> dict[str, ModuleType]:
    """Every simulated style that has dialects, by name: a new file beside them is tested without being named here."""
    found = {name: importlib.import_module(f"{sites.__name__}.{name}") for _, name, _ in pkgutil.iter_modules(sites.__path__)}
    return {name: module for name, module in sorted(found.items()) if hasattr(module, "PATH") and hasattr(module, "VARIANTS")}


def portal_of(style: str, variant: str, lines: tuple[Entry, ...]) -> Portal:
    """A portal of that dialect with these lines."""
    return Portal(site(style, simulated()[style].PATH.format(n=""), variant), lines)
