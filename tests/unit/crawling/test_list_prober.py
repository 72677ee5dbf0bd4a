"""The pager prober against servers of each dialect: every row once and in order, or the list is not called read."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.discovery.troubles import trouble
from crawler.fetching import Reply
from crawler.list_pager import Told, told
from crawler.list_prober import MAX_PROBES
from crawler.list_reading import Reading, read_all
from crawler.listing import Ask, Start
from crawler.page import page

NOW = datetime(2025, 2, 3, tzinfo=UTC)
FOLDER = "http://www.qc.gov.test/zwgk/nb/"
NOT_FOUND = "<html><title>404</title><body><p>404　您访问的页面不存在。</p></body></html>"
OTHER = '<li><a href="/zwgk/gsgg/{n}.html">公示公告第{n}号</a><span>2024-06-{n}</span></li>'


@dataclass(frozen=True)
class Dialect:
    """One way to number pages: the pager printed on page `place` of `pages`, and which page an address stands for."""

    first: str
    pager: object
    place: object
    query: bool = False


def _file(form, shift=0):
    """Pages named by a file: `form` has the number in it, which is the place less `shift`."""
    before, _, after = form.partition("#")

    def place(name):
        inner = name.removeprefix(before).removesuffix(after)
        return int(inner) + shift if name.startswith(before) and name.endswith(after) and inner.isdigit() and inner != "0" else None

    return place


def _query(name, shift=0):
    def place(query):
        value = dict(parse_qsl(query)).get(name, "")
        return int(value) + shift if value.isdigit() else None

    return place


WRITTEN = """<script>
var currentPage = {at};//所在页从0开始
var nextPage = currentPage+1//下一页
var countPage = {of}//共多少页
document.write("<a href=\\"index."+"html\\">首页</a>");
if(countPage>1&&currentPage!=(countPage-1))
document.write("<a href=\\"index"+"_" + nextPage + "."+"html\\"><span class=greyfont>下一页</span></a>");
</script>"""
"""As TRS WCM writes its pager where a portal has not replaced it."""


CATALOGUE = """<script>var m_sPageName = "index"; var m_sPageExt = "htm";
sURL = m_sPageName + "_" + (_iPage-1) + "." + m_sPageExt;
var m_nRecordCount = "{of}"; var m_nCurrPage = {at}; var m_nPageSize = 4;</script>"""
"""As TRS's catalogue of public information says its pages."""


def _handled(at, of):
    """A pager without addresses to follow: what a click asks for stands in its handler."""
    turn = "queryArticleByCondition(this,'/zwgk/nb/17081-{n}.html')"
    link = f"<a onclick=\"{turn}\" tagname='/zwgk/nb/17081-{{n}}.html'>{{words}}</a>"
    onward = link.format(n=at + 1, words="下一页") if at < of else "<a tagname='[NEXTPAGE]'>下一页</a>"
    return f"<div totalpage='{of}'>{onward}{link.format(n=of, words='尾页')}</div>"


def _onward(link):
    """A pager of nothing but a link onward, which the last page does not have; `#` stands for its address."""
    return Dialect("index.html", lambda at, of: link.replace("#", f"list_{at + 1}.html") if at < of else "", _file("list_#.html"))


