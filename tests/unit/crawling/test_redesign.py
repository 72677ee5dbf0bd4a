"""A portal made anew is our blindness: whatever becomes of the list, nothing is called missing because of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.evaluate import evaluate_duties
from storage import duties, portals, visits
from storage.domain.duties import DutyKey
from storage.domain.enums import DutyStatus, SourceHealth
from storage.domain.ids import BodyId
from tests.unit.crawling.site import LIST, Office, Site, listing, report, row
from tests.unit.crawling.site import reports as report_pages

NEWS = tuple(row(f"t20250201_{n}.html", f"云溪县教育局2024年部门预算公开说明之{n}", "2025-02-01") for n in range(4))
LAST_YEARS = row("t20240120_2023.html", "云溪县教育局2023年政府信息公开工作年度报告", "2024-01-20")
BUNDLE = '<script src="/static/app.8f2c.js"></script>'

REDESIGNS = {
    "the column moved": "<html><title>云溪县</title><body><p>本栏目已迁移，请点击<a href='/gk/new/'>这里</a></p></body></html>",
    "the column moved by script": "<html><body><script>location.href='/gk/new/index.html'</script></body></html>",
    "links renamed": listing(*(row(f"t2024012{n}_1.html", "查看详情", "2024-01-20") for n in range(3))),
    "links with years alone": listing(*(f'<li><a href="/gk/{year}/">{year}年</a></li>' for year in (2024, 2023, 2022))),
    "a pager nobody knows": listing(*NEWS, pager='<div class="pg" data-pages="3"><b onclick="go(2)">下一页</b></div>'),
    "a pager nobody knows after last year's report": listing(
        LAST_YEARS, *NEWS, pager='<div>共 3 页 当前第 1 页</div><b onclick="go(2)">下一页</b>'
    ),
    "more on demand": listing(*NEWS, pager='<button id="more" onclick="more()">加载更多</button>'),
    "rows made by script": f'<html><title>云溪县</title><body><div id="app"></div>{BUNDLE}</body></html>',
    "rows made by script, with a notice": f'<html><body><noscript>请启用 JavaScript</noscript><div id="root"></div>{BUNDLE}</body></html>',
    "a search form": '<html><title>信息公开</title><body><form action="/s"><input name="q"><button>查询</button></form></body></html>',
    "a table of columns": "<html><table><tr><td><a href='/a/'>机构职能</a></td><td><a href='/b/'>政策文件</a></td></tr></table></html>",
    "a frame of another host": '<html><body><iframe src="http://new.yunxi.example/list"></iframe></body></html>',
}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A list with the reports of 2023 and 2022, seen before the deadline, when nothing of 2024 was there."""
    site = Site()
    site.clock.advance(timedelta(days=-14))
    pages, rows = report_pages(2023, 2022)
    site.pages |= pages | {LIST: listing(*rows)}
    opened = Office(tmp_path, site)
    for _ in range(3):
        assert asyncio.run(opened.visit(days=1)).result.qualified
    yield opened
    opened.database.close()


def status(office: Office) -> DutyStatus:
    evaluate_duties(office.database, office.clock, 2024)
    with office.database.read() as connection:
        stored = duties.get(connection, DutyKey(BodyId("b0"), 2024))
    assert stored is not None
    return stored.state.status


@pytest.mark.parametrize("kind", REDESIGNS)
def test_a_redesign_is_no_absence(office: Office, kind: str) -> None:
    """Made anew before the deadline, with this year's report somewhere the list does not show it."""
    site = office.site
    assert isinstance(site, Site)
    site.pages = {LIST: REDESIGNS[kind], "http://www.yunxi.gov.test/gk/2024/a.html": report("云溪县教育局2024年政府信息公开工作年度报告")}
    site.pages |= {LIST + f"t2024012{n}_1.html": report("云溪县教育局2023年政府信息公开工作年度报告", day="2024-01-20") for n in range(1)}
    for day in (8, 1, 1, 1, 1, 1, 1):
        result = asyncio.run(office.visit(days=day)).result
        assert not result.qualified, result
        assert status(office) is not DutyStatus.MISSING
    assert status(office) is DutyStatus.UNKNOWN
    with office.database.read() as connection:
        health = portals.status(connection, office.entry)
        assert len(visits.negatives(connection, BodyId("b0"), 2024)) == 3, "those of before"
    assert health.health in {SourceHealth.BLIND, SourceHealth.DEGRADED}, health
    assert health.reason


def test_the_old_list_back_again_says_what_it_can(office: Office) -> None:
    site = office.site
    before = dict(site.pages)
    site.pages = {LIST: REDESIGNS["rows made by script"]}
    asyncio.run(office.visit(days=12))
    site.pages = before
    assert asyncio.run(office.visit(days=1)).result.qualified
    assert status(office) is DutyStatus.MISSING
