"""A list is read to its end only if nothing on its last page shows that there is more, in whatever dialect."""

import asyncio
from datetime import UTC, datetime

import pytest

from crawler.fetching import Reply
from crawler.list_leftover import more_is_shown
from crawler.list_reading import LEFT_OVER, Reading, read_all
from crawler.listing import Start
from crawler.page import page

NOW = datetime(2025, 2, 3, tzinfo=UTC)
START = Start("http://www.qingpu.gov.test/nb/index.html")
APOLOGY = "<html><body><p>系统繁忙，请稍后再试</p></body></html>"

SCROLLS = """var page = 1;
$(window).scroll(function () { if (atEnd()) { page++; $.post(API, {page: page}, function (rows) { $("ul").append(rows); }); } });"""

MORE = [
    '<div class="page"><span>1</span><span>2</span><span>3</span></div>',
    '<div><b>1</b><a href="javascript:;" data-page="2">2</a><a href="javascript:;">下一页</a></div>',
    '<div><a href="javascript:void(0)" onclick="goPage(2)">下一页</a></div>',
    '<div class="pagination"><em>1/3</em></div>',
    '<a href="index_3.html">尾页</a>',
    '<select onchange="go(this.value)"><option>第1页</option><option>第2页</option></select>',
    '<button id="more">加载更多</button>',
    '<div onclick="more()">点击加载更多</div>',
    '<script>laypage.render({elem: "p", count: 42, limit: 12})</script>',
    '<el-pagination :total="42" layout="prev, pager, next"></el-pagination>',
    '<div><a href="javascript:;">Next »</a></div>',
    '<div><a href="javascript:;" onclick="turn()"><img src="/img/r.gif" alt="下一页"></a></div>',
    '<div class="pager"><a href="javascript:;"><img src="/images/page_next.gif"></a></div>',
    '<div class="pages"><a href="#" class="next"></a></div>',
    '<a href="javascript:;" title="Next page"><i class="icon"></i></a>',
    '<iframe src="/common/pager.html?col=12" height="30"></iframe>',
    '<iframe src="/a/b.html" name="fenye"></iframe>',
    f"<script>{SCROLLS}</script>",
    "<script>new IntersectionObserver(function(){ fetch('/api/list', {method: 'POST', body: n}); loadMore(); })</script>",
    '<div class="infinite-scroll"></div>',
    '<van-list finished-text="没有更多了"></van-list>',
    "<p>上拉加载更多</p>",
    "<button>Load more</button>",
]
ALL = [
    "",
    '<div class="page"><span>1</span></div>',
    '<div class="pagination"><em>1/1</em></div>',
    '<div><a class="disabled" href="javascript:;">下一页</a></div>',
    "<div><span>下一页</span></div>",
    '<a href="index.html">尾页</a>',
    '<script>laypage.render({elem: "p", count: 12, limit: 20})</script>',
    '<div class="side"><a href="/news/">查看更多</a></div>',
    '<div class="banner"><i>1</i><i>2</i><i>3</i></div>',
    '<div class="page">版权所有 2025 <a href="/map.html">网站地图</a></div>',
    '<div class="slides"><a href="javascript:;" class="swiper-button-next"></a><a href="#"><img src="/img/next.png"></a></div>',
    '<div><a class="disabled" href="javascript:;"><img src="/images/next.gif" alt="下一页"></a></div>',
    '<iframe src="/common/weather.html"></iframe><iframe src="/homepage/count.html" name="webpage"></iframe>',
    "<script>$(window).scroll(function () { $('#top').toggle($(this).scrollTop() > 200); });</script>",
    "<script>$(window).scroll(function () { stick(); });</script><script>$.get('/count?id=1');</script>",
    "<script>var page = 1; function turn() { page++; } </script>",
    '<div class="reload">重新加载</div>',
    '<link rel="next" href="http://www.qingpu.gov.test/nb/index.html">',
]


def read(pager: str, rows: int = 12):
    names = [f"青浦示例县第{i}局2024年政府信息公开工作年度报告" for i in range(rows)]
    lines = "".join(
        f'<li><a href="/nb/{i}.html" title="{name}">{name}</a><span>2025-01-{i + 1:02d}</span></li>' for i, name in enumerate(names)
    )
    head, foot = "<html><head><title>政府信息公开年报</title></head>", "<p>主办：青浦示例县人民政府</p>"
    body = f"{head}<body><div><ul>{lines}</ul></div>{pager}{foot}</body></html>"

    async def ask_page(ask):
        return Reply(page(ask.url, 200, APOLOGY.encode()), None, NOW, NOW)

    reading = Reading(lambda listing, before: None, 20)
    facts = asyncio.run(read_all(START, page(START.url, 200, body.encode()), reading, ask_page))
    assert facts.items_seen == rows
    return facts


@pytest.mark.parametrize("pager", MORE)
def test_a_pager_we_do_not_speak_leaves_the_list_unfinished(pager):
    facts = read(pager)
    assert (facts.ended, facts.stop) == (False, LEFT_OVER)


@pytest.mark.parametrize("pager", ALL)
def test_what_shows_no_more_leaves_the_list_whole(pager):
    assert read(pager).ended


def test_a_short_list_under_a_pager_is_all_there_is():
    assert read('<div><a href="javascript:;">下一页</a></div>', rows=4).ended
    assert not read('<div><a href="javascript:;">下一页</a></div>', rows=12).ended


@pytest.mark.parametrize("pager", [f"<script>{SCROLLS}</script>", "<p>上拉加载更多</p>", '<iframe src="/common/pager.html"></iframe>'])
def test_a_short_list_needs_no_further_rows(pager):
    assert read(pager, rows=4).ended


@pytest.mark.parametrize("script", ["laypage.render({elem:'p',count:3})", "pagination({total: 5, size: 20})", "x({count: 0})"])
def test_a_small_count_of_a_script_hides_no_pager_that_names_more_pages(script):
    rows = "".join(f'<li><a href="t{n}.html">事项{n}</a><span>2025-01-{n:02}</span></li>' for n in range(1, 21))
    pager = "<div class='pager'>" + "".join(f"<a href='javascript:go({n})'>{n}</a>" for n in (1, 2, 3)) + "</div>"
    text = f"<html><body><ul>{rows}</ul>{pager}<script>{script}</script></body></html>"
    assert more_is_shown(page(START.url, 200, text.encode(), {"content-type": "text/html; charset=utf-8"}), 20, 1)
