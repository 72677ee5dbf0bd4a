"""Addresses in scripts, and the rows and boxes of lists that are told by them."""

import pytest

from crawler.list_rows import rows
from crawler.page import page
from crawler.script_addresses import Joined, joined_addresses, quoted_address

LIST = "http://www.qc.gov.test/zwgk/nb/index.html"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('go("nb.jsp?currentPage=" + n)', [Joined("nb.jsp?currentPage={number}", False)]),
        ("location.href='index_' + (n - 1) + '.html'", [Joined("index_{number}.html", True)]),
        (r'document.write("<a href=\"index"+"_" + next + "."+"html\">" + (i+1) + "</a>");', [Joined("index_{number}.html", False)]),
        (r'"<a href=\"\/nb\/a+b_" + i + ".html\">"', [Joined("/nb/a+b_{number}.html", False)]),
        ('"<a href=\'" + name + "_" + i + \'.html\' + "\'>"', []),
        ('"第" + n + "页 共" + m + "页"', []),
        ('"index_2.html"', []),
        ('"unclosed + n + ', []),
    ],
)
def test_an_address_is_put_together_as_the_script_does(script, expected):
    assert list(joined_addresses(f"<script>{script}</script>")) == expected


def test_a_page_full_of_quotes_and_plus_signs_is_gone_through_once():
    assert list(joined_addresses('"+' * 50_000 + "a+" * 50_000)) == []


@pytest.mark.parametrize(
    ("handler", "address"),
    [
        ("queryArticleByCondition(this,'/zwgk/nb/17081-2.html')", "/zwgk/nb/17081-2.html"),
        ("javascript:window.open('http://a.test/t1.htm','_blank')", "http://a.test/t1.htm"),
        ("location.href='index_2.html'", "index_2.html"),
        ("void(0)", ""),
        ("show('1234')", ""),
        ("open('text/html')", ""),
    ],
)
def test_the_address_in_a_handler(handler, address):
    assert quoted_address(handler) == address


def read(body):
    return rows(page(LIST, 200, f"<html><body>{body}</body></html>".encode(), {"content-type": "text/html; charset=utf-8"}))


@pytest.mark.parametrize(
    "link",
    [
        """href="javascript:void(0);" onclick="window.open('/zwgk/nb/t20250116_1.html')" """,
        """href="javascript:openPage('/zwgk/nb/t20250116_1.html')" """,
        """onclick="location.href='t20250116_1.html'" """,
    ],
)
def test_a_row_whose_link_is_a_handler_is_a_row(link):
    items, skipped = read(f"<ul><li><a {link}>某局2024年政府信息公开工作年度报告</a><span>2025-01-16</span></li></ul>")
    assert [item.url for item in items] == ["http://www.qc.gov.test/zwgk/nb/t20250116_1.html"]
    assert skipped == 0


def test_a_handler_without_an_address_leaves_the_row_unread():
    plain = '<li><a href="t20240116_1.html">某局2023年年度报告</a><span>2024-01-16</span></li>'
    items, skipped = read(
        f"""<ul>{plain}<li><a href="javascript:;" onclick="show(12)">某局2024年年度报告</a><span>2025-01-16</span></li></ul>"""
    )
    assert [item.title for item in items] == ["某局2023年年度报告"]
    assert skipped == 1


CELLS = {
    "one list per row": "<ul><li><a href='t20250116_{n}.html'>某局第{n}份年度报告</a></li><li>2025-01-{n}</li></ul>",
    "a catalogue": "<div><li>{n}</li><li><div><a href='{n}.html'>某局第{n}份年度报告</a></div></li><li>2025年01月{n}日</li></div>",
}


@pytest.mark.parametrize("row", CELLS.values(), ids=CELLS)
def test_the_date_may_stand_in_a_cell_of_its_own(row):
    menu = "<div><ul><li><a href='/zwgk/ld.html'>领导之窗</a></li><li><a href='/zwgk/jg.html'>机构职能</a></li></ul></div>"
    items, _ = read(f"{menu}<div>{row.format(n=16)}{row.format(n=17)}</div>")
    assert [(item.title, item.listed_on.day) for item in items] == [("某局第16份年度报告", 16), ("某局第17份年度报告", 17)]


def test_a_date_beside_the_only_row_of_a_list_is_not_the_rows():
    items, _ = read("<div><ul><li><a href='t20250116_1.html'>某局第1份年度报告</a></li></ul><p>今天是2026年3月1日</p></div>")
    assert [(item.title, item.listed_on) for item in items] == [("某局第1份年度报告", None)]


def test_a_box_named_page_around_everything_is_no_pager():
    row = '<li><a href="t20250116_{n}.html">某局第{n}份年度报告</a><span>2025-01-16</span></li>'
    pager = '<div class="page"><p><a href="index_1.html">第二页的链接</a></p></div>'
    items, skipped = read(f'<div class="page" id="page"><ul>{row.format(n=1)}{row.format(n=2)}</ul>{pager}</div>')
    assert [item.title for item in items] == ["某局第1份年度报告", "某局第2份年度报告"]
    assert skipped == 0
