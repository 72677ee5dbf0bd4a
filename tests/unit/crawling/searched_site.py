"""A portal with a list that leaves reports out and a search that knows them, an installation that watches it, and its errand `gapfill`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.demo import site_search
from crawler.demo.pages import Answer, Request
from crawler.demo.publications import Entry, Publications
from crawler.demo.scenario import SitePlan
from crawler.fetching import NO_VALIDATORS, Reply
from crawler.gapfilling import gap_batch
from crawler.listing import Ask
from crawler.page import page
from crawler.recording import Recorder
from crawler.robots import HostMemory
from storage import bodies, duties, portals
from storage.archive.store import open_archive
from storage.database import open_database
from storage.domain.clock import FixedClock, local_date
from storage.domain.duties import Duty, DutyKey, DutyState
from storage.domain.enums import BodyKind, BodyLevel, DutyStatus
from storage.domain.ids import BodyId, PortalId
from storage.domain.registry import Body, Portal

from .site import SECTIONS

HOST = "www.yunxi.gov.test"
BODIES = ("云溪县教育局", "云溪县财政局", "云溪县审计局")
START = datetime(2025, 2, 5, 3, 0, tzinfo=UTC)
PLAN = SitePlan(HOST, "云溪县人民政府", "9901010001", "990101", "trs", "/nb/")


def address(entry: Entry) -> str:
    """Where an entry's own page is."""
    return f"/zw/t{entry.published_on:%Y%m%d}_{entry.number}.html"


def line(number: int, body: str, year: int, title: str = "", kind: str = "report", day: date | None = None) -> Entry:
    """One line of the portal."""
    return Entry(number, body, year, kind, title or f"{body}{year}年政府信息公开工作年度报告", day or date(year + 1, 1, 20))


@dataclass
class Searched:
    """The portal as a fetch. `lines` is what its search knows; `texts` what articles say beside their own title."""

    search: site_search.SearchPlan
    lines: tuple[Entry, ...] = ()
    texts: dict[int, str] = field(default_factory=dict)
    asked: list[Ask] = field(default_factory=list)
    delays: set[float] = field(default_factory=set)
    clock: FixedClock = field(default_factory=lambda: FixedClock(START))

    async def __call__(self, ask, portal, role, *, validators=NO_VALIDATORS, tier="http"):
        self.asked.append(ask)
        self.delays.add(portal.delay_seconds)
        answer, now = self._answer(ask), self.clock.now()
        head = f"HTTP/1.1 {answer.status}\ncontent-type: {answer.media_type}"
        return Reply(page(ask.url, answer.status, answer.body, {"content-type": answer.media_type}), None, now, now, "GET", head)

    def _answer(self, ask: Ask) -> Answer:
        parts = urlsplit(ask.url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        request = Request(ask.method, unquote(parts.path), query, dict(ask.form), ask.json.encode())
        content = Publications({HOST: self.lines})
        found = site_search.answer(self.search, PLAN, content, local_date(self.clock.now()), request)
        if found is not None:
            return found
        entry = next((one for one in self.lines if address(one) == parts.path), None)
        if entry is None:
            return Answer("<title>404</title>页面不存在".encode(), status=404)
        tags = f'<meta name="ArticleTitle" content="{entry.title}"><meta name="PubDate" content="{entry.published_on} 09:00">'
        text = f"<html><head>{tags}{self.texts.get(entry.number, '')}</head><body><div class='TRS_Editor'>{SECTIONS}</div></body></html>"
        return Answer(text.encode(), "text/html; charset=utf-8")

    def searches(self) -> list[Ask]:
        """The questions put to the search."""
        return [ask for ask in self.asked if "search" in ask.url]


class SearchOffice:
    """A database with the portal, its bodies and their duties for one year."""

    def __init__(
        self, folder: Path, site: Searched, *, names: tuple[str, ...] = BODIES, statuses: dict[str, DutyStatus] | None = None
    ) -> None:
        self.site, self.clock, self.lines = site, site.clock, []
        self.database = open_database(f"sqlite:///{folder / 'n.sqlite3'}")
        self.archive = open_archive((folder / "archive").as_uri())
        self.memory = HostMemory(folder / "hosts.json")
        self.ids = {name: BodyId(f"b{number}") for number, name in enumerate(names)}
        now = self.clock.now()
        with self.database.write() as c:
            for name, body_id in self.ids.items():
                bodies.upsert(c, Body(body_id, name, BodyKind.DEPARTMENT, BodyLevel.COUNTY, "990101"), now)
            portals.upsert(c, Portal(PortalId("p"), "云溪县", f"http://{HOST}/", "p", delay_seconds=0.0), now)
            self.entry = portals.add_entry_point(c, PortalId("p"), f"http://{HOST}/nb/", now=now, body_ids=list(self.ids.values()))
        for name in names:
            self.owe(name, 2024, (statuses or {}).get(name, DutyStatus.MISSING))

    def owe(self, name: str, year: int, status: DutyStatus, due_on: date | None = None) -> None:
        """A duty with its stored status."""
        key = DutyKey(self.ids[name], year)
        duty = Duty(key, due_on or date(year + 1, 1, 31), "条例", "v", "990101")
        with self.database.write() as c:
            duties.save_state(c, duty, DutyState(key, status, self.clock.now()), cause="test", actor="test")

    def recorder(self) -> Recorder:
        return Recorder(self.database, self.archive, self.clock)

    def gapfill(self, *, days: int = 0) -> dict[str, object]:
        """The errand; the line told of the portal."""
        self.clock.advance(timedelta(days=days))
        self.site.asked.clear()
        told: list[dict[str, object]] = []
        batch = gap_batch(self.site, self.recorder(), self.memory, lambda one: told.append(dict(one)))
        asyncio.run(batch.work([self.entry]))
        assert not batch.failures
        self.lines = told
        return told[-1]
