"""Columns in shapes that no product's manual describes: rows that only name a body, tables of bodies and years, years behind a choice."""

import asyncio
from datetime import UTC, datetime

import pytest

from crawler.discovery.article import heading_of, read_article
from crawler.discovery.attachments import article_words
from crawler.discovery.recognition import is_report
from crawler.discovery.troubles import trouble
from crawler.exploring import explore
from crawler.fetching import Reply
from crawler.list_rows import rows
from crawler.page import base_url, page
from storage.domain.visits import Decision

HOME = "http://www.yunxi.gov.test/"
COLUMN = f"{HOME}gk/nb/index.html"
NOW = datetime(2025, 4, 10, tzinfo=UTC)
FORM = "".join(f"<h2>{head}</h2><p>正文</p>" for head in ("一、总体情况", "二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况"))


def made(url, body, title="政府信息公开年报", head=""):
    text = f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    return page(url, 200, text.encode(), {"content-type": "text/html; charset=utf-8"})


def searched(pages):
    asked = []

    async def ask_page(ask):
        asked.append(ask.url)
        title, body = pages.get(ask.url, ("404", "<h1>404</h1>"))
        found = made(ask.url, body, title) if ask.url in pages else page(ask.url, 404, b"<title>404</title>", {})
        return Reply(found, trouble(found), NOW, NOW)

    return asyncio.run(explore(HOME, ask_page)), asked


def portal(column, others):
    home = {HOME: ("云溪县人民政府", f'<a href="{COLUMN}">政府信息公开年报</a>'), COLUMN: ("政府信息公开年报", column)}
    return home | dict.fromkeys(others, ("2024年政府信息公开工作年度报告", f"<div class='article-content'>{FORM}</div>"))


