"""Lists whose name says what they hold, while their rows only say whose or of which year."""

import asyncio

import pytest

from storage import evidence, reports, sightings, visits
from storage.domain.duties import DutyKey
from storage.domain.enums import VisitOutcome
from storage.domain.ids import BodyId
from storage.domain.visits import Decision

from .site import LIST, START, Office, listing, report, row

NAMES = ("云溪县教育局", "云溪县财政局")
DUTIES = "<p>机构职能、联系方式和办公地址：拟订教育事业发展规划并组织实施，管理所属学校。</p>" * 3
WITHOUT_FORM = f'<html><head><title>云溪县教育局</title></head><body><div class="TRS_Editor">{DUTIES}</div></body></html>'
BY_SCRIPT = '<html><head><title>云溪县教育局</title></head><body><div id="app"></div><script>load("content.json")</script></body></html>'
HALF = WITHOUT_FORM.replace(DUTIES, DUTIES + '<a href="f.pdf">附件</a>')


@pytest.fixture
def office(tmp_path, site):
    opened = Office(tmp_path, site, body_names=NAMES)
    yield opened
    opened.database.close()


def _list(*rows):
    return listing(*rows).replace("政府信息公开年报-", "2024年政府信息公开年报-")


def _visit(office, days=0):
    done = asyncio.run(office.visit(days=days))
    with office.database.read() as c:
        decided = {one.line.title: one.line.decision for one in sightings.known(c, office.entry).values()}
        found = {body: reports.current(c, f"b{number}", 2024) is not None for number, body in enumerate(NAMES)}
    return done, decided, found


@pytest.mark.parametrize("title", ["云溪县教育局", "县教育局", "云溪县教育局2024年度"])
def test_a_row_with_a_name_alone_is_settled_by_the_form_on_its_page(office, site, title):
    site.pages |= {LIST: _list(row("a.html", title, "2025-01-20")), LIST + "a.html": report(title)}
    done, decided, found = _visit(office)
    assert (done.result.outcome, decided, found) == (
        VisitOutcome.COMPLETE,
        {title: Decision.REPORT},
        {NAMES[0]: True, NAMES[1]: False},
    )


def test_a_row_with_a_name_alone_takes_the_year_of_its_list_rather_than_of_its_date(office, site):
    site.pages |= {LIST: _list(row("a.html", "云溪县教育局", "2026-03-02")), LIST + "a.html": report("云溪县教育局", day="2026-03-02")}
    _, decided, found = _visit(office)
    assert (decided, found[NAMES[0]]) == ({"云溪县教育局": Decision.REPORT}, True)


def test_a_row_with_a_year_alone_is_the_report_of_the_only_body(tmp_path, site):
    office = Office(tmp_path, site)
    site.pages |= {
        LIST: listing(row("a.html", "2024年", "2025-01-20"), row("b.html", "2023年度", "2024-01-20")),
        LIST + "a.html": report("2024年"),
        LIST + "b.html": report("2023年度", day="2024-01-20"),
    }
    done = asyncio.run(office.visit())
    assert (done.result.outcome, done.new_versions) == (VisitOutcome.COMPLETE, 2)
    office.database.close()


def test_a_name_whose_page_is_not_there_yet_is_asked_again(office, site):
    site.pages |= {LIST: _list(row("a.html", "云溪县教育局", "2025-01-20")), LIST + "a.html": 404}
    _, decided, _ = _visit(office)
    assert decided == {"云溪县教育局": Decision.UNRESOLVED}
    with office.database.read() as c:
        assert visits.negatives(c, "b0", 2024) == ()
    site.pages[LIST + "a.html"] = report("云溪县教育局")
    _, decided, found = _visit(office, days=1)
    assert (decided, found[NAMES[0]]) == ({"云溪县教育局": Decision.REPORT}, True)


def test_a_name_with_something_else_behind_it_is_no_report_and_asked_once(office, site):
    site.pages |= {LIST: _list(row("a.html", "云溪县教育局", "2025-01-20")), LIST + "a.html": WITHOUT_FORM}
    done, decided, _ = _visit(office)
    assert (done.result.outcome, decided) == (VisitOutcome.COMPLETE, {"云溪县教育局": Decision.NOT_REPORT})
    _, decided, _ = _visit(office, days=1)
    assert decided == {"云溪县教育局": Decision.NOT_REPORT}
    assert ("GET", LIST + "a.html") not in site.asked


