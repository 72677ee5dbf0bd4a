"""A server of many small portals for the crawling benchmark, a process of its own: `python crawl_server.py HOSTS REPORTS`.

Fast and dull on purpose, so that it is never what is measured. One host `hN.bench.test` has one list on one page and that many reports of
about 19 KB; `/at/N/…` is host N for clients that can only be given this machine's address. Prints its port and, for a line on standard
input, answers: `count` how many requests came and over how many seconds since the last `count`; `edit N` changes every Nth list.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import sys
import time
from dataclasses import dataclass, field

BODIES = ("教育局", "财政局", "民政局", "审计局", "水利局", "统计局", "司法局", "交通运输局")
FILLING = "<p>坚持以公开为常态、不公开为例外，全年主动公开各类信息，办理依申请公开，未发生行政复议与行政诉讼。</p>\n" * 120
REPORT = re.compile(r"/zwgk/nb/t(\d+)\.html")


def host_name(number: int) -> str:
    """The name of one portal."""
    return f"h{number}.bench.test"


def body_names(number: int) -> tuple[str, ...]:
    """The bodies that publish on it."""
    return tuple(f"第{number}县{office}" for office in BODIES)


def title_of(number: int, report: int) -> str:
    """The heading of one report."""
    return f"{body_names(number)[report % len(BODIES)]}{2024 - report // len(BODIES)}年政府信息公开工作年度报告"


@dataclass
class Portals:
    """All of them. `edits` counts the changes made to each list."""

    hosts: int
    reports: int
    edits: dict[int, int] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)

    def page(self, number: int, path: str) -> bytes | None:
        """What stands under that path; None for nothing."""
        if path == "/zwgk/nb/":
            return self._list(number).encode()
        found = REPORT.fullmatch(path)
        return self._report(number, int(found[1])).encode() if found and int(found[1]) < self.reports else None

    def _list(self, number: int) -> str:
        other = [
            f'<li><a href="x{edit}.html" title="第{number}县法治政府建设年度报告之{edit}">法治报告</a><span>2025-01-02</span></li>'
            for edit in range(self.edits.get(number, 0))
        ]
        mine = [
            f'<li><a href="t{report}.html" title="{title_of(number, report)}">年报</a><span>{2025 - report // 8}-01-20</span></li>'
            for report in range(self.reports)
        ]
        head = '<meta charset="utf-8"><meta name="ColumnName" content="政府信息公开年报"><title>政府信息公开年报</title>'
        return f'<html><head>{head}</head><body><ul class="list">{"".join(other + mine)}</ul></body></html>'

    def _report(self, number: int, report: int) -> str:
        title = title_of(number, report)
        tags = f'<meta name="ArticleTitle" content="{title}"><meta name="PubDate" content="2025-01-20">'
        head = f'<meta charset="utf-8">{tags}<title>{title}</title>'
        return f'<html><head>{head}</head><body><div class="TRS_Editor"><h2>一、总体情况</h2>{FILLING}</div></body></html>'

    def answer(self, host: str, path: str, tag: str) -> bytes:
        """The whole answer, head and body."""
        number = re.match(r"h(\d+)\.", host)
        at = re.match(r"/at/(\d+)(/.*)", path)
        body = self.page(int(at[1]), at[2]) if at else self.page(int(number[1]), path) if number else None
        if body is None:
            return b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 18\r\n\r\n<title>404</title>"
        own = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        if tag == own:
            return f"HTTP/1.1 304 Not Modified\r\nETag: {own}\r\nContent-Length: 0\r\n\r\n".encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nETag: {own}\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body

    def told(self, line: str) -> dict[str, object]:
        """Obey one line."""
        word, _, value = line.strip().partition(" ")
        if word == "edit":
            for number in range(0, self.hosts, int(value)):
                self.edits[number] = self.edits.get(number, 0) + 1
            return {"edited": len(range(0, self.hosts, int(value)))}
        times, self.times = self.times, []
        return {"requests": len(times), "seconds": times[-1] - times[0] if times else 0.0}


async def _talk(portals: Portals, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            named = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
            writer.write(portals.answer(named.get("host", ""), head[0].split(" ")[1], named.get("if-none-match", "")))
            await writer.drain()
            portals.times.append(time.monotonic())
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _serve(portals: Portals) -> None:
    server = await asyncio.start_server(lambda reader, writer: _talk(portals, reader, writer), "127.0.0.1", 0, backlog=512)
    sys.stdout.write(json.dumps({"port": server.sockets[0].getsockname()[1]}) + "\n")
    sys.stdout.flush()
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        sys.stdout.write(json.dumps(portals.told(line)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_serve(Portals(int(sys.argv[1]), int(sys.argv[2]))))
