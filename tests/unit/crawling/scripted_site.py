"""A portal whose list only a browser shows, in memory: the rendered page, and what its script asked to fill it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlsplit

from crawler.keys import Exchange

from .site import LIST, Site, listing, report, row

API = "http://www.yunxi.gov.test/api/list"
SHELL = "<html><title>年报</title><body><div id='app'></div><script src='/app.js'></script></body></html>"


@dataclass
class ScriptedSite(Site):
    """`years` are the reports there are; `headers` and `query` what the script sends; `refuses` is what a plain request gets instead."""

    years: tuple[int, ...] = (2024, 2023)
    query: str = "channel=7&page=1&size=15"
    headers: dict[str, str] = field(default_factory=lambda: {"accept": "application/json", "cookie": "sid=1", "x-token": "abc"})
    refuses: object = None
    size: int = 15
    rendered: int = 0
    plain: list[str] = field(default_factory=list)

    def title(self, year: int) -> str:
        return f"云溪县教育局{year}年政府信息公开工作年度报告"

    def path(self, year: int) -> str:
        return f"/zwgk/nb/t{year + 1}0120_{year}.html"

    def rows(self, page: int = 1) -> list[dict[str, object]]:
        part = self.years[(page - 1) * self.size : page * self.size]
        return [{"id": f"t{year + 1}0120_{year}", "title": self.title(year), "pubDate": f"{year + 1}-01-20 09:00:00"} for year in part]

    def answer(self, page: int = 1) -> bytes:
        return json.dumps({"code": 0, "data": {"list": self.rows(page), "total": len(self.years)}}, ensure_ascii=False).encode()

    async def __call__(self, ask, portal, role, **rest):
        if rest.get("tier") == "browser":
            return await self._render(ask, portal, role, **rest)
        if ask.url.startswith(API):
            self.plain.append(ask.url)
            query = dict(parse_qsl(urlsplit(ask.url).query))
            ours = self.refuses if self.refuses is not None else self.answer(int(query.get("page", "1")))
            self.pages[ask.url] = ours
        self.pages |= {
            f"http://www.yunxi.gov.test{self.path(year)}": report(self.title(year), day=f"{year + 1}-01-20") for year in self.years
        }
        reply = await super().__call__(ask, portal, role, **rest)
        if ask.url.startswith(API) and reply.page is not None and reply.page.status == 200:
            reply = replace(reply, page=replace(reply.page, headers={"content-type": "application/json"}))
        return reply

    async def _render(self, ask, portal, role, **rest):
        self.rendered += 1
        shown = [row(self.path(year), self.title(year), f"{year + 1}-01-20") for year in self.years[: self.size]]
        self.pages[LIST] = listing(*shown)
        reply = await super().__call__(ask, portal, role, **{name: value for name, value in rest.items() if name != "validators"})
        seen = Exchange(f"{API}?{self.query}", "GET", self.headers, "", 200, "application/json", self.answer())
        noise = Exchange("http://www.yunxi.gov.test/api/weather", "GET", {}, "", 200, "application/json", b'{"data": [{"title": "x"}]}')
        return replace(reply, exchanges=(noise, seen))
