"""Visits to what is known already: archived reports looked after, how often and at what cost; a list turned by forms read again."""

import asyncio
from datetime import timedelta

import pytest

from crawler.errands import Errand
from storage import captures
from storage.domain.enums import VisitOutcome

from .site import LIST, Office, listing, report, reports, row

FEW = Errand("watch", timedelta(days=6), 2)
PDF = LIST + "P020250120.pdf"


def _visit(office, **kwargs):
    return asyncio.run(office.visit(**kwargs))


def _old_reports_asked(site):
    return [url for _, url in site.asked if url.startswith(LIST + "t")]


def test_a_list_read_twice_a_day_has_its_old_reports_looked_at_once_a_day(office, site):
    pages, rows = reports(2024, 2023, 2022, 2021)
    site.pages |= pages | {LIST: listing(*rows)}
    _visit(office, errand=FEW)
    _visit(office, days=7, errand=FEW)
    first = _old_reports_asked(site)
    office.clock.advance(timedelta(hours=3))
    _visit(office, errand=FEW)
    assert (len(first), _old_reports_asked(site)) == (2, [])
    _visit(office, days=1, errand=FEW)
    assert sorted([*first, *_old_reports_asked(site)]) == sorted(pages)


def test_a_report_that_left_its_list_is_looked_at_however_many_were_today(office, site):
    pages, rows = reports(2024, 2023, 2022, 2021)
    site.pages |= pages | {LIST: listing(*rows)}
    _visit(office, errand=FEW)
    _visit(office, days=7, errand=FEW)
    site.pages[LIST] = listing(*rows[1:])
    office.clock.advance(timedelta(hours=3))
    _visit(office, errand=FEW)
    assert _old_reports_asked(site) == [LIST + "t20250120_2024.html"]


def test_reports_that_left_their_list_are_looked_at_once_a_day_each(office, site):
    pages, rows = reports(2024, 2023, 2022, 2021)
    site.pages |= pages | {LIST: listing(*rows)}
    _visit(office)
    site.pages[LIST] = listing(rows[0])
    looked = []
    for hours in (24, 3, 3):
        office.clock.advance(timedelta(hours=hours))
        _visit(office, errand=FEW)
        looked += _old_reports_asked(site)
    assert sorted(looked) == sorted(pages)[:3]


@pytest.mark.parametrize("lost", [False, True])
def test_a_list_whose_archived_page_is_damaged_is_asked_for_as_a_whole_and_kept_again(office, site, lost):
    pages, rows = reports(2024, 2023)
    site.pages |= pages | {LIST: listing(*rows)}
    _visit(office)
    for blob in (office.archive.place.root / "blobs").rglob("*"):
        if blob.is_file():
            blob.chmod(0o644)
            _damage(blob, lost=lost)
    again = _visit(office, days=1)
    assert (again.result.outcome, again.result.items_seen, again.result.qualified) == (VisitOutcome.COMPLETE, 2, True)
    with office.database.read() as connection:
        kept = captures.newest_for_url(connection, LIST)
    assert office.archive.get(kept.sha256).decode() == listing(*rows)


def _damage(blob, *, lost):
    if lost:
        blob.unlink()
    else:
        blob.write_bytes(b"damaged")


def _with_file(site, data):
    title = "云溪县教育局2024年政府信息公开工作年度报告"
    page = report(title, extra='<a href="P020250120.pdf">年度报告.pdf</a>')
    site.pages |= {LIST + "t1.html": page, PDF: data, LIST: listing(row("t1.html", title, "2025-01-20"))}


def test_a_report_with_a_file_that_did_not_change_is_not_downloaded_again(office, site):
    _with_file(site, b"%PDF-1.4 one")
    _visit(office)
    sizes = []
    asked = site.__call__

    async def measured(ask, *rest, **kwargs):
        reply = await asked(ask, *rest, **kwargs)
        sizes.append((ask.url, len(reply.page.body)))
        return reply

    office.site = type("Measured", (), {"__call__": staticmethod(measured), "asked": site.asked})()
    done = _visit(office, days=7)
    assert done.new_versions == 0
    assert [pair for pair in sizes if pair[0] in {LIST + "t1.html", PDF}] == [(LIST + "t1.html", 0), (PDF, 0)]


def test_a_replaced_file_behind_an_unchanged_page_is_a_new_version(office, site):
    _with_file(site, b"%PDF-1.4 one")
    assert _visit(office).new_versions == 1
    _with_file(site, b"%PDF-1.4 two")
    assert _visit(office, days=7).new_versions == 1
    assert _visit(office, days=7).new_versions == 0


def _posted_back(rows, place, pages):
    hidden = '<input type="hidden" name="__VIEWSTATE" value="s"><input type="hidden" name="__EVENTTARGET" value="">'
    hidden += '<input type="hidden" name="__EVENTARGUMENT" value="">'
    turn = f"<a href=\"javascript:__doPostBack('Pager','{place + 1}')\">下一页</a>" if place < pages else "下一页"
    cells = "".join(f"<tr><td>{one}</td></tr>" for one in rows)
    form = f'<form method="post" action="{LIST}">{hidden}<table>{cells}</table><div>第{place}/{pages}页 {turn}</div></form>'
    return f"<html><head><title>政府信息公开年报</title></head><body>{form}</body></html>"


def test_the_first_page_of_a_list_turned_by_forms_is_not_mistaken_for_its_last(tmp_path, site):
    office = Office(tmp_path, site, family="aspnet")
    pages, rows = reports(2023, 2022, 2021)
    turned = [_posted_back(rows[:2], 1, 2), _posted_back(rows[2:], 2, 2)]
    site.pages |= pages | {LIST: lambda ask: turned[ask.method == "POST"]}
    first = _visit(office)
    again = _visit(office, days=1)
    assert ("POST", LIST) in site.asked, "whose rows come first is known from the answer to the plain request"
    assert (first.result.items_seen, again.result.items_seen) == (3, 3)
    assert first.result.qualified
    assert again.result.qualified
    office.database.close()
