"""Where an answer leads, what is shown of the cookies it set, and when what came is something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.listing import Ask
from crawler.page import page
from crawler.way_on import LED_AWAY, Cookies, led_away, onward, refreshed, whole_move

HERE = "http://www.yunxi.gov.test/nb/"


def _answer(status, location):
    return page(HERE, status, b"", {"location": location} if location is not None else {})


@pytest.mark.parametrize(
    ("status", "location", "url"),
    [
        (301, "/a/", "http://www.yunxi.gov.test/a/"),
        (302, "b.html#top", HERE + "b.html"),
        (308, "//xxgk.yunxi.gov.test/", "http://xxgk.yunxi.gov.test/"),
        (303, "https://www.yunxi.gov.test/nb/", "https://www.yunxi.gov.test/nb/"),
    ],
)
def test_where_an_answer_leads(status, location, url):
    assert onward(Ask(HERE, referer="r"), _answer(status, location)) == Ask(url, referer="r")


@pytest.mark.parametrize(("status", "location"), [(200, "/a/"), (304, "/a/"), (302, None), (302, " "), (404, "/a/"), (302, "http://[")])
def test_what_leads_nowhere(status, location):
    assert onward(Ask(HERE), _answer(status, location)) is None


def test_a_form_is_sent_again_only_where_the_answer_says_so():
    sent = Ask(HERE, form=(("a", "1"),))
    assert onward(sent, _answer(302, "/b/")).method == "GET"
    assert onward(sent, _answer(307, "/b/")).form == sent.form


def test_a_cookie_is_shown_to_its_host_its_portal_and_its_path_alone():
    cookies = Cookies()
    assert cookies.keep("p", HERE, HERE, ["a=1; Path=/nb", "b=2; Secure", "c=3; Max-Age=0", "=4", "e", f"f={'x' * 5000}", "g=\t\x07"])
    assert cookies.shown("p", HERE) == "a=1"
    assert cookies.shown("p", HERE.replace("http:", "https:")) == "a=1; b=2"
    for portal, url in (("q", HERE), ("p", "http://xxgk.yunxi.gov.test/nb/"), ("p", "http://www.yunxi.gov.test/nbs/")):
        assert cookies.shown(portal, url) == ""


def test_what_comes_with_the_way_to_another_host_is_not_kept():
    cookies = Cookies()
    assert cookies.keep("p", HERE, "http://xxgk.yunxi.gov.test/", ["a=1"])
    assert cookies.shown("p", HERE) == cookies.shown("p", "http://xxgk.yunxi.gov.test/") == ""


def test_a_second_cookie_is_a_way_in_and_the_same_one_again_is_none():
    cookies = Cookies()
    assert cookies.keep("p", HERE, HERE, ["a=1"])
    assert cookies.keep("p", HERE, HERE, ["b=2"])
    assert not cookies.keep("p", HERE, HERE, ["a=3"])
    assert cookies.keep("p", HERE, HERE + "x.html", ["a=3"])


@given(st.lists(st.text(st.characters(max_codepoint=255), max_size=60), max_size=40))
def test_no_header_splits_another_and_no_jar_overflows(lines):
    cookies = Cookies()
    cookies.keep("p", HERE, HERE, lines)
    shown = cookies.shown("p", HERE)
    assert shown.isprintable()
    assert len(shown.split("; ")) <= 20


@pytest.mark.parametrize(
    ("asked", "came", "role", "away"),
    [
        ("/nb/", "/", "list", True),
        ("/nb/", "/index.html", "list", True),
        ("/nb/", "/zwgk/nb/", "list", False),
        ("/", "/index.html", "list", False),
        ("/nb/t1.html", "/", "page", True),
        ("/nb/t1.html", "/nb/", "page", True),
        ("/nb/t1.html", "/zwgk/t1.html", "page", False),
        ("/nb/t1.html", "/art/2025/1/7.html", "page", False),
        ("/show.jsp?id=7", "/view/?id=7", "page", False),
        ("/go.jsp?id=7", "/", "control", False),
        ("/nb/t1.html", "/nb/t1.html", "page", False),
    ],
)
def test_what_came_may_be_something_else(asked, came, role, away):
    host = "http://www.yunxi.gov.test"
    found = page(f"{host}{came}", 200, b"<html></html>", {"content-type": "text/html"}, requested_url=f"{host}{asked}")
    assert led_away(found, role) == (LED_AWAY if away else None)


@pytest.mark.parametrize(
    ("content", "words", "role", "target"),
    [
        ("0; url=real.html", "", "page", HERE + "real.html"),
        ("3;URL='/a.pdf'", "", "document", "http://www.yunxi.gov.test/a.pdf"),
        ("0; url=real.html", "", "list", None),
        ("0; url=real.html", "正文" * 100, "page", None),
        ("30; url=real.html", "", "page", None),
        ("300", "", "page", None),
        ("0; url=", "", "page", None),
    ],
)
def test_a_page_of_nothing_but_a_refresh_leads_on(content, words, role, target):
    text = f'<html><head><meta http-equiv="Refresh" content="{content}"></head><body>{words}</body></html>'
    found = refreshed(Ask(HERE), page(HERE, 200, text.encode(), {"content-type": "text/html"}), role)
    assert (found.url if found else None) == target


@pytest.mark.parametrize(
    ("asked", "status", "location", "moved"),
    [
        (HERE, 301, "https://www.yunxi.gov.test/nb/", "https://www.yunxi.gov.test"),
        (HERE + "?id=1", 308, "http://xxgk.yunxi.gov.test/nb/?id=1", "http://xxgk.yunxi.gov.test"),
        (HERE, 302, "https://www.yunxi.gov.test/nb/", ""),
        (HERE, 301, "https://www.yunxi.gov.test/", ""),
        (HERE + "?id=1", 301, "https://www.yunxi.gov.test/nb/", ""),
        (HERE, 301, "/nb/", ""),
        ("http://www.yunxi.gov.test/", 301, "https://www.yunxi.gov.test/", ""),
    ],
)
def test_a_host_has_moved_as_a_whole_where_the_same_place_is_there(asked, status, location, moved):
    assert whole_move(asked, page(asked, status, b"", {"location": location})) == moved


REFRESH = '<html><head><meta http-equiv="refresh" content="3;url=/"></head><body><p>{}</p></body></html>'


@pytest.mark.parametrize(
    ("status", "words"),
    [(404, "跳转中"), (412, "跳转中"), (403, "跳转中"), (503, "跳转中"), (200, "您访问的页面不存在"), (200, "请完成安全验证")],
)
def test_a_refusal_or_an_error_is_that_wherever_it_would_lead(status, words):
    address = "http://www.yunxi.gov.test/nb/t20250120_1.html"
    shown = page(address, status, REFRESH.format(words).encode(), {"content-type": "text/html; charset=utf-8"})
    assert refreshed(Ask(address), shown, "page") is None


@pytest.mark.parametrize(
    ("came", "away"), [("/404.html", True), ("/error.htm", True), ("/gone.htm", True), ("/nb/t20250120_1.html", False)]
)
def test_an_error_page_under_a_name_of_its_own_is_no_report(came, away):
    asked = "http://www.yunxi.gov.test/nb/2025/t20250120_1.html"
    shown = page("http://www.yunxi.gov.test" + came, 200, b"<p>x</p>", {"content-type": "text/html"}, requested_url=asked)
    assert (led_away(shown, "page") == LED_AWAY) is away
