"""The column is found from the home page alone: on every simulated style and shape, and past look-alikes, other hosts and challenges."""

import asyncio
import gzip
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest

from crawler.demo.pages import Request
from crawler.demo.world.answering import address_of, answer, columns_of
from crawler.demo.world.content import publish_world
from crawler.demo.world.dialects import dialects
from crawler.demo.world.plan import make_plan
from crawler.discovery.anchors import COLUMN, score_of
from crawler.discovery.leads import column_of_article, sitemap_columns, sitemaps_of
from crawler.discovery.recognition import is_report
from crawler.discovery.troubles import trouble
from crawler.exploring import MAX_PAGES, explore
from crawler.fetching import Reply
from crawler.page import page
from storage.domain.visits import Decision

NOW = datetime(2025, 4, 10, tzinfo=UTC)
DAY = date(2025, 4, 10)
PLAN = make_plan(3, dialects(), hosts=120, faulty=False)
HOME = "http://www.yunxi.gov.test/"


@pytest.fixture(scope="module")
def content():
    return publish_world(PLAN)


def _asker(get):
    asked = []

    async def ask(what):
        asked.append(what.url)
        found = get(what)
        return Reply(found, trouble(found), NOW, NOW)

    return ask, asked


def _from_world(content):
    def get(ask):
        parts = urlsplit(ask.url)
        headers = {"referer": ask.referer, **{name.lower(): value for name, value in ask.headers}}
        asked = Request(ask.method, parts.path, dict(parse_qsl(parts.query)), dict(ask.form), ask.json.encode(), headers)
        got = answer(PLAN, content, DAY, parts.hostname, asked)
        body = gzip.decompress(got.body) if "Content-Encoding" in got.headers else got.body
        return page(ask.url, got.status, body, {"content-type": got.media_type, **got.headers})

    return get


def _from(pages):
    def get(ask):
        found = pages.get(ask.url)
        status, text = (404, "<title>404</title>") if found is None else found if isinstance(found, tuple) else (200, found)
        return page(ask.url, status, text.encode(), {"content-type": "text/html; charset=utf-8"})

    return get


def _explore(pages, **wanted):
    ask, asked = _asker(_from(pages))
    return asyncio.run(explore(HOME, ask, **wanted)), asked


def _html(body, title="云溪县人民政府", meta=""):
    filler = "<p>本站刊登本地政务动态、办事指南和公共服务信息，欢迎监督。</p>" * 12
    return f"<html><head><title>{title}</title>{meta}</head><body><div class='main'>{body}</div>{filler}</body></html>"


def _list(name="云溪县教育局", years=(2022, 2023, 2024), what="政府信息公开工作年度报告", start="./"):
    rows = "".join(
        f'<li><a href="{start}t{year + 1}0120_{year}.html">{name}{year}年{what}</a><span>{year + 1}-01-20</span></li>' for year in years
    )
    return f'<ul class="list">{rows}</ul>'


@pytest.mark.parametrize("name", sorted(PLAN.hosts)[::3])
def test_the_columns_of_every_style_and_shape_are_found(content, name):
    host = PLAN.hosts[name]
    ask, asked = _asker(_from_world(content))
    found = asyncio.run(explore(f"http://{name}/", ask))
    columns = columns_of(host, content.publications, DAY)
    wanted = {f"http://{name}{address_of(host, site)}" for site, shown, _ in columns if shown.by_host[name]}
    assert {one.url for one in found.trusted} == wanted, host
    assert {one.family for one in found.trusted} != {""}
    assert len(asked) <= MAX_PAGES
    assert all(one.series == (host.shape in {"years", "yearly"}) for one in found.trusted)


def test_last_years_columns_do_not_keep_this_years_from_being_found(content):
    turning = [name for name in sorted(PLAN.hosts) if PLAN.hosts[name].shape in {"years", "yearly"}][:8]
    for name in turning:
        host = PLAN.hosts[name]
        columns = [f"http://{name}{site.column_path}" for site, _, _ in columns_of(host, content.publications, DAY)]
        ask, asked = _asker(_from_world(content))
        found = asyncio.run(explore(f"http://{name}/", ask, hints=columns[1:]))
        assert columns[0] in {one.url for one in found.trusted}, host
        assert len(asked) <= MAX_PAGES