def test_a_document_or_a_page_that_fails_behind_a_name_is_left_open(office, site):
    site.pages |= {
        LIST: _list(row("a.pdf", "云溪县教育局", "2025-01-20"), row("b.html", "云溪县财政局", "2025-01-20")),
        LIST + "a.pdf": b"%PDF-1.4",
        LIST + "b.html": 500,
    }
    done, decided, found = _visit(office)
    assert (done.result.outcome, set(decided.values())) == (VisitOutcome.PARTIAL, {Decision.UNRESOLVED})
    assert not any(found.values())


@pytest.mark.parametrize(("behind", "file"), [(BY_SCRIPT, 404), (HALF, 500), (HALF, b"%PDF-1.4")])
def test_a_page_that_does_not_show_what_it_is_is_left_open(office, site, behind, file):
    site.pages |= {LIST: _list(row("a.html", "云溪县教育局", "2025-01-20")), LIST + "a.html": behind, LIST + "f.pdf": file}
    _, decided, _ = _visit(office)
    assert decided == {"云溪县教育局": Decision.UNRESOLVED}
    with office.database.read() as c:
        assert visits.negatives(c, "b0", 2024) == ()


def test_names_that_lead_to_other_portals_are_not_asked(office, site):
    site.pages |= {LIST: _list(row("http://jyj.other.test/", "云溪县教育局", "2025-01-20"))}
    _, decided, _ = _visit(office)
    assert decided == {"云溪县教育局": Decision.NOT_REPORT}
    assert not any("other.test" in url for _, url in site.asked)


def test_the_evidence_says_whose_reports_a_list_ever_showed(office, site):
    site.pages |= {LIST: _list(row("a.html", "云溪县教育局", "2025-01-20")), LIST + "a.html": report("云溪县教育局")}
    _visit(office)
    with office.database.read() as c:
        found = evidence.gather(c, [DutyKey(BodyId(body), 2025) for body in ("b0", "b1")])
    assert {key.body_id: one.met_since for key, one in found.items()} == {"b0": START, "b1": None}


def _one(office, site, title, page, day="2025-01-20"):
    site.pages |= {
        LIST: _list(row("a.html", title, day)).replace("<title>2024年", "<title>"),
        LIST + "a.html": page,
        LIST + "f.pdf": b"%PDF-1.7 x",
    }
    return _visit(office)[1:]


@pytest.mark.parametrize(
    ("full", "decision"),
    [
        ("云溪县教育局2024年政府信息公开工作年度报告", Decision.REPORT),
        ("云溪县教育局2024年政府信息公开工作要点", Decision.NOT_REPORT),
        ("云溪县教育局2024年政府信息公开工作情况", Decision.UNRESOLVED),
    ],
)
def test_a_title_that_its_list_cuts_short_is_told_by_its_page(office, site, full, decision):
    title = "云溪县教育局2024年政府信息公开工作…"
    decided, found = _one(office, site, title, HALF.replace("<title>云溪县教育局", f'<meta name="ArticleTitle" content="{full}"><title>'))
    assert (decided, found[NAMES[0]]) == ({title: decision}, decision is Decision.REPORT)


@pytest.mark.parametrize(
    "extra",
    ["<p>本报告所列数据统计期限自2024年1月1日起至2024年12月31日止</p>", "<p>云溪县教育局２０２４年政府信息公开工作年度报告</p>"],
)
def test_a_year_that_stands_in_no_title_is_taken_from_the_page(office, site, extra):
    title = "云溪县教育局政府信息公开工作年度报告"
    _, found = _one(office, site, title, report(title, extra=extra, day="2026-01-20"), day="")
    assert found[NAMES[0]]


def test_a_year_that_stands_nowhere_is_the_one_before_the_page_was_put_up(office, site):
    title = "云溪县教育局政府信息公开工作年度报告"
    assert _one(office, site, title, report(title), day="")[1][NAMES[0]]


def test_the_name_of_the_only_document_tells_what_the_title_does_not(office, site):
    page = WITHOUT_FORM.replace(DUTIES, '<p>详见附件。</p><a href="f.pdf">云溪县教育局2024年政府信息公开工作年度报告.pdf</a>')
    decided, found = _one(office, site, "云溪县教育局关于报送2024年政府信息公开工作年度报告的函", page)
    assert (list(decided.values()), found[NAMES[0]]) == ([Decision.REPORT], True)


@pytest.mark.parametrize(("page", "decision"), [(WITHOUT_FORM, Decision.NOT_REPORT), (HALF, Decision.UNRESOLVED)])
def test_a_report_on_another_subject_is_none_where_its_page_bears_that_out(office, site, page, decision):
    decided, found = _one(office, site, "云溪县教育局2024年度行政执法年度报告", page.replace("<title>云溪县教育局", "<title>"))
    assert (list(decided.values()), found[NAMES[0]]) == ([decision], False)