DIALECTS = {
    "picture": _onward('<a href="#"><img src="/images/r1.gif" alt="下一页"></a>'),
    "picture-file": _onward('<a href="#"><img src="/images/page_next.png"></a>'),
    "titled": _onward('<a href="#" title="下一页"><i class="icon"></i></a>'),
    "class": _onward('<a href="#" class="pagination-next"></a>'),
    "spoken": _onward('<a href="#" aria-label="Next page"> </a>'),
    "english": _onward('<a href="#">Next »</a>'),
    "english-long": _onward('<a href="#">Next Page &gt;</a>'),
    "related": _onward('<a href="#" rel="nofollow next">更早的内容</a>'),
    "head-link": _onward('<link rel="next" href="#">'),
    "linked": Dialect(
        "index.html", lambda at, of: f'<a href="list_{at + 1}.html">下一页</a>' if at < of else "下一页", _file("list_#.html")
    ),
    "trs": Dialect("", lambda at, of: f'<script>createPageHTML({of}, {at - 1}, "index", "html");</script>', _file("index_#.html", 1)),
    "named": Dialect("", lambda at, of: f"<script>createPageHTML('p', {of}, {at}, 'index', 'html', 9);</script>", _file("index_#.html")),
    "set-page": Dialect("index.html", lambda at, of: f'<script>$("#p").pagination("setPage", {at}, {of});</script>', _file("index_#.html")),
    "page-id": Dialect("index.html", lambda at, of: f'共{of}页 <a href="index_4821_{of}.html">末页</a>', _file("index_4821_#.html")),
    "last-0": Dialect("index.shtml", lambda at, of: f'共{of}页 <a href="index_{of - 1}.shtml">尾页</a>', _file("index_#.shtml", 1)),
    "numbers": Dialect("nb.html", lambda at, of: f'第{at}/{of}页 <a href="/zwgk/nb/nb/{at + 1}.html">{at + 1}</a>', _file("nb/#.html")),
    "query": Dialect(
        "nb.jsp", lambda at, of: f'第{at}页/共{of}页<script>go("nb.jsp?currentPage=" + n)</script>', _query("currentPage"), True
    ),
    "decimal": Dialect("nb.jsp", lambda at, of: f'共{of}页<script>go("nb.jsp?pageDec=" + (n - 1))</script>', _query("pageDec", 1), True),
    "written": Dialect("", lambda at, of: WRITTEN.format(at=at - 1, of=of), _file("index_#.html", 1)),
    "catalogue": Dialect("index.htm", lambda at, of: CATALOGUE.format(at=at - 1, of=of * 4), _file("index_#.htm", 1)),
    "handled": Dialect("index.html", _handled, _file("17081-#.html")),
    "counted": Dialect("nb.php", lambda at, of: f"<script>var countPage = {of};</script>", _query("page"), True),
    "silent-0": Dialect("", lambda at, of: f"共{of}页", _file("index_#.html", 1)),
    "silent-1": Dialect("list.html", lambda at, of: f"共{of}页", _file("list_#.html")),
    "silent-place": Dialect("list.html", lambda at, of: f"第{at}/{of}页", _file("list_#.html")),
}


