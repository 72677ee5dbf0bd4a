"""A search keeps to one way of asking, also for the pages and frames of a list: what stops it, stops it there, too."""

import asyncio

import pytest

from crawler.discovering import verdict
from crawler.exploring import explore
from storage.discoveries import Outcome

from .test_exploring import HOME, _asker, _from, _html, _list

FRAME = '<iframe src="inner/list.html" width="900" height="800"></iframe>'
NAMED = "政府信息公开年报"


def _explore(pages, **wanted):
    ask, asked = _asker(_from(pages))
    return asyncio.run(explore(HOME, ask, **wanted)), asked


def test_a_challenge_inside_a_frame_is_met_once_and_ends_the_search():
    pages = {
        HOME: _html('<a href="/nb/">政府信息公开年报</a><a href="/gk/">政府信息公开</a>'),
        HOME + "nb/": _html(FRAME, NAMED),
        HOME + "nb/inner/list.html": (412, "<html></html>"),
        HOME + "gk/": _html(_list(), NAMED),
    }
    found, asked = _explore(pages)
    assert asked == [HOME, HOME + "nb/", HOME + "nb/inner/list.html"]
    assert (found.stop.outcome.value, found.exhausted, verdict(found)[0]) == ("challenged", False, Outcome.STOPPED)
    assert found.troubles == ((HOME + "nb/inner/list.html", f"challenged:{found.stop.reason}"),)


def test_a_challenge_at_the_end_is_no_exhausted_search():
    found, asked = _explore({HOME: (412, "<html></html>")})
    assert (asked, found.exhausted, found.stop.outcome.value) == ([HOME], False, "challenged")


@pytest.mark.parametrize("status", [500, 404])
def test_what_stood_in_the_way_of_a_frame_is_told(status):
    inner = HOME + "nb/inner/list.html"
    pages = {HOME: _html('<a href="/nb/">政府信息公开</a>'), HOME + "nb/": _html(FRAME, NAMED), inner: (status, "<title>错误</title>")}
    found, _ = _explore(pages)
    assert {url for url, _ in found.troubles} == {inner} | (
        {HOME + "robots.txt", HOME + "sitemap.xml"} & {url for url, _ in found.troubles}
    )
    assert (found.trusted, found.stop) == ((), None)


def test_the_pages_of_a_list_count_towards_the_number_of_pages():
    rows = "".join(_list(years=(year,)) for year in range(2010, 2024))
    pager = '<a href="index_1.html">下一页</a>'
    pages = {HOME: _html('<a href="/nb/">政府信息公开年报</a>'), HOME + "nb/": _html(rows + pager, NAMED)}
    pages |= {HOME + "nb/index_1.html": _html(rows.replace("t20", "u20") + '<a href="index_2.html">下一页</a>', NAMED)}
    found, asked = _explore(pages, max_pages=2)
    assert (asked, found.asked, found.exhausted) == ([HOME, HOME + "nb/"], 2, False)
    assert ([one.url for one in found.trusted], found.stop) == ([HOME + "nb/"], None)
