"""Rows of lists in the shapes that portals print them: every one is met, with its title and its date, or the list is not called read."""

import pytest

from crawler.list_rows import rows
from crawler.page import page

LIST = "http://www.qc.gov.test/zwgk/nb/index.html"


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


LINES = {
    "the row inside the link": "<a href='/nb/{n}.html'><li>某局第{n}份年度报告<span>2025-01-{n}</span></li></a>",
    "the date before the title": "<a href='/nb/{n}.html'><p><i>2025-01-{n}</i> 某局第{n}份年度报告</p></a>",
    "broken lines": "<a href='/nb/{n}.html'>某局第{n}份年度报告</a> [2025-01-{n}]<br>",
    "broken lines in a font": "·<font><a href='/nb/{n}.html'>某局第{n}份年度报告</a></font>&nbsp;<span>(2025-01-{n})</span><br/>",
    "with files": "<li><a href='/nb/{n}.html'>某局第{n}份年度报告</a><a href='{n}.pdf'>PDF</a><a href='{n}.doc'>DOC</a>2025-1-{n}</li>",
}


@pytest.mark.parametrize("row", LINES.values(), ids=LINES)
def test_every_row_is_met_with_its_title_and_date(row):
    menu = "<ul><li><a href='/'>首页</a></li><li><a href='/zwgk/'>政务公开</a></li></ul>"
    items, skipped = read(f"{menu}<div class='list'>{''.join(row.format(n=n) for n in range(10, 15))}</div>")
    assert [(item.title, item.url[-7:], item.listed_on.day) for item in items] == [
        (f"某局第{n}份年度报告", f"{n}.html", n) for n in range(10, 15)
    ]
    assert skipped == 0


def test_rows_with_files_beside_some_are_all_met():
    plain = "<li><a href='/nb/{n}.html'>某局第{n}份年度报告</a>2025-01-{n}</li>"
    items, _ = read(f"<ul>{plain.format(n=10)}{LINES['with files'].format(n=11)}{plain.format(n=12)}</ul>")
    assert [item.listed_on.day for item in items] == [10, 11, 12]


def test_of_several_documents_on_one_line_none_is_lost():
    links = "".join(f"<a href='/nb/{n}.html'>某局第{n}份年度报告</a>" for n in range(10, 14))
    items, _ = read(f"<table><tr><td>{links} 2025-01-16</td></tr></table>")
    assert [(item.url[-7:], bool(item.listed_on)) for item in items] == [(f"{n}.html", n == 13) for n in range(10, 14)]


def test_links_by_script_in_one_box_are_no_row_and_share_no_date():
    links = "".join(f"""<a href="javascript:;" onclick="go('/nb/{n}.html')">某局第{n}份年度报告</a>""" for n in range(10, 14))
    assert read(f"<div>{links}<p>2025-01-16</p></div>") == ((), 0)
