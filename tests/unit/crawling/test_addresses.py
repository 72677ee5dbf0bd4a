"""One reading of addresses and of refreshes for everybody who follows them."""

import pytest

from crawler.addresses import Refresh, is_home, plain_host, refreshes
from crawler.discovery.anchors import links
from crawler.families import shell
from crawler.listing import Ask
from crawler.page import page
from crawler.way_on import refreshed

HERE = "http://www.yunxi.gov.test/nb/"


def _page(said, equiv="refresh"):
    text = f'<html><head><meta http-equiv="{equiv}" content="{said}"></head><body></body></html>'
    return page(HERE, 200, text.encode(), {"content-type": "text/html"})


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("0;url=list.html", [Refresh(HERE + "list.html", 0.0)]),
        ("0; URL='list.html'", [Refresh(HERE + "list.html", 0.0)]),
        ("3.5, /a/", [Refresh("http://www.yunxi.gov.test/a/", 3.5)]),
        (";url=list.html", [Refresh(HERE + "list.html", 0.0)]),
        ("1.;url=//xxgk.yunxi.gov.test/", [Refresh("http://xxgk.yunxi.gov.test/", 1.0)]),
        ("300", []),
        ("0;url=", []),
        ("0;url=javascript:go()", []),
        (f"60;url={HERE}", []),
    ],
)
def test_where_a_refresh_leads(said, found):
    assert list(refreshes(_page(said))) == found
    assert refreshes(_page(said, "content-type")) == ()


def test_a_refresh_is_the_same_for_the_search_the_list_and_the_page():
    found = _page("0;url=list.html")
    there = HERE + "list.html"
    assert refreshed(Ask(HERE), found, "page") == Ask(there)
    assert [one.url for one in links(found)] == [there]
    assert [ask.url for ask in shell.read_list(found, {}).elsewhere] == [there]
    late = _page("30;url=list.html")
    assert (refreshed(Ask(HERE), late, "page"), [one.url for one in links(late)]) == (None, [there])


@pytest.mark.parametrize("path", ["", "/", "/index.html", "/Default.aspx", "home.jsp", "/home", "/index"])
def test_home_pages(path):
    assert is_home(path)


@pytest.mark.parametrize("path", ["/nb/", "/index/1.html", "/a.html", "/.html", "/indexes.html"])
def test_other_pages(path):
    assert not is_home(path)


def test_a_host_is_the_same_with_and_without_www():
    assert plain_host("http://WWW.yunxi.gov.test:8080/a") == plain_host("https://yunxi.gov.test/") == "yunxi.gov.test"
    assert (plain_host("http://www2.a.test/"), plain_host("")) == ("www2.a.test", "")
