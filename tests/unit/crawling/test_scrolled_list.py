"""Lists that show their first rows and ask for the rest by script: followed where the script says how and the rows bear it out."""

import asyncio
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.page import page
from crawler.script_requests import script_requests
from storage.domain.enums import VisitOutcome

from .site import HOME, LIST, listing, report, reports, row

API = HOME + "api/list"
YEARS = tuple(range(2023, 2007, -1))
EACH = 10
DAY = "{}-01-20"
SCROLLS = "$(window).scroll(function(){ if ($(window).scrollTop() > 1) { page++; load(); } });"
BY_GET = 'function load(){ $.getJSON("/api/list", {channel: 12, page: page, size: size}, function(d){ show(d); }); }'
CALLS = {
    "getJSON": BY_GET,
    "ajax": 'function load(){ $.ajax({url: "/api/list", type: "get", data: {"channel": "12", page: page, size: size}, success: show}); }',
    "post": 'function load(){ $.ajax({url: "/api/list", type: "POST", data: {channel: "12", pageNo: page, size: 10}, success: show}); }',
    "axios": 'function load(){ axios.get("/api/list", {params: {channel: 12, page: page, size: size}}).then(show); }',
    "fetch": "function load(){ fetch(`/api/list?channel=12&page=${page}&size=10`).then(show); }",
    "joined": 'function load(){ $.get("/api/list?channel=12&size=10&page=" + page, show); }',
}


def _script(call):
    return f"<script>var page = 1; var size = 10; var other = window.a; {SCROLLS} {call}</script>"


def _page(shown, call=BY_GET):
    return listing(*shown, pager=_script(call))


class Portal:
    """Sixteen reports, ten of them on the page, the rest behind its script. `wrong` is what the script's address answers instead."""

    def __init__(self, site, call=BY_GET, *, total=True, wrong=None):
        self.site, self.total, self.wrong = site, total, wrong
        pages, rows = reports(*YEARS)
        site.pages = _Pages(pages | {LIST: _page(rows[:EACH], call)}, self.answer)
        self.asked = []

    def answer(self, ask):
        sent = {name: values[0] for name, values in parse_qs(urlsplit(ask.url).query).items()} | dict(ask.form)
        self.asked.append(sent)
        if self.wrong is not None:
            return self.wrong(sent)
        if (sent.get("channel"), sent.get("size")) != ("12", "10"):
            return 404
        place = int(sent.get("page") or sent["pageNo"])
        years = YEARS[(place - 1) * EACH : place * EACH] if place else ()
        rows = [
            {
                "title": f"云溪县教育局{year}年政府信息公开工作年度报告",
                "url": f"{LIST}t{year + 1}0120_{year}.html",
                "date": f"{year + 1}-01-20",
            }
            for year in years
        ]
        return json.dumps({"data": {"rows": rows} | ({"total": len(YEARS)} if self.total else {})})


class _Pages(dict):
    def __init__(self, pages, answer):
        super().__init__(pages)
        self.answer = answer

    def get(self, url, default=None):
        return self.answer if url.startswith(API) else super().get(url, default)


def _visit(office, days=0):
    return asyncio.run(office.visit(days=days))


@pytest.mark.parametrize(("call", "total"), [*((call, True) for call in CALLS), ("getJSON", False)])
def test_the_rest_is_asked_for_as_the_script_would(office, site, call, total):
    portal = Portal(site, CALLS[call], total=total)
    done = _visit(office)
    assert (done.result.outcome, done.result.items_seen, done.new_versions) == (VisitOutcome.COMPLETE, len(YEARS), len(YEARS))
    assert len(portal.asked) <= 3 + 4


def test_a_later_visit_finds_what_came_behind_the_first_rows(office, site):
    Portal(site)
    _visit(office)
    again = _visit(office, days=1)
    assert (again.result.outcome, again.result.items_seen, again.new_versions) == (VisitOutcome.COMPLETE, len(YEARS), 0)


def _same(sent):
    return Portal.answer(_Whole(), _Ask({**sent, "page": "1"}))


class _Whole:
    wrong, total = None, False

    def __init__(self):
        self.asked = []


class _Ask:
    def __init__(self, sent):
        self.url, self.form = API + "?" + "&".join(f"{name}={value}" for name, value in sent.items()), ()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda sent: 404,
        lambda sent: json.dumps({"code": 500, "data": None}),
        lambda sent: json.dumps({"data": {"rows": [{"title": "招聘公告", "url": "/a.html"}] * EACH}}),
        lambda sent: report("云溪县教育局"),
        _same,
        lambda sent: _same(sent) if sent["page"] == "1" else json.dumps({"data": {"rows": []}}),
    ],
    ids=["absent", "no-rows", "other-rows", "a-page", "first-again", "nothing-behind"],
)
def test_what_the_rows_do_not_bear_out_leaves_the_list_half_read(office, site, wrong):
    portal = Portal(site, wrong=wrong)
    done = _visit(office)
    assert (done.result.outcome, done.result.reason, done.result.items_seen) == (VisitOutcome.PARTIAL, "pager-not-understood", EACH)
    assert not done.result.whole_list
    assert len(portal.asked) <= 5


def test_a_challenge_behind_the_script_ends_the_visit(office, site):
    portal = Portal(site, wrong=lambda sent: 412)
    done = _visit(office)
    assert (done.result.outcome, done.result.whole_list, len(portal.asked)) == (VisitOutcome.PARTIAL, False, 1)
    assert [url for _, url in site.asked][-1].startswith(API)


@pytest.mark.parametrize(
    "call",
    [
        BY_GET.replace("size: size", "size: other"),
        BY_GET.replace("/api/list", "http://www.elsewhere.test/api/list"),
        BY_GET.replace('"/api/list"', "address()"),
        BY_GET.replace("page: page, ", ""),
    ],
    ids=["unknown-value", "another-host", "no-address", "no-page"],
)
def test_what_cannot_be_read_in_the_script_is_not_guessed(office, site, call):
    portal = Portal(site, call)
    assert (_visit(office).result.reason, portal.asked) == ("pager-not-understood", [])
    assert script_requests(page(LIST, 200, _page([row("a.html", "a", "2025-01-01")], call).encode(), {"content-type": "text/html"})) == ()
