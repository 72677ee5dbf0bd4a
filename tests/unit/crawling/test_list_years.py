"""A list of other years proves nothing about the awaited one, whoever registered it."""

import asyncio
from datetime import timedelta

import pytest

from crawler.list_years import of_other_years
from storage import discoveries, portals
from storage.domain.ids import PortalId

from .site import HOME, LIST, Office, Site, listing, report, row

AWAITED = 2024


@pytest.mark.parametrize(
    ("params", "url", "column", "shown", "bound"),
    [
        ({}, LIST, "政府信息公开年报", {2023: 1}, False),
        ({}, LIST, "政府信息公开年报", {2023: 2, 2022: 1}, False),
        ({}, LIST, "政府信息公开年报", {2023: 3}, True),
        ({}, LIST, "政府信息公开年报", {2023: 30, AWAITED: 1}, False),
        ({}, LIST, "2023年政府信息公开年报", {2023: 1}, True),
        ({}, HOME + "2024ndbg/", "", {2023: 1}, True),
        ({}, HOME + "zwgk/2025nb/index.html", "年报", {AWAITED: 1}, False),
        ({}, HOME + "2019/nb/", "政府信息公开年报", {2023: 1, 2022: 1}, False),
        ({}, LIST, "政府信息公开年报", {}, False),
        ({"list_year": "2024"}, LIST, "", {}, False),
        ({"list_year": "2024"}, LIST, "", {2023: 4}, True),
        ({"list_year": "2024"}, LIST, "", {AWAITED: 4}, False),
        ({"list_year": "2023"}, LIST, "", {2023: 4}, True),
        ({"list_series": "yearly"}, LIST, "", {AWAITED: 4}, True),
    ],
)
def test_which_lists_are_bound_to_other_years(params, url, column, shown, bound):
    assert of_other_years(params, url, column, shown, AWAITED) is bound


def _site(names, year, where=LIST):
    pages, rows = {}, []
    for number, name in enumerate(names):
        title = f"{name}{year}年政府信息公开工作年度报告"
        pages[f"{where}t{number}.html"] = report(title, day=f"{year + 1}-01-20")
        rows.append(row(f"t{number}.html", title, f"{year + 1}-01-20"))
    return Site({**pages, where: listing(*rows)})


NAMES = ("云溪县教育局", "云溪县财政局", "云溪县公安局")


@pytest.mark.parametrize(("names", "where", "doubt"), [(NAMES, LIST, True), (NAMES[:1], LIST, False), (NAMES[:1], HOME + "2024nb/", True)])
def test_last_years_column_named_by_a_person_never_shows_absence(tmp_path, names, where, doubt):
    """All of the year before stand there as ever, canary, control and whole list: the new year's column is somewhere else."""
    office = Office(tmp_path, _site(names, 2023, where), body_names=names, url=where)
    results = [asyncio.run(office.visit(days=days)).result for days in (0, 1, 3)]
    assert results[-1].canary
    assert {result.inconclusive_reason == "list-of-other-years" for result in results[1:]} == {doubt}
    office.database.close()


def test_a_portal_whose_column_a_person_named_is_searched_each_winter(tmp_path):
    office = Office(tmp_path, _site(NAMES, 2023), body_names=NAMES)
    with office.database.read() as c:
        assert [portal.id for portal in discoveries.due(c, office.clock.now())] == [PortalId("p")]
        assert discoveries.due(c, office.clock.now() + timedelta(days=150)) == ()
        assert portals.entry_points_of(c, portal_id=PortalId("p"))
    office.database.close()
