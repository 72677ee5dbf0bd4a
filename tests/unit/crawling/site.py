"""A portal in memory and the fetch that asks it: visits without a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.discovery.troubles import Trouble
from crawler.errands import WATCH, Errand
from crawler.fetching import NO_VALIDATORS, Reply
from crawler.page import page
from crawler.recording import Recorder
from crawler.robots import HostMemory
from crawler.visiting import Done, visit
from storage import bodies, portals
from storage.archive.store import open_archive
from storage.database import open_database
from storage.domain.clock import FixedClock
from storage.domain.enums import BodyKind, BodyLevel, VisitOutcome
from storage.domain.ids import BodyId, PortalId
from storage.domain.registry import Body, Portal

HOME = "http://www.yunxi.gov.test/"
LIST = "http://www.yunxi.gov.test/zwgk/nb/"
START = datetime(2025, 2, 3, 3, 0, tzinfo=UTC)
SECTIONS = "".join(
    f"<h2>{title}</h2><p>正文</p>" for title in ("一、总体情况", "二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况")
)


@dataclass
class Site:
    """Addresses and their answers: bytes or text, a status, a Trouble, a pair of the address it was led to and one of these, or a
    function of the number of times it was asked.
    """

    pages: dict[str, object] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    conditional: bool = True
    clock: FixedClock = field(default_factory=lambda: FixedClock(START))

    async def __call__(self, ask, portal, role, *, validators=NO_VALIDATORS, tier="http"):
        self.asked.append((ask.method, ask.url))
        answer = self.pages.get(ask.url, 404)
        if isinstance(answer, Callable):
            answer = answer(ask)
        now = self.clock.now()
        if isinstance(answer, Trouble):
            return Reply(None, answer, now, now)
        if isinstance(answer, BaseException):
            raise answer
        final, answer = answer if isinstance(answer, tuple) else (ask.url, answer)
        status, body = (answer, "<title>404</title>") if isinstance(answer, int) else (200, answer)
        data = body.encode() if isinstance(body, str) else body
        etag = f'"{hash(data)}"'
        if self.conditional and validators.etag == etag:
            return Reply(page(final, 304, b"", {"etag": etag}, requested_url=ask.url), None, now, now)
        kind = "application/pdf" if data.startswith(b"%PDF") else "text/html; charset=utf-8"
        headers = {"content-type": kind} | ({"etag": etag} if self.conditional and status == 200 else {})
        head = "\n".join([f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items())])
        return Reply(page(final, status, data, headers, requested_url=ask.url), None, now, now, ask.method, head, "127.0.0.1")


def row(path: str, title: str, day: str) -> str:
    return f'<li><a href="{path}" title="{title}">{title}</a><span>{day}</span></li>'


def listing(*rows: str, pager: str = "") -> str:
    return f'<html><head><title>政府信息公开年报-云溪县</title></head><body><ul class="list">{"".join(rows)}</ul>{pager}</body></html>'


def report(title: str, *, extra: str = "", day: str = "2025-01-20") -> str:
    return (
        f'<html><head><meta name="ArticleTitle" content="{title}"><meta name="PubDate" content="{day} 09:00"></head>'
        f'<body><div class="TRS_Editor">{SECTIONS}{extra}</div></body></html>'
    )


def reports(*years: int) -> tuple[dict[str, object], list[str]]:
    """Pages and list rows of the education bureau's reports of these years."""
    pages, rows = {}, []
    for year in years:
        title = f"云溪县教育局{year}年政府信息公开工作年度报告"
        path = f"t{year + 1}0120_{year}.html"
        pages[LIST + path] = report(title, day=f"{year + 1}-01-20")
        rows.append(row(path, title, f"{year + 1}-01-20"))
    return pages, rows


class Office:
    """A database, an archive and one entry point; `visit()` visits it and writes the result."""

    def __init__(
        self, folder: Path, site: Site, *, body_names: tuple[str, ...] = ("云溪县教育局",), family: str = "", url: str = LIST
    ) -> None:
        self.site, self.clock = site, site.clock
        self.database = open_database(f"sqlite:///{folder / 'n.sqlite3'}")
        self.archive = open_archive((folder / "archive").as_uri())
        self.memory = HostMemory(folder / "hosts.json")
        now = self.clock.now()
        with self.database.write() as c:
            ids = []
            for number, name in enumerate(body_names):
                ids.append(BodyId(f"b{number}"))
                bodies.upsert(c, Body(ids[-1], name, BodyKind.DEPARTMENT, BodyLevel.COUNTY, "990101"), now)
            portals.upsert(c, Portal(PortalId("p"), "云溪县", HOME, "p", delay_seconds=0.0), now)
            self.entry = portals.add_entry_point(c, PortalId("p"), url, now=now, family=family, body_ids=ids)

    @property
    def recorder(self) -> Recorder:
        return Recorder(self.database, self.archive, self.clock)

    async def visit(self, *, days: int = 0, errand: Errand = WATCH) -> Done:
        self.clock.advance(timedelta(days=days))
        self.site.asked.clear()
        recorder = self.recorder
        done = await visit(self.site, recorder, self.memory, self.entry, errand=errand)
        await recorder.finish(done.visit_id, done.before, done.result, family=done.family, validators=done.validators)
        return done


UNREACHABLE = Trouble(VisitOutcome.UNREACHABLE, "timeout")
