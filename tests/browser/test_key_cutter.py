"""A list that only a browser shows, visited on several days with Chromium itself: how often it is started, and what is asked instead."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from crawler.browser import find_browser
from crawler.demo.http_server import SimulatedPortals
from crawler.demo.pages import not_found
from crawler.demo.portal import styles
from crawler.demo.publications import Publications
from crawler.demo.sites import script
from storage import list_keys, reports
from storage.settings import load
from tests.flows.crawl_office import CrawlOffice, moment
from tests.unit.crawling.style_reading import entries, site, with_report

pytestmark = [pytest.mark.browser, pytest.mark.skipif(find_browser(load()) is None, reason="no Chromium")]

FIRST = date(2025, 2, 3)
BODY = "青浦示例县教育局"


class Scripted:
    """A simulated portal whose list needs a browser: its script computes a word for its interface from another word in the page."""

    def __init__(self):
        self.plan = site("script", "/zwgk/nb/")
        self.lines = with_report(entries(3), "html")
        self.server = SimulatedPortals(self._answer, [self.plan.host], FIRST)
        self._mark = 0

    def _answer(self, day, host, request):
        if request.path == "/robots.txt":
            return not_found(self.plan)
        return styles()["script"](self.plan, Publications({self.plan.host: self.lines}), day, request)

    def taken(self):
        """How often the column's page and its interface were asked since the last call."""
        found = [line.path.partition("?")[0] for line in self.server.log[self._mark :]]
        self._mark = len(self.server.log)
        return found.count(self.plan.column_path), found.count(script.DATA)


def _crawl(office, day):
    """A crawl of the list; the line of its visit, and how many browsers were started."""
    lines = office.told(moment(day))
    return next(line for line in lines if line["event"] == "visit"), next(line for line in lines if line["event"] == "end")[
        "browser_launches"
    ]


def test_a_browser_is_started_once_for_many_visits_and_again_when_the_interface_changes(tmp_path):
    portal = Scripted()
    with portal.server as serving:
        office = CrawlOffice(tmp_path, serving.hosts, {"crawl_timeout_seconds": 60})
        office.add(BODY, portal.plan.column_url, tier="browser")
        told = []
        for number in range(4):
            if number == 2:
                serving.advance(FIRST + timedelta(days=2))
                portal.plan = replace(portal.plan, code="9901010077")
            line, launches = _crawl(office, FIRST + timedelta(days=number))
            told.append((line["outcome"], line["items"], launches, portal.taken()))
    # Page and interface by the browser, and the interface once more without it; then the interface alone.
    cut, used = ("complete", 3, 1, (1, 2)), ("complete", 3, 0, (0, 1))
    refused_then_cut = ("complete", 3, 1, (1, 3))
    assert told == [cut, used, refused_then_cut, used]
    with office.open() as database, database.read() as c:
        assert len(reports.list_current(c)) == 1
        history = list_keys.history(c, office.entries[0])
    assert [(key.uses, key.reason) for key in history] == [(1, ""), (1, "blocked:status-403")]
