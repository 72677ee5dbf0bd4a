"""A registry of home addresses only: the column is found over a real connection, then watched; a preview stores nothing."""

import json
import os
import subprocess
import sys
from datetime import date

import pytest

from storage import portals, reports
from storage.domain.ids import BodyId, PortalId

from .crawl_office import ROOT, CrawlOffice, moment
from .crawl_server import Web

pytestmark = pytest.mark.flow

HOST = "www.yunxi.gov.test"
EMPTY = "www.kong.gov.test"
DAY = moment(date(2025, 2, 3))
FILLER = "<p>本站刊登本地政务动态、办事指南和公共服务信息，欢迎监督。</p>" * 12
REPORT = (
    "<h2>一、总体情况</h2><p>正文</p><h2>二、主动公开政府信息情况</h2><p>正文</p><h2>三、收到和处理政府信息公开申请情况</h2><p>正文</p>"
)


def _page(body, title):
    return f"<html><head><title>{title}</title></head><body><div class='main'>{body}</div>{FILLER}</body></html>"


@pytest.fixture
def web():
    with Web() as server:
        server.put(f"{HOST}/", _page('<a href="/gk/">政府信息公开</a><a href="/wz/">网站工作年度报表</a>', "云溪县教育局"))
        server.put(f"{HOST}/gk/", _page('<a href="/gk/nb/">政府信息公开年报</a>', "政府信息公开"))
        rows = ""
        for year in (2022, 2023):
            title = f"云溪县教育局{year}年政府信息公开工作年度报告"
            rows += f'<li><a href="./t{year + 1}0120_{year}.html">{title}</a><span>{year + 1}-01-20</span></li>'
            server.put(f"{HOST}/gk/nb/t{year + 1}0120_{year}.html", _page(f'<div class="TRS_Editor">{REPORT}</div>', title))
        server.put(f"{HOST}/gk/nb/", _page(f'<ul class="list">{rows}</ul>', "政府信息公开年报"))
        server.put(f"{EMPTY}/", _page('<a href="/xw/">新闻</a>', "空白县人民政府"))
        yield server


@pytest.fixture
def office(tmp_path, web):
    made = CrawlOffice(tmp_path, {HOST: web.target, EMPTY: web.target})
    made.add("云溪县教育局", f"http://{HOST}/")
    made.add("空白县人民政府", f"http://{EMPTY}/")
    return made


def _run(office, spider, ids, now):
    return {line["portal"]: line for line in office.crawl(now, spider=spider, ids=ids).values()}


def test_home_addresses_are_enough(office, web):
    told = _run(office, "discover", office.entries, DAY)
    assert (told[HOST]["outcome"], [one["url"] for one in told[HOST]["columns"]]) == ("complete", [f"http://{HOST}/gk/nb/"])
    assert (told[EMPTY]["outcome"], told[EMPTY]["reason"]) == ("partial", "no-column-met")
    assert "/wz/" not in web.paths(HOST)
    with office.open() as database:
        with database.read() as c:
            watched = portals.entry_points_of(c, portal_id=PortalId(HOST))
            assert [point.url for point in watched] == [f"http://{HOST}/gk/nb/"]
        _run(office, "watch", [point.id for point in watched], DAY)
        with database.read() as c:
            for year in (2022, 2023):
                assert len(reports.versions(c, BodyId(f"b-{HOST}"), year)) == 1


def test_a_preview_stores_nothing(tmp_path, web):
    office = CrawlOffice(tmp_path, {HOST: web.target})
    done = subprocess.run(
        [sys.executable, "-m", "crawler.preview", "--config", str(office.config), f"http://{HOST}/gk/nb/"],
        cwd=ROOT,
        env={**os.environ, "NIANBAO_NOW": DAY.isoformat()},
        input=json.dumps({"bodies": [["b1", ["云溪县教育局"]]]}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert (told["outcome"], told["columns"][0]["url"]) == ("found", f"http://{HOST}/gk/nb/")
    assert [(row["body"], row["year"], row["decision"]) for row in told["rows"]] == [
        ("云溪县教育局", 2022, "report"),
        ("云溪县教育局", 2023, "report"),
    ]
    assert told["page"]["encoding"] == "utf-8"
    assert told["canary"] == {"seen": True, "years": [2023, 2022]}
    assert not list(tmp_path.rglob("*.sqlite3"))
    assert not list(tmp_path.rglob("archive"))