@dataclass
class Server:
    """A list of so many rows in that dialect. `strays` answers a page that is not there with another column, `skips` leaves page 2 out."""

    dialect: Dialect
    count: int
    each: int = 4
    strays: bool = False
    skips: bool = False
    declares: int = 0
    asked: list = field(default_factory=list)

    @property
    def url(self):
        return FOLDER + self.dialect.first

    def text(self, url):
        parts = urlsplit(url)
        pages = max(1, -(-self.count // self.each))
        named = parts.query if self.dialect.query else url.removeprefix(FOLDER)
        place = 1 if url == self.url else self.dialect.place(named)
        if self.dialect.query and place is None and parts.path == urlsplit(self.url).path:
            place = 1
        if self.skips and place is not None and place > 1:
            place += 1
        if place is None or not 1 <= place <= pages:
            if not self.strays:
                return NOT_FOUND
            return f"<html><title>公示公告</title><body><ul>{''.join(OTHER.format(n=n) for n in range(10, 14))}</ul></body></html>"
        shown = range((place - 1) * self.each, min(self.count, place * self.each))
        rows = "".join(
            f'<li><a href="/zwgk/nb/202501/t20250116_{n}.html">某局第{n}份年度报告</a><span>2025-01-16</span></li>' for n in shown
        )
        pager = self.dialect.pager(place, self.declares or pages)
        return f"<html><title>政府信息公开年报</title><body><ul>{rows}</ul><div class='turn'>{pager}</div></body></html>"

    async def ask_page(self, ask: Ask) -> Reply:
        self.asked.append(ask.url)
        text = self.text(ask.url)
        found = page(ask.url, 404 if text == NOT_FOUND else 200, text.encode(), {"content-type": "text/html; charset=utf-8"})
        return Reply(found, trouble(found), NOW, NOW)

    def read(self):
        first = page(self.url, 200, self.text(self.url).encode(), {"content-type": "text/html; charset=utf-8"})
        reading = Reading(lambda listing, before: None, 40, "trs_static")
        facts = asyncio.run(read_all(Start(self.url), first, reading, self.ask_page))
        return [int(item.title.removeprefix("某局第").partition("份")[0]) for item in reading.items], facts


@pytest.mark.parametrize("count", [1, 4, 5, 18])
@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_every_page_is_found_from_what_the_page_says(name, count):
    server = Server(DIALECTS[name], count)
    rows, facts = server.read()
    assert rows == list(range(count))
    assert (facts.ended, facts.stop) == (True, None)
    pages = -(-count // server.each)
    assert len(server.asked) <= max(0, pages - 1) + MAX_PROBES - 1


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(DIALECTS)), st.integers(1, 30), st.integers(1, 7), st.booleans(), st.booleans(), st.sampled_from([0, 0, 3, 40])
)
def test_no_row_is_lost_in_silence(name, count, each, strays, skips, declares):
    server = Server(DIALECTS[name], count, each, strays, skips, declares)
    if skips and not server.dialect.pager(1, 3).startswith("第"):
        return  # a server that leaves a page out and does not say which one it shows is believed: there is nothing to tell by
    if 0 < declares * each < count:
        return  # a pager that ends before the list does hides the rest; only the history of the list can tell
    rows, facts = server.read()
    assert rows == sorted(set(rows))
    assert set(rows) <= set(range(count))
    if facts.ended:
        assert rows == list(range(count))
    assert len(server.asked) <= len(range(0, count, each)) + 2 * MAX_PROBES


@pytest.mark.parametrize("name", ["silent-0", "silent-1", "trs", "page-id"])
def test_rows_of_another_column_are_not_taken(name):
    server = Server(DIALECTS[name], 18, strays=True, declares=7)
    rows, facts = server.read()
    assert rows == list(range(18))
    assert not facts.ended


def test_a_page_that_says_it_is_another_place_is_not_taken():
    server = Server(DIALECTS["silent-place"], 30, skips=True)
    rows, facts = server.read()
    assert rows == [0, 1, 2, 3]
    assert not facts.ended


def test_a_list_that_always_answers_with_its_first_page_is_asked_a_few_times_and_not_believed():
    everything = Dialect("list.html", lambda at, of: "共9页", lambda name: 1)
    server = Server(everything, 30)
    rows, facts = server.read()
    assert rows == [0, 1, 2, 3]
    assert not facts.ended
    assert 0 < len(server.asked) <= MAX_PROBES


def test_a_page_that_says_nothing_of_more_is_not_probed():
    server = Server(Dialect("list.html", lambda at, of: "", _file("list_#.html")), 4)
    assert server.read()[0] == [0, 1, 2, 3]
    assert server.asked == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("共 27 条 第1/2页", Told(27, 1, 2)),
        ("页次：3/16页", Told(None, 3, 16)),
        ("2025/1/16 页次：1/2页", Told(None, 1, 2)),
        ("第 2 页 共 9 页", Told(None, 2, 9)),
        ("共9页 当前第4页", Told(None, 4, 9)),
        ("总数：31", Told(31, None, None)),
        ("<script>var totalPage = '7';</script>", Told(None, None, 7)),
        ("2025/1/16", Told()),
    ],
)
def test_what_a_pager_says(words, expected):
    assert told(page(FOLDER, 200, f"<html><body><div>{words}</div></body></html>".encode())) == expected


SCROLLED = """<script>var page = 1; $(window).on("scroll", function () {
if (atBottom()) { page++; $.get("/zwgk/nb/more.jsp?id=7&page=" + page, function (part) { $("ul").append(part); }); } });</script>"""


@dataclass
class Scrolled(Server):
    """A list whose later rows come as pieces of a page while it is scrolled; behind the last `end` comes."""

    end: str = "<p>没有更多了</p>"

    def text(self, url):
        if url == self.url:
            return super().text(url)
        place = int(dict(parse_qsl(urlsplit(url).query))["page"])
        rows = super().text(f"{self.url}?page={place}")
        pages = -(-self.count // self.each)
        return rows.partition("<body>")[2].partition("<div")[0] if place <= pages else self.end


def _scrolled(count, **kwargs):
    return Scrolled(Dialect("nb.jsp", lambda at, of: SCROLLED, _query("page"), True), count, **kwargs)


@pytest.mark.parametrize("count", [3, 4, 5, 18])
def test_a_list_that_loads_more_as_it_is_scrolled_is_asked_what_its_script_asks(count):
    server = _scrolled(count)
    rows, facts = server.read()
    assert (rows, facts.ended) == (list(range(count)), True)
    assert all("/zwgk/nb/more.jsp?id=7&page=" in url for url in server.asked)


@pytest.mark.parametrize("end", ["<p>系统繁忙，请稍后再试</p>", "<ul></ul>", '{"code": 500}', ""])
def test_what_is_no_end_of_a_scrolled_list_is_not_taken_for_one(end):
    rows, facts = _scrolled(18, end=end).read()
    assert (rows, facts.ended) == (list(range(18)), False)
