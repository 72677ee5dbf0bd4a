"""The errand that asks a portal's own search for reports not found: what it finds, and that its silence proves nothing."""

import base64
import json
from dataclasses import replace
from datetime import date

import pytest

from crawler.demo.site_search import SearchPlan
from crawler.gap_visit import MAX_PAGES, MAX_QUERIES
from crawler.gapfilling import SEARCH_DELAY
from crawler.search_scan import SearchForm, search_ask
from storage import evidence, portals, registry_export, reports, searches, sightings, visits
from storage.domain.duties import DutyKey
from storage.domain.enums import DutyStatus, SourceHealth, VisitOutcome
from storage.domain.visits import Decision

from .searched_site import BODIES, HOST, Searched, SearchOffice, address, line

DIALECTS = ("hanweb_jsearch", "trs_irs", "vsb_lucene", "html_form")
OTHERS = tuple(
    line(900 + n, "云溪县水利局", 2024, f"云溪县水利局2024年部门决算公开说明（{n}）", "website", date(2025, 1, 2)) for n in range(4)
)
HIDDEN = line(7, BODIES[0], 2024)


def _open(tmp_path, dialect="hanweb_jsearch", fault="", lines=(*OTHERS, HIDDEN), **kwargs):
    site = Searched(SearchPlan(dialect, address, fault), lines)
    return SearchOffice(tmp_path, site, **kwargs)


def _version(office, name=BODIES[0], year=2024):
    with office.database.read() as c:
        return reports.current(c, office.ids[name], year)


def _visit(office):
    with office.database.read() as c:
        return visits.recent(c, searches.entry_of(c, "p").id)[0]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_report_in_no_list_is_found_by_the_search_of_each_kind(tmp_path, dialect):
    office = _open(tmp_path, dialect)
    told = office.gapfill()
    assert (told["outcome"], told["new_versions"]) == ("complete", 1)
    version = _version(office)
    assert version.found.url == f"http://{HOST}{address(HIDDEN)}"
    assert str(version.found.published_on) == "2025-01-20"
    assert _version(office, BODIES[1]) is None
    with office.database.read() as c:
        entry = searches.entry_of(c, "p")
        assert (entry.family, entry.tier, entry.enabled) == (dialect, "search", False)
        assert portals.status(c, entry.id).health is SourceHealth.DISABLED
        assert [one.id for one in portals.entry_points_of(c)] == [office.entry], "a search is no list to be watched"


def test_only_reports_still_open_shortly_after_their_due_date_are_asked_for(tmp_path):
    office = _open(tmp_path, statuses={BODIES[1]: DutyStatus.ON_TIME, BODIES[2]: DutyStatus.NOT_DUE}, lines=OTHERS)
    office.owe(BODIES[1], 2021, DutyStatus.MISSING)
    office.owe(BODIES[2], 2024, DutyStatus.UNKNOWN, date(2025, 3, 31))
    office.gapfill()
    asked = {dict(ask.form)["q"] for ask in office.site.searches()}
    assert asked == {"2024年政府信息公开工作年度报告", f"{BODIES[0]}2024年政府信息公开工作年度报告"}
    assert office.site.delays == {SEARCH_DELAY}
    with office.database.read() as c:
        assert searches.asked_since(c, searches.entry_of(c, "p").id, office.clock.now()) == {DutyKey(office.ids[BODIES[0]], 2024)}


def test_the_same_gap_is_left_alone_for_some_days(tmp_path):
    office = _open(tmp_path, lines=OTHERS)
    office.gapfill()
    office.gapfill(days=1)
    assert office.site.asked == []
    office.site.lines = (*OTHERS, replace(HIDDEN, published_on=date(2025, 2, 6)))
    told = office.gapfill(days=3)
    assert (told["outcome"], told["new_versions"]) == ("complete", 1)