def test_a_report_named_like_a_column_is_no_column_and_an_article_with_many_is():
    tags = '<meta name="ArticleTitle" content="2023年度报告"><meta name="ColumnType" content="信息公开年报">'
    attached = '<div class="list"><ul><li><a href="f.pdf">2023年政府信息公开工作年度报告.pdf</a></li></ul></div>'
    for inside, wanted in ((attached, []), (_list(), [HOME + "nb/2023.html"])):
        pages = {
            HOME: _html('<a href="/nb/2023.html">2023年政府信息公开工作年度报告</a>'),
            HOME + "nb/2023.html": _html(inside, "政府信息公开年报").replace("<title>", f"{tags}<title>", 1),
        }
        found, _ = _explore(pages)
        assert [one.url for one in found.trusted] == wanted


@pytest.mark.parametrize(("older", "trusted"), [(True, {"nb24/", "nb23/"}), (False, set())])
def test_a_new_years_column_with_one_report_among_others_is_believed_for_its_sisters(older, trusted):
    others = "".join(f'<li><a href="t{n}.html">云溪县第{n}小学招生简章</a><span>2025-01-0{n}</span></li>' for n in range(1, 9))
    named = "2024年年报"
    pages = {
        HOME: _html(f'<a href="/nb24/">{named}</a>' + ('<a href="/nb23/">2023年政府信息公开年报</a>' if older else "")),
        HOME + "nb24/": _html(f"<ul>{others}</ul>" + _list(years=(2024,)), named),
        HOME + "nb23/": _html(_list(years=(2023, 2023)), "2023年政府信息公开年报"),
    }
    found, _ = _explore(pages)
    assert {one.url.removeprefix(HOME) for one in found.trusted} == trusted


@pytest.mark.parametrize("hints", [[], ["nb23/"], ["nb24/", "nb23/"]])
@pytest.mark.parametrize("words", ["{}年政府信息公开年报", "政府信息公开年报"])
def test_a_new_years_column_is_believed_however_it_was_reached_and_without_a_year_in_its_name(hints, words):
    others = "".join(f'<li><a href="t{n}.html">云溪县第{n}小学招生简章</a><span>2025-01-0{n}</span></li>' for n in range(1, 9))
    ways = "".join(f'<a href="/nb{year - 2000}/">{words.format(year)}</a>' for year in (2024, 2023))
    pages = {
        HOME: _html(ways),
        HOME + "nb24/": _html(f"<ul>{others}</ul>" + _list(years=(2024,)), "政府信息公开年报"),
        HOME + "nb23/": _html(_list("云溪县", (2023,)) + _list("云溪县教育局", (2023,), start="./j"), "政府信息公开年报"),
    }
    found, _ = _explore(pages, hints=[HOME + hint for hint in hints])
    assert {one.url.removeprefix(HOME) for one in found.trusted} == {"nb24/", "nb23/"}
    if "{}" in words:
        assert {one.url.removeprefix(HOME): one.evidence.year for one in found.trusted} == {"nb24/": 2024, "nb23/": 2023}


GROUPS = (
    {"bm": "区政府部门", "xz": "街道乡镇"},
    {"zf": "云溪县人民政府", "bm": "县直部门", "xz": "乡镇（街道）"},
    {"a": "委办局", "b": "镇街"},
)


