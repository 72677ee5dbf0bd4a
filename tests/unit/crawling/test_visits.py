import asyncio

import pytest
from sqlalchemy import func, select

from crawler import report_visit
from crawler.discovery.troubles import Trouble
from crawler.errands import ERRANDS
from crawler.resting import SPENT
from monitor.duties.reasons import in_words
from storage import captures, portals, reports, sightings, visits
from storage.domain.enums import SourceHealth, VisitOutcome
from storage.domain.visits import Decision
from storage.schema import captures as captures_table
from storage.schema import report_versions
from storage.schema import reports as reports_table
from storage.schema import sightings as sightings_table

from .site import HOME, LIST, UNREACHABLE, Office, listing, report, row
from .site import reports as report_pages


def _visit(office, **kwargs):
    return asyncio.run(office.visit(**kwargs))


def _publish(site, *years):
    pages, rows = report_pages(*years)
    site.pages |= pages | {LIST: listing(*rows)}


def _count(office, table):
    with office.database.read() as c:
        return c.execute(select(func.count()).select_from(table)).scalar_one()


def _health(office):
    with office.database.read() as c:
        status = portals.status(c, office.entry)
    return status.health, status.reason


def test_a_published_report_is_found_archived_and_dated(office, site):
    _publish(site, 2024, 2023)
    done = _visit(office)
    assert (done.result.outcome, done.new_versions, done.result.items_seen) == (VisitOutcome.COMPLETE, 2, 2)
    with office.database.read() as c:
        version = reports.current(c, "b0", 2024)
        assert str(version.found.published_on) == "2025-01-20"
        assert version.found.published_source == "meta"
        assert version.found.carrier == "html"
        capture = captures.for_original(c, version.found.main_sha256)[0]
        assert capture.visit_id == done.visit_id
        assert office.archive.get(version.found.main_sha256) == site.pages[LIST + "t20250120_2024.html"].encode()


def test_every_list_page_is_kept(office, site):
    _publish(site, 2024)
    done = _visit(office)
    with office.database.read() as c:
        roles = [(capture.role, capture.status) for capture in captures.for_visit(c, done.visit_id)]
    assert roles == [("control", 404), ("list", 200), ("page", 200)]


def test_an_unchanged_list_costs_one_request_and_downloads_nothing_new(office, site):
    _publish(site, 2024, 2023)
    _visit(office)
    before = _count(office, captures_table), _count(office, report_versions)
    done = _visit(office, days=1)
    assert site.asked == [("GET", LIST)]
    assert (_count(office, captures_table), _count(office, report_versions)) == before
    assert done.result.qualified


def test_a_server_without_validators_is_recognised_by_the_bytes(office, site):
    site.conditional = False
    _publish(site, 2024)
    _visit(office)
    _visit(office, days=1)
    assert site.asked == [("GET", LIST)]
    assert _count(office, report_versions) == 1


def test_absence_is_believed_only_where_an_older_report_was_met(office, site):
    _publish(site, 2023)
    result = _visit(office).result
    assert result.canary
    assert result.negative_control
    assert result.whole_list
    assert result.qualified
    with office.database.read() as c:
        assert len(visits.negatives(c, "b0", 2024)) == 1
        assert visits.negatives(c, "b0", 2023) == ()


def test_a_list_of_other_things_proves_nothing(office, site):
    site.pages[LIST] = listing(row("t20250101_1.html", "云溪县教育局2024年部门预算公开说明", "2025-01-01"))
    result = _visit(office).result
    assert (result.canary, result.inconclusive_reason, result.qualified) == (None, "no-canary", False)


def test_a_lost_canary_is_our_blindness(office, site):
    _publish(site, 2023, 2022)
    _visit(office)
    site.pages[LIST] = listing(*(row(f"t20250201_{n}.html", f"云溪县教育局2024年部门预算公开说明之{n}", "2025-02-01") for n in range(3)))
    result = _visit(office, days=1).result
    assert (result.outcome, result.reason) == (VisitOutcome.LAYOUT_CHANGED, "canary-lost")
    assert (result.canary, result.qualified) == (False, False)
    assert _health(office) == (SourceHealth.DEGRADED, "layout_changed:canary-lost")
    _visit(office, days=1)
    assert _health(office) == (SourceHealth.BLIND, "layout_changed:canary-lost")


