"""The errand `gapfill` over a real connection: the portal's search is found on its home page, asked politely, and its report archived."""

from datetime import date
from urllib.parse import quote

import pytest

from storage import duties, reports, searches, visits
from storage.domain.duties import Duty, DutyKey, DutyState
from storage.domain.enums import DutyStatus
from storage.domain.ids import BodyId, PortalId

from .crawl_office import CrawlOffice, moment
from .crawl_server import Served, Web

pytestmark = pytest.mark.flow

HOST = "www.yunxi.gov.test"
NAME = "云溪县教育局"
DAY = moment(date(2025, 2, 5))
TITLE = f"{NAME}2024年政府信息公开工作年度报告"
FIELDS = '<input type="hidden" name="channelid" value="7"><input name="searchword"><button>检索</button>'
FORM = f'<form action="/was5/web/search" method="get">{FIELDS}</form>'


@pytest.fixture
def web():
    with Web() as server:
        words = "<p>本站刊登本地政务动态、办事指南和公共服务信息，欢迎监督。</p>" * 12
        server.put(f"{HOST}/", f"<html><title>{NAME}</title><body>{words}{FORM}</body></html>")
        row = f'<ul><li><a href="/zw/t20250120_1.html">{TITLE}</a><span>2025-01-20</span></li></ul>'
        query = f"channelid=7&searchword={quote('2024年政府信息公开工作年度报告')}"
        server.put(f"{HOST}/was5/web/search?{query}", f"<html><title>检索</title><body>{words}{row}</body></html>")
        server.put(f"{HOST}/zw/t20250120_1.html", f"<html><title>{TITLE}</title><body><div class='TRS_Editor'>{words}</div></body></html>")
        yield server


def _gapfill(office):
    return [line for line in office.told(DAY, spider="gapfill") if line["event"] == "visit"]


def _owe(office):
    key = DutyKey(BodyId(f"b-{HOST}"), 2024)
    with office.open() as database, database.write() as c:
        duty = Duty(key, date(2025, 1, 31), "条例", "v", "990101")
        duties.save_state(c, duty, DutyState(key, DutyStatus.UNKNOWN, DAY), cause="test", actor="test")
    return key


def test_a_report_that_no_list_shows_is_found_by_the_search(tmp_path, web):
    office = CrawlOffice(tmp_path, {HOST: web.target})
    office.add(NAME, f"http://{HOST}/nb/")
    key = _owe(office)
    told = _gapfill(office)
    assert [(one["outcome"], one["new_versions"], one["qualified"]) for one in told] == [("complete", 1, False)]
    with office.open() as database, database.read() as c:
        assert reports.current(c, key.body_id, 2024).found.url == f"http://{HOST}/zw/t20250120_1.html"
    asked = web.paths(HOST)
    assert len(asked) == 4, "robots, home page, one question, the report"
    assert [one["reason"] for one in _gapfill(office)] == [""]
    assert web.paths(HOST) == asked, "the same question is not put twice in a day"


def test_a_search_that_is_forbidden_is_not_asked(tmp_path, web):
    web.pages[f"{HOST}/robots.txt"] = Served(b"User-agent: *\nDisallow: /was5/\n", 200, {"Content-Type": "text/plain"})
    office = CrawlOffice(tmp_path, {HOST: web.target})
    office.add(NAME, f"http://{HOST}/nb/")
    key = _owe(office)
    assert [(one["outcome"], one["reason"]) for one in _gapfill(office)] == [("blocked", "robots-disallowed")]
    assert not [path for path in web.paths(HOST) if "was5" in path]
    with office.open() as database, database.read() as c:
        assert visits.negatives(c, key.body_id, 2024) == ()
        assert searches.asked_since(c, searches.entry_of(c, PortalId(HOST)).id, DAY) == frozenset()