NAMES = ("县教育局", "县水利局", "县审计局", "县民政局", "城关镇")
SHAPES = {
    "years as headings": "<dl><dt>2024年</dt>"
    + "".join(f'<dd><a href="{n}.html">{name}</a></dd>' for n, name in enumerate(NAMES))
    + "</dl>",
    "a table of bodies and years": "<table><tr><th>单位</th><th>2024年</th><th>2023年</th></tr>"
    + "".join(f'<tr><td>{name}</td><td><a href="{n}.html">查看</a></td><td>-</td></tr>' for n, name in enumerate(NAMES))
    + "</table>",
    "pictures of their names": "".join(
        f'<div><a href="{n}.html"><img src="{n}.png" alt="{name}"></a></div>' for n, name in enumerate(NAMES)
    ),
    "titles that name nobody": "".join(f'<p><a href="{n}.html">202{n}年政府信息公开工作年度报告</a></p>' for n in range(5)),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_rows_that_do_not_say_what_they_are_are_known_by_two_of_them(shape):
    documents = [f"{HOME}gk/nb/{n}.html" for n in range(5)]
    found, asked = searched(portal(shape, documents))
    assert [one.url for one in found.trusted] == [COLUMN]
    assert {item.url for item in found.trusted[0].items} == set(documents)
    assert len(set(asked) & set(documents)) == 2


def test_rows_behind_which_no_report_stands_make_no_column():
    pages = portal(SHAPES["years as headings"], [])
    pages |= {f"{HOME}gk/nb/{n}.html": ("机构职能", "<p>负责全县教育工作。</p>") for n in range(5)}
    assert searched(pages)[0].trusted == ()


def test_years_that_are_chosen_are_lists_of_their_own():
    def year(which):
        options = "".join(f'<option value="/gk/nb/{y if y < 2024 else "index"}.html">{y}年</option>' for y in (2024, 2023))
        row = "".join(
            f'<li><a href="{which}{n}.html">云溪县{name}{which}年政府信息公开年报</a><i>{which + 1}-01-1{n}</i></li>'
            for n, name in enumerate(NAMES)
        )
        return f'<select onchange="location.href=this.value">{options}</select><ul>{row}</ul>'

    pages = portal(year(2024), []) | {f"{HOME}gk/nb/2023.html": ("政府信息公开年报", year(2023))}
    assert {one.url for one in searched(pages)[0].trusted} == {COLUMN, f"{HOME}gk/nb/2023.html"}


def test_an_index_leads_to_the_list_of_each_body_whatever_it_works_on():
    links = "".join(f'<li><a href="/bm{n}/">{name}</a></li>' for n, name in enumerate(NAMES))
    row = "".join(f'<li><a href="{y}.html">{y}年政府信息公开工作年度报告</a><i>{y + 1}-01-16</i></li>' for y in (2023, 2024))
    pages = portal(f"<ul>{links}</ul>", []) | {f"{HOME}bm{n}/": (f"{name}_政府信息公开年报", row) for n, name in enumerate(NAMES)}
    assert {one.url for one in searched(pages)[0].trusted} == {f"{HOME}bm{n}/" for n in range(len(NAMES))}


def test_addresses_are_relative_to_what_the_page_says():
    body = '<ul><li><a href="content/1.html">某局2024年政府信息公开年报</a><i>2025-01-16</i></li></ul>'
    there = made(COLUMN, body, head=f'<base target="_blank"><base href="{HOME}gk/">')
    assert base_url(there) == f"{HOME}gk/"
    assert [item.url for item in rows(there)[0]] == [f"{HOME}gk/content/1.html"]
    assert base_url(made(COLUMN, body, head='<base target="_blank">')) == COLUMN
    assert base_url(made(COLUMN, body, head='<base href="http://[">')) == COLUMN


def test_articles_in_a_list_have_heads_of_their_own():
    head = '<header><h2><a href="/archives/{n}">某局202{n}年政府信息公开年报</a></h2><time>202{n}年3月1{n}日</time></header>'
    body = '<header><a href="/archives/9">领导之窗</a></header>' + "".join(f"<article>{head.format(n=n)}</article>" for n in (3, 4))
    assert [(item.url, item.listed_on.day) for item in rows(made(COLUMN, body))[0]] == [(f"{HOME}archives/{n}", 10 + n) for n in (3, 4)]


def test_a_titles_attribute_may_be_a_small_table():
    link = '<a href="1.html" title="标题：某局2024年政府信息公开年报&#xA;作者：佚名&#xA;更新时间：2025/1/16">某局2024年政府…</a>'
    assert [item.title for item in rows(made(COLUMN, f"<ul><li>{link}<i>2025-01-16</i></li></ul>"))[0]] == ["某局2024年政府信息公开年报"]


def test_a_day_without_its_year_is_a_date_only_where_it_is_all_there_is():
    body = (
        '<ul><li><a href="1.html">2024年政府信息公开年报</a><span>[01-16]</span></li><li><a href="2.html">联系我们</a>0731-8412</li></ul>'
    )
    assert next((item.raw_date, item.listed_on) for item in rows(made(COLUMN, body))[0]) == ("01-16", None)


@pytest.mark.parametrize(
    ("title", "decision"),
    [
        ("安石县交通运输局2024年政府信息公开工作年度", Decision.UNRESOLVED),
        ("卫生健康局2024年度政府信息公开工作年度报", Decision.UNRESOLVED),
        ("安石县城市管理和综合执法局2024年政府信…", Decision.UNRESOLVED),
        ("安石县人民政府办公室2024年政府信息公开工作…", Decision.UNRESOLVED),
        ("安石县召开政府信息公开工作年度", Decision.NOT_REPORT),
        ("安石县2024年国民经济和社会发展…", Decision.NOT_REPORT),
    ],
)
def test_a_title_that_is_cut_off_waits_for_its_page(title, decision):
    assert is_report(title)[0] is decision


def test_a_page_without_official_tags_says_whose_it_is_in_print():
    words = "<p>发布时间：2025-01-16 来源：榕疆县教育局 浏览次数：12</p>"
    heading = "<div class='article-content'><p>榕疆县水利局2024年政府信息公开工作年度报告</p><p>正文</p></div>"
    page = made(COLUMN, f"<h1>2024年政府信息公开工作年度报告</h1>{words}{heading}")
    assert read_article(page).publisher == "榕疆县教育局"
    assert heading_of(article_words(page)) == "榕疆县水利局2024年政府信息公开工作年度报告"
    assert read_article(made(COLUMN, "<p>来源：本网</p><p>正文</p>")).publisher == ""


FUNCTIONS = {
    "a sum": """function openDetail(id){ window.open("/gk/detail.jhtml?id="+id); }""",
    "a variable": """var openDetail = function (id, kind) { location.href = '/gk/detail.jhtml?id=' + id; };""",
    "a template": "function openDetail(id) { window.location = `/gk/detail.jhtml?id=${id}`; }",
}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_a_call_leads_where_its_function_says(function):
    row = """<li><a href="javascript:;" onclick="openDetail('8a{n}', 2)">某局202{n}年政府信息公开年报</a><i>2025-01-1{n}</i></li>"""
    body = f"<ul>{row.format(n=3)}{row.format(n=4)}</ul><script>{function}function other(id){{ open('/x/'+id); }}</script>"
    assert [item.url for item in rows(made(COLUMN, body))[0]] == [f"{HOME}gk/detail.jhtml?id=8a{n}" for n in (3, 4)]


def test_a_call_whose_function_needs_more_than_it_is_given_leads_nowhere():
    clicked = '<li><a onclick="show(12)">某局2024年年报</a><i>2025-01-16</i></li>'
    body = f"""{clicked}<li><a href="1.html">某局2023年年报</a><i>2024-01-16</i></li>"""
    for function in ("", "function show(id){ open('/x/'+kind+'/'+id); }", "function show(id){ alert(id); }"):
        items, skipped = rows(made(COLUMN, f"<ul>{body}</ul><script>{function}</script>"))
        assert ([item.title for item in items], skipped) == (["某局2023年年报"], 1)


@pytest.mark.parametrize(
    "row",
    [
        '<div class="row" data-href="/c/{n}.html"><span>某局202{n}年政府信息公开年报</span><span>2025-01-1{n}</span></div>',
        """<li onclick="location.href='/c/{n}.html'">某局202{n}年政府信息公开年报 <em>2025-01-1{n}</em></li>""",
        '<li><span data-url="/c/{n}.html">某局202{n}年政府信息公开年报</span><em>2025-01-1{n}</em></li>',
    ],
)
def test_a_row_that_is_clicked_needs_no_link(row):
    items, _ = rows(made(COLUMN, f'<div><a href="/about.html">关于我们</a></div><ul>{row.format(n=3)}{row.format(n=4)}</ul>'))
    assert [(item.url, item.title, item.listed_on.day) for item in items] == [
        (f"{HOME}c/{n}.html", f"某局202{n}年政府信息公开年报", 10 + n) for n in (3, 4)
    ]


def test_a_tree_that_a_script_draws_leads_on():
    tree = 'var zNodes = [{ id:1, pId:0, name:"政府信息公开", open:true},{ id:8, pId:1, name:"公开年报", url:"/gk/list_8.html"}];'
    listed = "".join(f'<li><a href="{y}.html">{y}年政府信息公开工作年度报告</a><i>{y + 1}-01-16</i></li>' for y in (2023, 2024))
    pages = {HOME: ("云溪县人民政府", f"<script>{tree}</script>"), f"{HOME}gk/list_8.html": ("公开年报", listed)}
    assert [one.url for one in searched(pages)[0].trusted] == [f"{HOME}gk/list_8.html"]
