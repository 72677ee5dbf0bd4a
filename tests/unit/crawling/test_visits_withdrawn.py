"""Archived reports whose address answers "no such page" as if all were well: gone only where the host bears it out, and only for now."""

import asyncio
from datetime import timedelta

import pytest

from crawler.discovery.disguised import beside, same_denial, says_nothing_is_there
from crawler.discovery.troubles import Trouble
from crawler.page import page
from storage import reports
from storage.domain.enums import VisitOutcome

from .site import LIST, listing
from .site import reports as report_pages

HERE = LIST + "t20250120_2024.html"
DENIAL = (
    "<html><head><title>云溪县人民政府</title></head><body><p>您访问的页面不存在或已删除：{url}</p><a href='/'>返回首页</a></body></html>"
)
HOME = "<html><head><title>云溪县人民政府</title></head><body>" + "<p>云溪要闻：政务公开、互动交流、办事服务</p>" * 30 + "</body></html>"
CARE = "<html><head><title>云溪县人民政府</title></head><body><p>系统维护中，请稍后访问</p></body></html>"
CHALLENGE = "<html><body><script>document.cookie='a=1';location.reload()</script></body></html>"


class _Answers(dict):
    """Addresses that were never given get what `other` says."""

    other = staticmethod(lambda ask: DENIAL.format(url=ask.url))

    def get(self, url, _default=None):
        return super().get(url, self.other)


@pytest.fixture
def left(office, site):
    """A report that left its list today, on a host that answers 200 for every address."""
    pages, rows = report_pages(2024, 2023)
    site.pages = _Answers(pages | {LIST: listing(*rows)})
    _visit(office)
    site.pages[LIST] = listing(rows[1])
    return site


def _visit(office, **kwargs):
    return asyncio.run(office.visit(**kwargs))


def _gone_since(office):
    with office.database.read() as connection:
        return reports.versions(connection, "b0", 2024)[-1].gone_since


def _asked(site):
    return [url for _, url in site.asked if url == HERE]


def test_a_denial_that_the_host_gives_to_any_made_up_address_is_gone(office, left):
    left.pages[HERE] = _Answers.other
    done = _visit(office, days=1)
    assert _gone_since(office) == office.clock.now()
    assert done.new_versions == 0
    controls = [url for _, url in left.asked if url.startswith(LIST) and url not in {LIST, HERE}]
    assert len(controls) == 1, "one address beside the report's own, asked on the same visit"
    assert controls[0].endswith(".html")


@pytest.mark.parametrize(
    "shown",
    [
        HOME,
        CARE,
        CHALLENGE,
        "",
        500,
        Trouble(VisitOutcome.UNREACHABLE, "timeout"),
        DENIAL.replace("您访问的页面不存在或已删除", "404 已搬家"),
    ],
    ids=["home", "maintenance", "challenge", "empty", "500", "timeout", "another-denial"],
)
def test_anything_else_in_its_place_is_never_gone(office, left, shown):
    left.pages[HERE] = shown
    _visit(office, days=1)
    assert _gone_since(office) is None


@pytest.mark.parametrize("other", [404, HOME, CARE, CHALLENGE, 500, Trouble(VisitOutcome.UNREACHABLE, "timeout")])
def test_a_denial_that_the_host_does_not_bear_out_is_a_doubt(office, left, other):
    left.pages[HERE] = DENIAL.format(url=HERE)
    left.pages.other = other
    _visit(office, days=1)
    assert _gone_since(office) is None


def test_the_home_page_for_every_address_is_never_gone(office, left):
    left.pages[HERE] = left.pages.other = HOME
    _visit(office, days=1)
    assert _gone_since(office) is None


def test_an_address_that_is_gone_is_asked_again_once_a_day_and_may_come_back(office, left):
    back = left.pages[HERE]
    left.pages[HERE] = _Answers.other
    _visit(office, days=1)
    first = _gone_since(office)
    office.clock.advance(timedelta(hours=3))
    _visit(office)
    assert _asked(left) == [], "once a day"
    _visit(office, days=1)
    assert (len(_asked(left)), _gone_since(office)) == (1, first)
    left.pages[HERE] = back
    _visit(office, days=1)
    assert _gone_since(office) is None, "off the list, but it stands"


def test_an_error_page_that_did_not_change_is_no_word_that_the_report_stands(office, left):
    """The server knows the error page by its ETag and answers 304."""
    left.pages[HERE] = left.pages.other = DENIAL.format(url="")
    _visit(office, days=1)
    first = _gone_since(office)
    assert first is not None
    for _ in range(3):
        _visit(office, days=1)
        assert len(_asked(left)) == 1
        assert _gone_since(office) == first


def test_after_three_weeks_it_is_not_asked_any_more(office, left):
    left.pages[HERE] = _Answers.other
    _visit(office, days=1)
    _visit(office, days=22)
    assert _asked(left) == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a.test/art/2025/1/20/art_12_345.html", "http://a.test/art/2025/1/20/NEW.html"),
        ("http://a.test/content/12345", "http://a.test/content/NEW"),
        ("http://a.test/content/12345/", "http://a.test/content/NEW/"),
        ("http://a.test/c.jsp?page=1&urltype=news&wbnewsid=123456#top", "http://a.test/c.jsp?page=1&urltype=news&wbnewsid=NEW"),
        ("http://a.test/show.html?lang=zh", "http://a.test/NEW.html"),
        ("http://a.test/", "http://a.test/NEW/"),
    ],
)
def test_an_address_of_the_same_shape(url, expected):
    assert beside(url, "NEW") == expected


def test_a_real_404_and_a_page_that_only_mentions_it_are_no_disguise():
    words = DENIAL.format(url=HERE).encode()
    assert not says_nothing_is_there(page(HERE, 404, words))
    assert says_nothing_is_there(page(HERE, 200, words))
    assert not says_nothing_is_there(page(HERE, 200, HOME.replace("要闻", "第404号").encode()))
    assert not same_denial(page(HERE, 200, words), page(HERE, 404, words))