@pytest.mark.parametrize("groups", GROUPS)
@pytest.mark.parametrize("years", [(2024, 2023, 2022), ()])
def test_a_column_divided_by_years_and_groups_of_publishers_is_found_whole(groups, years):
    start = HOME + "zwgk/c1/"
    pages = {
        HOME: _html('<a href="/zwgk/">政务公开</a>'),
        HOME + "zwgk/": _html('<a href="/zwgk/c1/">政府信息公开年报</a><a href="/zwgk/zn/">政府信息公开指南</a>', "政务公开"),
        start: _html("".join(f'<li><a href="{year}n/">{year}年</a></li>' for year in reversed(years)), "政府信息公开年报"),
    }
    for year in years or (0,):
        root = f"{start}{year}n/" if year else start
        ways = "".join(f'<li><a href="{group}/">{words}</a></li>' for group, words in groups.items())
        pages[root] = _html(ways, f"{year}年" if year else "政府信息公开年报")
        for group, words in groups.items():
            shown = (year,) if year else (2022, 2023, 2024)
            pages[f"{root}{group}/"] = _html(_list(f"云溪县{group}局", shown) + _list(f"云溪县{group}二局", shown, start="./b"), words)
    found, asked = _explore(pages)
    wanted = {f"{start}{year}n/{group}/" for year in years for group in groups} or {f"{start}{group}/" for group in groups}
    assert {one.url for one in found.trusted} == wanted
    assert len(asked) <= MAX_PAGES
    if years:
        assert all(str(one.evidence.year) in one.url for one in found.trusted)
        assert asked.index(f"{start}2024n/{max(groups)}/") < asked.index(f"{start}2023n/")


def test_words_of_the_sites_menu_beside_a_column_with_rows_are_no_parts_of_it():
    menu = '<a href="/bm/">政府部门</a><a href="/xz/">乡镇街道</a>'
    pages = {HOME: _html('<a href="/nb/">政府信息公开年报</a>' + menu), HOME + "nb/": _html(menu + _list(), "政府信息公开年报")}
    found, asked = _explore(pages)
    assert [one.url for one in found.trusted] == [HOME + "nb/"]
    assert asked == [HOME, HOME + "nb/"]


def test_a_list_named_otherwise_with_one_report_is_no_sister_of_the_column():
    others = "".join(f'<li><a href="t{n}.html">云溪县第{n}小学招生简章</a><span>2025-01-0{n}</span></li>' for n in range(1, 9))
    pages = {
        HOME: _html('<a href="/nb/">政府信息公开年报</a><a href="/gk/">信息公开</a>'),
        HOME + "gk/": _html(f"<ul>{others}</ul>" + _list(years=(2024,)), "最新公开"),
        HOME + "nb/": _html(_list("云溪县", (2023,)) + _list("云溪县教育局", (2023,), start="./j"), "政府信息公开年报"),
    }
    found, _ = _explore(pages, hints=[HOME + "gk/"])
    assert {one.url.removeprefix(HOME) for one in found.trusted} == {"nb/"}


def test_a_column_known_from_before_to_which_the_home_page_leads_ends_the_search():
    ways = "".join(f'<a href="/gk{number}/">信息公开{number}</a>' for number in range(9))
    pages = {HOME: _html(f'<a href="/nb/">政府信息公开年报</a>{ways}'), HOME + "nb/": _html(_list(), "政府信息公开年报")}
    pages |= {HOME + f"gk{number}/": _html("<p>信息公开</p>") for number in range(9)}
    found, asked = _explore(pages, hints=[HOME + "nb/"])
    assert [one.url for one in found.trusted] == [HOME + "nb/"]
    assert asked == [HOME, HOME + "nb/"]


def test_a_page_of_older_years_known_from_before_does_not_end_the_search():
    pages = {
        HOME: _html('<a href="/gk/">政府信息公开</a>'),
        HOME + "gk/": _html('<a href="/nb24/">2024年政府信息公开年报</a>'),
        HOME + "old/": _html('<a href="/nb23/">2023年政府信息公开年报</a>'),
        HOME + "nb24/": _html(_list(years=(2024, 2024)), "2024年政府信息公开年报"),
        HOME + "nb23/": _html(_list(years=(2023, 2023)), "2023年政府信息公开年报"),
    }
    found, _ = _explore(pages, hints=[HOME + "nb23/", HOME + "old/"])
    assert {one.url for one in found.trusted} == {HOME + "nb24/", HOME + "nb23/"}