def test_reports_that_all_changed_their_addresses_are_no_other_list(office, site):
    _publish(site, 2023, 2022)
    _visit(office)
    pages, rows = report_pages(2023, 2022)
    site.pages = {url.replace("t20", "new20"): page for url, page in pages.items()}
    site.pages[LIST] = listing(*(one.replace("t20", "new20") for one in rows))
    result = _visit(office, days=1).result
    assert (result.outcome, result.canary, result.inconclusive_reason) == (VisitOutcome.COMPLETE, False, "canary-lost")
    assert _visit(office, days=1).result.qualified


def test_a_collapsed_list_proves_nothing(office, site):
    pages, rows = report_pages(*range(2010, 2024))
    site.pages |= pages | {LIST: listing(*rows)}
    assert _visit(office).result.qualified
    site.pages[LIST] = listing(*rows[-5:])
    result = _visit(office, days=1).result
    assert (result.canary, result.inconclusive_reason) == (True, "count-drop")


@pytest.mark.parametrize(
    ("answer", "outcome", "reason"),
    [
        (412, VisitOutcome.CHALLENGED, "status-412"),
        (403, VisitOutcome.BLOCKED, "status-403"),
        (503, VisitOutcome.UNREACHABLE, "status-503"),
        (404, VisitOutcome.SOFT_ERROR, "status-404"),
        ("<title>页面不存在</title><p>您访问的页面不存在</p>", VisitOutcome.SOFT_ERROR, "not-found-page"),
        ("<h1>网站维护中</h1>", VisitOutcome.SOFT_ERROR, "maintenance-page"),
        ("<script>var $_ts=1</script>", VisitOutcome.CHALLENGED, "challenge-page"),
        (f"<div id='app'>{'动态内容' * 100}</div>", VisitOutcome.LAYOUT_CHANGED, "list-not-understood"),
        (UNREACHABLE, VisitOutcome.UNREACHABLE, "timeout"),
    ],
)
def test_each_fault_ends_in_its_own_outcome_and_never_in_a_negative(office, site, answer, outcome, reason):
    _publish(site, 2023)
    _visit(office)
    site.pages[LIST] = answer
    for _ in range(3):
        result = _visit(office, days=1).result
        assert (result.outcome, result.reason) == (outcome, reason)
    with office.database.read() as c:
        assert len(visits.negatives(c, "b0", 2024)) == 1
    assert _health(office)[0] is SourceHealth.BLIND


@pytest.mark.parametrize(("family", "reason"), [("", "column-unknown"), ("trs_static", "list-not-understood")])
def test_a_home_page_read_for_want_of_a_column_says_so(tmp_path, site, family, reason):
    office = Office(tmp_path, site, url=HOME, family=family)
    site.pages[HOME] = f"<h1>云溪县教育局</h1><div>{'动态内容' * 100}</div>"
    result = _visit(office).result
    assert (result.outcome, result.reason, result.qualified) == (VisitOutcome.LAYOUT_CHANGED, reason, False)
    assert in_words(reason) != reason
    office.database.close()


def test_nothing_is_asked_after_a_challenge(office, site):
    pages, rows = report_pages(2024, 2023, 2022)
    site.pages |= pages | {LIST: listing(*rows), LIST + "t20250120_2024.html": 412}
    result = _visit(office).result
    assert (result.outcome, result.reason) == (VisitOutcome.PARTIAL, "report-page-failed")
    assert site.asked[-1] == ("GET", LIST + "t20250120_2024.html")


def test_a_host_that_answers_everything_with_one_page_is_not_believed(office, site):
    everything = listing(
        row("a1.html", "云溪县召开工作会议", "2025-01-02"), row("a2.html", "云溪县教育局2023年政府信息公开工作年度报告", "2024-01-09")
    )

    class Everything(dict):
        def get(self, key, default=None):
            return everything

    site.pages = Everything()
    result = _visit(office).result
    assert (result.outcome, result.reason) == (VisitOutcome.SOFT_ERROR, "same-as-error-page")
    assert _count(office, sightings_table) == 0


def test_the_rest_of_a_cut_list_is_not_taken_as_absent(office, site):
    pages, rows = report_pages(2023, 2022)
    site.pages |= pages | {
        LIST: listing(rows[0], pager='<script>createPageHTML(2, 0, "index", "html")</script>'),
        LIST + "index_1.html": 503,
        LIST + "index_2.html": 404,
    }
    result = _visit(office).result
    assert (result.outcome, result.reason, result.items_seen, result.whole_list) == (VisitOutcome.PARTIAL, "status-503", 1, False)
    with office.database.read() as c:
        assert reports.current(c, "b0", 2023) is not None