def test_without_a_gap_nothing_is_asked(tmp_path):
    office = _open(tmp_path, statuses=dict.fromkeys(BODIES, DutyStatus.ON_TIME))
    assert office.gapfill()["reason"] == "no-gaps"
    assert office.site.asked == []


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("fault", "outcome", "reason"),
    [
        ("broken", "unreachable", "status-500"),
        ("challenge", "challenged", "status-412"),
        ("nonsense", "layout_changed", "search-not-understood"),
        ("nothing", "partial", "search-empty"),
        ("forgetful", "complete", ""),
    ],
)
def test_a_search_that_shows_nothing_says_why_and_proves_nothing(tmp_path, dialect, fault, outcome, reason):
    office = _open(tmp_path, dialect, fault)
    told = office.gapfill()
    assert (told["outcome"], told["reason"], told["qualified"]) == (outcome, reason, False)
    visit = _visit(office)
    assert (visit.qualified, visit.result.inconclusive_reason) == (False, "search-only")
    key = DutyKey(office.ids[BODIES[0]], 2024)
    with office.database.read() as c:
        assert visits.negatives(c, key.body_id, 2024) == ()
        assert evidence.gather(c, [key])[key].negatives == ()
        assert evidence.gather(c, [key])[key].routes == (office.entry,)
    if outcome not in {"complete", "partial"}:
        assert not visit.result.facts["asked"], "a question without an answer is asked again"


def test_a_home_page_without_a_search_is_its_own_outcome(tmp_path):
    office = _open(tmp_path)
    office.site._answer = lambda ask: type(office.site)._answer(office.site, replace(ask, url=f"http://{HOST}/nowhere.html"))
    assert office.gapfill()["reason"] == "status-404"
    with office.database.read() as c:
        assert searches.entry_of(c, "p") is None


def test_look_alikes_and_other_peoples_reports_are_left_where_they_are(tmp_path):
    lines = (
        line(1, BODIES[0], 2024, f"一图读懂《{BODIES[0]}2024年政府信息公开工作年度报告》", "explainer"),
        line(2, BODIES[0], 2024, f"{BODIES[0]}政府网站工作年度报表（2024年度）", "website"),
        line(3, "青山县教育局", 2024),
        line(4, BODIES[0], 2023),
    )
    office = _open(tmp_path, lines=lines)
    told = office.gapfill()
    assert (told["outcome"], told["new_versions"]) == ("complete", 0)
    with office.database.read() as c:
        assert sightings.known(c, searches.entry_of(c, "p").id) == {}


def test_a_name_without_its_region_waits_for_a_person_and_holds_the_verdict(tmp_path):
    short = line(5, "教育局", 2024, "教育局2024年政府信息公开工作年度报告")
    office = _open(tmp_path, lines=(short,))
    office.gapfill()
    assert _version(office) is None
    assert f"http://{HOST}{address(short)}" not in {ask.url for ask in office.site.asked}
    mine, other = DutyKey(office.ids[BODIES[0]], 2024), DutyKey(office.ids[BODIES[1]], 2024)
    with office.database.read() as c:
        waiting = sightings.unresolved(c)
        known = evidence.gather(c, [mine, other])
    assert [(one.line.body_id, one.line.report_year) for one in waiting] == [(mine.body_id, 2024)]
    assert (len(known[mine].candidates), len(known[other].candidates)) == (1, 0)


@pytest.mark.parametrize(("publisher", "found"), [(BODIES[1], True), ("青山县财政局", False), ("财政局", False)])
def test_a_title_without_a_name_belongs_to_whom_its_page_names_in_full(tmp_path, publisher, found):
    nameless = line(6, BODIES[1], 2024, "2024年政府信息公开工作年度报告")
    office = _open(tmp_path, lines=(nameless,), names=(BODIES[1],))
    office.site.texts[6] = f'<meta name="ContentSource" content="{publisher}">'
    office.gapfill()
    assert (_version(office, BODIES[1]) is not None) is found
    with office.database.read() as c:
        decisions = [one.line.decision for one in sightings.known(c, searches.entry_of(c, "p").id).values()]
    assert decisions == [Decision.REPORT if found else Decision.UNRESOLVED]


