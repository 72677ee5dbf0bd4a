"""Bodies with a folder of a portal to themselves: each home page is searched from, and watched only for want of a column."""

import asyncio
from datetime import timedelta

import pytest

from crawler.discovering import discovery_batch
from storage import discoveries, portals, registry_import
from storage.domain.ids import PortalId
from storage.domain.registry import SUBSITE

from .site import HOME, LIST, Office, Site, listing, reports, row

TABLE = "单位名称,网址,地区代码,类型,层级\n云溪县教育局,{home}jyj/,990101,政府部门,县级\n云溪县水利局,{home}slj/,990101,政府部门,县级\n"
FILLER = "<p>本站刊登本地政务动态、办事指南和公共服务信息，欢迎监督。</p>" * 12
P = PortalId("www.yunxi.gov.test")
BUREAU, WATER = f"{HOME}jyj/", f"{HOME}slj/"


def _page(*links):
    return f"<html><title>云溪县</title><body>{''.join(f'<a href={url}>{words}</a>' for url, words in links)}{FILLER}</body></html>"


@pytest.fixture
def office(tmp_path):
    pages, rows = reports(2021, 2022, 2023)
    own = [row(f"{year}.html", f"{year}年政府信息公开工作年度报告", f"{year + 1}-01-20") for year in (2022, 2023)]
    pages |= {HOME: _page((LIST, "政府信息公开年报")), LIST: listing(*rows)}
    pages |= {
        BUREAU: _page((LIST, "市政府信息公开年报"), (f"{BUREAU}gk/", "政府信息公开")),
        f"{BUREAU}gk/": _page((f"{BUREAU}gk/nb/", "信息公开年报")),
    }
    pages |= {f"{BUREAU}gk/nb/": listing(*own), WATER: _page((LIST, "县政府信息公开年报"))}
    made = Office(tmp_path, Site(pages), url=HOME)
    with made.database.write() as c:
        table = f"单位名称,网址,地区代码,类型,层级\n云溪县,{HOME},990101,人民政府,县级\n" + TABLE.partition("\n")[2].format(home=HOME)
        assert registry_import.import_csv(c, table.encode(), now=made.clock.now()).written
    yield made
    made.database.close()


def _points(office, **named):
    with office.database.read() as c:
        return {point.url: point for point in portals.entry_points_of(c, portal_id=P, **named)}


def test_a_second_home_page_on_a_host_is_no_column(office):
    points = _points(office)
    assert {url for url, point in points.items() if SUBSITE in point.params} == {BUREAU, WATER}
    with office.database.read() as c:
        assert P in {portal.id for portal in discoveries.due(c, office.clock.now())}


def test_each_folder_is_searched_for_a_column_of_its_own(office):
    lines = []
    entry = _points(office)[HOME].id
    batch = discovery_batch(office.site, office.recorder, office.memory, lines.append)
    asyncio.run(batch.work([entry]))
    assert (batch.failures, lines[0]["outcome"]) == ([], "complete")
    assert set(_points(office)) == {LIST, f"{BUREAU}gk/nb/", WATER}
    assert office.site.asked.count(("GET", LIST)) == 1
    office.clock.advance(timedelta(days=20))
    asyncio.run(batch.work([entry]))
    assert set(_points(office)) == {LIST, f"{BUREAU}gk/nb/", WATER}