def test_a_failed_attachment_leaves_the_report_for_the_next_visit_then_takes_what_there_is(office, site):
    _, rows = report_pages(2024)
    address = LIST + "t20250120_2024.html"
    site.pages |= {LIST: listing(*rows), address: report("云溪县教育局2024年政府信息公开工作年度报告", extra='<a href="./P1.pdf">附件</a>')}
    site.pages[LIST + "P1.pdf"] = UNREACHABLE
    assert _visit(office).new_versions == 0
    site.pages[LIST + "P1.pdf"] = b"%PDF-1.7 report"
    assert _visit(office, days=1).new_versions == 1
    with office.database.read() as c:
        version = reports.current(c, "b0", 2024)
    assert [part.role for part in version.found.parts] == ["attachment"]


def test_a_report_that_is_only_a_file_is_read_from_the_file(office, site):
    _, rows = report_pages(2024)
    site.pages |= {
        LIST: listing(*rows),
        LIST + "t20250120_2024.html": '<div class="TRS_Editor"><p>详见附件</p><a href="./P1.pdf">年报</a></div>',
        LIST + "P1.pdf": b"%PDF-1.7 report",
    }
    _visit(office)
    with office.database.read() as c:
        version = reports.current(c, "b0", 2024)
    assert version.found.carrier == "pdf"
    assert office.archive.get(version.found.main_sha256) == b"%PDF-1.7 report"
    assert [part.role for part in version.found.parts] == ["page"]


def test_a_silent_edit_becomes_a_second_version_and_a_withdrawal_is_noticed(office, site):
    _publish(site, 2024, 2023)
    _visit(office)
    site.pages[LIST + "t20250120_2024.html"] = report("云溪县教育局2024年政府信息公开工作年度报告", extra="<p>更正</p>")
    assert _visit(office, days=1).new_versions == 0
    assert _visit(office, days=6).new_versions == 1
    _, rows = report_pages(2023)
    site.pages |= {LIST: listing(*rows), LIST + "t20250120_2024.html": 404}
    _visit(office, days=1)
    with office.database.read() as c:
        versions = reports.versions(c, "b0", 2024)
    assert len(versions) == 2
    assert versions[-1].gone_since is not None


def test_a_report_under_an_unusual_title_is_found_by_its_form(office, site):
    usual, unusual = "云溪县教育局2023年政府信息公开工作年度报告", "云溪县教育局2024年政府信息公开工作情况报告"
    rows = (row("t20250120_1.html", unusual, "2025-01-20"), row("t20250109_2.html", "云溪县教育局2024年政务公开工作总结", "2025-01-09"))
    site.pages |= {
        LIST: listing(*rows, row("t20240120_2023.html", usual, "2024-01-20")),
        LIST + "t20240120_2023.html": report(usual),
        LIST + "t20250120_1.html": report(unusual),
        LIST + "t20250109_2.html": "<html><head><title>总结</title></head><body><div class='TRS_Editor'><p>一年。</p></div></body></html>",
    }
    _visit(office)
    with office.database.read() as c:
        found = reports.current(c, "b0", 2024)
        (waiting,) = sightings.unresolved(c)
    assert found is not None
    assert found.found.url == LIST + "t20250120_1.html"
    assert (waiting.line.url, waiting.line.report_year) == (LIST + "t20250109_2.html", 2024)


def test_a_page_that_fills_in_for_a_title_without_a_name(tmp_path, site):
    office = Office(tmp_path, site, body_names=("云溪县教育局", "云溪县财政局"))
    title = "2024年政府信息公开工作年度报告"
    site.pages |= {
        LIST: listing(row("t20250120_1.html", title, "2025-01-20"), row("t20250121_2.html", title, "2025-01-21")),
        LIST + "t20250120_1.html": report(title).replace("<head>", '<head><meta name="ContentSource" content="云溪县财政局">'),
        LIST + "t20250121_2.html": report(title),
    }
    _visit(office)
    with office.database.read() as c:
        decided = {s.line.url.rsplit("_")[-1]: (s.line.decision, s.line.body_id) for s in sightings.known(c, office.entry).values()}
        assert reports.current(c, "b1", 2024) is not None
    assert decided == {"1.html": (Decision.REPORT, "b1"), "2.html": (Decision.UNRESOLVED, None)}
    _visit(office, days=1)
    assert ("GET", LIST + "t20250121_2.html") not in site.asked
    office.database.close()