def test_the_website_report_and_the_rule_of_law_report_are_no_columns():
    pages = {
        HOME: _html('<a href="/wz/">政府网站工作年度报表</a><a href="/fz/">法治政府建设年度报告</a>'),
        HOME + "wz/": _html(_list(what="政府网站工作年度报表"), "政府网站工作年度报表"),
        HOME + "fz/": _html(_list(what="法治政府建设年度报告"), "法治政府建设年度报告"),
    }
    found, asked = _explore(pages)
    assert found.candidates == ()
    assert HOME + "wz/" not in asked


def test_a_tab_parameter_and_a_frame_lead_to_the_column():
    pages = {
        HOME: _html('<a href="/zwgk/?gk=1">政府信息公开</a>'),
        HOME + "zwgk/?gk=1": _html('<a href="?gk=4">政府信息公开年报</a>'),
        HOME + "zwgk/?gk=4": _html('<iframe src="/frame/nb/"></iframe>', "政府信息公开年报"),
        HOME + "frame/nb/": _html(_list(), "政府信息公开年报"),
    }
    found, _ = _explore(pages)
    assert [one.url for one in found.trusted] in ([HOME + "zwgk/?gk=4"], [HOME + "frame/nb/"])
    assert found.trusted[0].evidence.reports == 3


def test_a_report_on_the_home_page_gives_its_column_away():
    pages = {HOME: _html(_list(years=(2024,), start="/dwgk/202501/")), HOME + "dwgk/": _html(_list(), "年报公开")}
    found, _ = _explore(pages)
    assert [one.url for one in found.trusted] == [HOME + "dwgk/"]


def test_a_sitemap_is_the_last_way():
    pages = {
        HOME: _html('<a href="/xw/">新闻</a>'),
        HOME + "robots.txt": f"User-agent: *\nSitemap: {HOME}map.xml\n",
        HOME + "map.xml": f"<urlset><url><loc>{HOME}gk/zfxxgknb/</loc></url><url><loc>{HOME}gk/zfxxgknb/t1.html</loc></url></urlset>",
        HOME + "gk/zfxxgknb/": _html(_list(), "信息公开年报"),
    }
    found, _ = _explore(pages)
    assert [one.url for one in found.trusted] == [HOME + "gk/zfxxgknb/"]


def test_a_sister_portals_path_is_tried_where_no_link_leads():
    pages = {HOME: _html("<p>建设中</p>"), HOME + "zwgk/abc/": _html(_list(), "信息公开年报")}
    found, _ = _explore(pages, hints=[HOME + "zwgk/abc/"])
    assert [one.url for one in found.trusted] == [HOME + "zwgk/abc/"]


def test_an_index_that_links_out_is_noted_and_not_followed():
    pages = {HOME: _html('<a href="http://www.other.gov.test/nb/">省直部门政府信息公开年报</a>')}
    found, asked = _explore(pages)
    assert [link.url for link in found.outbound] == ["http://www.other.gov.test/nb/"]
    assert all("other.gov.test" not in url for url in asked)


def test_an_empty_named_column_waits_for_a_person():
    meta = '<meta name="ColumnType" content="信息公开年报">'
    pages = {
        HOME: _html('<a href="/nb/">政府信息公开年报</a>'),
        HOME + "nb/": _html("<ul><li>暂无信息</li></ul>", "政府信息公开年报", meta),
    }
    found, _ = _explore(pages)
    assert (found.trusted, [one.url for one in found.candidates]) == ((), [HOME + "nb/"])


@pytest.mark.parametrize("words", ["下一页", "末页", "2", "第3页", "<< 上页", "下页 >"])
def test_a_pager_leads_to_no_other_column(words):
    pages = {
        HOME: _html('<a href="/nb/">政府信息公开年报</a>'),
        HOME + "nb/": _html(_list() + f'<a href="other.html">{words}</a>', "政府信息公开年报"),
        HOME + "nb/other.html": _html(_list(years=(2019, 2020, 2021)), "政府信息公开年报"),
    }
    found, _ = _explore(pages)
    assert [one.url for one in found.trusted] == [HOME + "nb/"]