def test_questions_are_bounded(tmp_path):
    names = tuple(f"云溪县{word}局" for word in ("教育", "财政", "审计", "水利", "民政", "司法", "统计", "商务", "信访", "林业", "体育"))
    clutter = tuple(line(100 + n, "云溪县档案馆", 2024, f"云溪县档案馆2024年部门预算公开说明（{n}）", "website") for n in range(40))
    office = _open(tmp_path, "trs_irs", lines=clutter, names=names)
    office.gapfill()
    words = [json.loads(ask.json)["searchWord"] for ask in office.site.searches()]
    assert len(set(words)) <= MAX_QUERIES
    assert max(words.count(one) for one in words) <= MAX_PAGES
    first = set(words)
    office.gapfill(days=1)
    assert {json.loads(ask.json)["searchWord"] for ask in office.site.searches()} - first, "the rest is asked for on the next visit"


def test_a_search_that_moved_is_looked_up_again_once(tmp_path):
    office = _open(tmp_path, "hanweb_jsearch", lines=OTHERS)
    office.gapfill()
    office.site.search, office.site.lines = SearchPlan("vsb_lucene", address), (*OTHERS, HIDDEN)
    assert office.gapfill(days=4)["new_versions"] == 1
    assert [one["outcome"] for one in office.lines] == ["soft_error", "complete"]
    sent = [
        base64.b64decode(dict(ask.form)["lucenenewssearchkey1077"]).decode() for ask in office.site.searches() if "search.jsp" in ask.url
    ]
    assert sent[0] == "2024年政府信息公开工作年度报告"
    with office.database.read() as c:
        points = portals.entry_points_of(c, enabled_only=False)
        assert [one.family for one in points if one.tier == "search"] == ["hanweb_jsearch", "vsb_lucene"]


def test_what_only_a_search_showed_is_never_said_to_be_gone_by_a_list(tmp_path):
    office = _open(tmp_path)
    office.gapfill()
    key = DutyKey(office.ids[BODIES[0]], 2024)
    with office.database.read() as c:
        found = evidence.gather(c, [key])[key]
        entry = searches.entry_of(c, "p").id
    assert found.routes == (office.entry, entry)
    assert not [one for one in found.negatives if one.entry_point_id == entry]


def test_what_was_found_is_looked_after(tmp_path):
    office = _open(tmp_path, lines=(HIDDEN,), names=BODIES[:1])
    office.gapfill()
    office.owe(BODIES[0], 2024, DutyStatus.ON_TIME)
    office.site.texts[7] = ""
    office.site.lines = ()
    office.gapfill(days=7)
    with office.database.read() as c:
        versions = reports.versions(c, office.ids[BODIES[0]], 2024)
    assert versions[-1].gone_since is not None
    assert _visit(office).result.outcome is VisitOutcome.COMPLETE


def test_a_search_at_the_address_of_a_list_leaves_the_list_what_it_is(tmp_path):
    office = _open(tmp_path)
    with office.database.write() as c:
        list_url = f"http://{HOST}/nb/"
        found = searches.remember(c, portals.get(c, "p"), list_url, "html_form", {":field": "q"}, office.clock.now())
        again = searches.remember(c, portals.get(c, "p"), found.url, "html_form", {":field": "q"}, office.clock.now())
        assert portals.get_entry_point(c, office.entry).tier == "http"
        assert [one.id for one in portals.entry_points_of(c)] == [office.entry]
        assert (found.id, found.tier) == (again.id, "search")
    ask = search_ask(SearchForm(found.family, found.url, found.params), "年报")
    assert ask.url.partition("?")[0] == list_url
    assert "#" not in ask.url


def test_a_search_is_no_column_of_the_registry(tmp_path):
    office = _open(tmp_path)
    office.gapfill()
    with office.database.read() as c:
        rows = registry_export.export_rows(c)
    columns = {name: place for place, name in enumerate(rows[0])}
    assert {row[columns["栏目网址"]] for row in rows[1:]} == {f"http://{HOST}/nb/"}
    assert {row[columns["方式"]] for row in rows[1:]} == {"http"}