def test_a_crawl_that_dies_loses_and_doubles_nothing(office, site, monkeypatch):
    monkeypatch.setattr(report_visit, "AHEAD", 0)  # each report is committed before the next is asked for, so that every death is a step on
    pages, rows = report_pages(*range(2018, 2025))
    site.pages |= pages | {LIST: listing(*rows)}
    whole = dict(site.pages)
    for times in range(1, 5):
        asked = []

        def dying(ask, asked=asked):
            asked.append(ask.url)
            return KeyboardInterrupt() if len(asked) > 2 else whole.get(ask.url, 404)

        site.pages = dict.fromkeys(whole, dying)
        with pytest.raises(KeyboardInterrupt):
            _visit(office)
        assert _count(office, report_versions) == times
    with office.database.read() as c:
        assert not any(visit.qualified or visit.finished_at for visit in visits.recent(c, office.entry))
    site.pages = whole
    _visit(office)
    assert _count(office, report_versions) == _count(office, reports_table) == 7
    assert _count(office, sightings_table) == 7


def test_a_refusal_of_our_made_up_address_is_no_refusal_of_the_list(office, site):
    _publish(site, 2024)

    class Refusing(dict):
        def get(self, key, default=None):
            return super().get(key, Trouble(VisitOutcome.BLOCKED, "robots-disallowed"))

    site.pages = Refusing(site.pages)
    result = _visit(office).result
    assert (result.outcome, result.negative_control, result.inconclusive_reason) == (VisitOutcome.COMPLETE, None, "no-negative-control")


def test_a_server_that_repeats_its_first_page_hides_the_rest(office, site):
    pages, rows = report_pages(2023, 2022)
    first = listing(*rows, pager='<a href="index_1.html">下一页</a>')
    site.pages |= pages | {LIST: first, LIST + "index_1.html": first}
    result = _visit(office).result
    assert (result.outcome, result.reason, result.whole_list) == (VisitOutcome.PARTIAL, "next-page-repeats", False)


def test_a_long_list_is_read_to_its_end_as_long_as_a_report_is_awaited(office, site):
    pages, rows = report_pages(2023, 2022)
    site.pages |= pages | {
        LIST: listing(rows[0], pager='<script>createPageHTML(2, 0, "index", "html")</script>'),
        LIST + "index_1.html": listing(rows[1], pager='<script>createPageHTML(2, 1, "index", "html")</script>'),
    }
    _visit(office)
    assert _visit(office, days=1).result.qualified
    assert site.asked == [("GET", LIST), ("GET", LIST + "index_1.html")]
    newest, first_row = report_pages(2024)
    site.pages |= newest | {LIST: listing(*first_row, rows[0], pager='<script>createPageHTML(2, 0, "index", "html")</script>')}
    assert _visit(office, days=1).new_versions == 1
    result = _visit(office, days=1).result
    assert site.asked == [("GET", LIST)]
    assert (result.outcome, result.whole_list, result.qualified) == (VisitOutcome.COMPLETE, False, False)


def test_an_audit_asks_for_every_archived_report_and_sees_the_edit_at_once(office, site):
    _publish(site, 2024, 2023)
    _visit(office)
    site.pages[LIST + "t20240120_2023.html"] = report("云溪县教育局2023年政府信息公开工作年度报告", extra="<p>更正</p>", day="2024-01-20")
    assert _visit(office, days=1).new_versions == 0
    done = _visit(office, days=1, errand=ERRANDS["audit"])
    assert done.new_versions == 1
    assert {url for _, url in site.asked} >= {LIST, LIST + "t20250120_2024.html", LIST + "t20240120_2023.html"}


def test_a_backfill_reads_a_list_to_its_end_and_audits_nothing(office, site):
    pages, rows = report_pages(2024, 2023)
    site.pages |= pages | {
        LIST: listing(rows[0], pager='<script>createPageHTML(2, 0, "index", "html")</script>'),
        LIST + "index_1.html": listing(rows[1], pager='<script>createPageHTML(2, 1, "index", "html")</script>'),
    }
    _visit(office)
    _visit(office, days=1)
    assert site.asked == [("GET", LIST)], "the first page did not change and nobody is awaited"
    done = _visit(office, days=30, errand=ERRANDS["backfill"])
    assert (done.result.whole_list, done.new_versions) == (True, 0)
    assert [url for _, url in site.asked if url != LIST and "index_1" not in url and "t20" in url] == []


def test_a_spent_budget_ends_the_visit_and_proves_nothing(office, site):
    _publish(site, 2024, 2023)
    site.pages[LIST + "t20250120_2024.html"] = SPENT
    done = _visit(office)
    assert (done.result.outcome, done.result.qualified, done.new_versions) == (VisitOutcome.PARTIAL, False, 0)
    assert site.asked[-1] == ("GET", LIST + "t20250120_2024.html"), "nothing more is asked today"
    _publish(site, 2024, 2023)
    assert _visit(office, days=1).new_versions == 2