def test_nothing_is_asked_after_a_challenge():
    pages = {HOME: _html('<a href="/nb/">政府信息公开年报</a><a href="/gk/">政府信息公开</a>'), HOME + "nb/": (412, "<html></html>")}
    found, asked = _explore(pages)
    assert (found.stop.outcome.value, asked) == ("challenged", [HOME, HOME + "nb/"])


def test_a_maze_ends():
    def get(ask):
        number = int(urlsplit(ask.url).path.strip("/x") or 0)
        return page(ask.url, 200, _html("".join(f'<a href="/x{number * 9 + n + 1}x">信息公开年报{n}</a>' for n in range(9))).encode(), {})

    ask, asked = _asker(get)
    found = asyncio.run(explore(HOME, ask))
    assert len(asked) <= MAX_PAGES
    assert not found.exhausted


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("政府信息公开年报", "年度报告"),
        ("信息公开年报", "年报"),
        ("年报", "政府信息公开"),
        ("法定主动公开内容", "政务公开"),
        ("政务公开", "政府网站工作年度报表"),
    ],
)
def test_words_are_ranked(better, worse):
    assert score_of(better, HOME)[0] > score_of(worse, HOME)[0]


@pytest.mark.parametrize("words", ["财政预决算", "企业年报", "法治政府建设年度报告", "信用年报", "年报解读"])
def test_other_annual_matters_are_no_columns(words):
    assert score_of(words, HOME)[0] == 0


@pytest.mark.parametrize(
    "path", ["zwgk/zfxxgk/zfxxgknb/", "zfxxgk/gknb/", "2025ndbg/", "10462/2025nb/x.shtml", "zwgk/nb/", "a/zfxxgkgzndbg_251551/"]
)
def test_paths_of_columns_are_known(path):
    assert score_of("", HOME + path)[0] >= COLUMN


def test_articles_and_sitemaps_lead_to_columns():
    assert column_of_article(HOME + "art/2025/1/20/art_1401_99.html") == HOME + "col/col1401/index.html"
    assert column_of_article(HOME + "zwgk/202501/t20250120_7.html") == HOME + "zwgk/"
    assert column_of_article(HOME + "about.html") == ""
    assert sitemaps_of("", HOME) == (HOME + "sitemap.xml",)
    assert sitemap_columns("<loc>http://a.test/xw/</loc>") == ()


@pytest.mark.parametrize(
    ("title", "why"),
    [
        ("政府信息公开年报报送系统", "reporting-system"),
        ("政府信息公开年度报告报送系统登录", "reporting-system"),
        ("政府信息公开年度报告查询", "reporting-system"),
        ("2024年政府信息公开工作年度报告数据统计", "statistics-sheet"),
        ("2024年政府信息公开工作年度报告统计情况", "statistics-sheet"),
        ("政府信息公开工作年度报告公布情况", "about-reports"),
        ("2024年政府信息公开年度报告发布会", "about-reports"),
        ("云溪县2024年政府网站工作年度报表", "website-report"),
        ("云溪县2024年法治政府建设年度报告", "rule-of-law-report"),
        ("2024年政府信息公开工作年度报告解读", "explanation"),
    ],
)
def test_what_looks_like_a_report_is_none(title, why):
    assert is_report(title, "政府信息公开年报") == (Decision.NOT_REPORT, why)


def test_a_collection_of_reports_is_left_to_a_person():
    assert is_report("2024年政府信息公开年度报告汇编") == (Decision.UNRESOLVED, "several-reports")


@pytest.mark.parametrize(
    "title",
    [
        "政府信息公开平台2024年政府信息公开工作年度报告",
        "云溪县统计局2024年政府信息公开年报（图片版）",
        "县信访局查询中心2024年政府信息公开年度报告",
    ],
)
def test_a_publishers_own_name_makes_no_other_document(title):
    assert is_report(title)[0] is Decision.REPORT
