"""Titles as portals write them: no report is called something else, and nothing else a report."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.naming import KnownBody
from crawler.discovery.recognition import Clues, recognise
from crawler.discovery.years import year_said
from storage.domain.ids import BodyId
from storage.domain.visits import Decision

BUREAU = KnownBody(BodyId("edu"), ("云溪县教育局", "县教育局"))
COUNTY = KnownBody(BodyId("county"), ("云溪县人民政府", "云溪县", "云溪县政府"))
KNOWN = (BUREAU, COUNTY)
COLUMN = "政府信息公开年报"

SURE = """
2024年政府信息公开工作年度报告及统计表
2024年政府信息公开工作年度报告（含统计表）
2024年政府信息公开工作年度报告（附统计表）
2024年政府信息公开工作年度报告（附：主动公开目录）
2024年政府信息公开年度报告（附件：统计报表.xls）
2024年政府信息公开年度报告和附表
2024年政府信息公开工作年度报告（含政府网站工作年度报表）
2024年政府信息公开工作年度报告（附解读）
关于《政府信息公开条例》情况的2024年度政府信息公开年度报告
关于2024年政府信息公开工作年度报告的公示
关于2024年政府信息公开工作年度报告的公告
公布2024年政府信息公开工作年度报告
印发《2024年政府信息公开工作年度报告》
2024年政府信息公开年报
2024年信息公开年报
2024年信息公开年度报告（公开）
2024年政府信息公开工作年度报告.pdf
2024年政府信息公开工作年度报告(1).docx
2024年政府信息公开工作年度报告 2025-01-20
2024年政府信息公开工作年度报告[2025-01-20]
2024年政府信息公开工作年度报告（2025年1月20日）
政府信息公开年度报告2024 2025-01-20
２０２４年政府信息公开工作年度报告
 2 0 2 4 年政府信息公开工作年度报告
二〇二四年政府信息公开工作年度报告
二○二四年度政府信息公开工作年度报告
二零二四年政府信息公开年度报告
2024 年 政 府 信 息 公 开 工 作 年 度 报 告
2024年政府信息公 开工作年度 报告
2024年政府信息公开年度工作报告
2024年政府信息公开工作报告
政府信息公开工作2024年年度报告
政府信息公开工作年度报告（2024年度）
政府信息公开工作年度报告（2024）
政府信息公开年度报告（2024.1.1-2024.12.31）
2024年1月至12月政府信息公开年度报告
2024年政府信息公开工作年度报告（图文版）
2024年政府信息公开工作年度报告全文
2024年政府信息公开工作年度报告（修订）
2024年政府信息公开年度报告（发布稿）
2024年政府信息公开年度报告书
2024年政务信息公开工作年度报告
2024年政府信息公开及政务公开工作年度报告
2024年政府信息公开工作年度报告正式发布
2024年政府信息公开工作年度报告在线阅读
2024年《政府信息公开工作年度报告》
(2024年)政府信息公开工作年度报告
2024年政府信息公开条例实施情况年度报告
2024年政府信息公开年度报告 - 云溪县人民政府
2024年政府信息公开工作年度报告_通知公告
2024年政府信息公开工作年度报告-政府信息公开目录
2024年政府信息公开和网站建设工作年度报告
2024年本机关政府信息公开年度报告
2024年政府信息公開工作年度報告
2024年度报告
2024年公开年报
年报2024
2024年政务公开年度报告
2024年政府信息主动公开工作年度报告
2024年度主动公开政府信息情况年度报告
2024年度政府信息工作年度报告
2024年政府信息公工作年度报告
""".strip("\n").splitlines()

WAITING = """
关于开展2024年度政府信息公开工作年度报告情况的报告
关于开展2024年度政府信息公开工作情况的年度报告
关于开展2024年度政府信息公开工作情况的报告
关于做好2024年政府信息公开工作情况的年度报告
关于报送2024年政府信息公开工作年度报告的函
关于报送2024年度政府信息公开工作年度报告的报告
关于印发2024年政府信息公开工作年度报告的通知
2024年信息公开工作年度总结报告
2024年政府信息公开工作年度总结
2024年政府信息公开工作总结和2025年工作打算
2024年政府信息公开工作年度报…
2024年政府信息公开工作年...
2024年政府信息公开工作……
2024年政府信息公开年度⋯
2024年政府信…
2024年政府信息公开工作年度报
2024年度政府信息公开情况报告
2024年度政府信息公开工作情况
2024年度政府信息公开工作自查报告
2024年政府信息公开工作年度报告表
2024年政府信息公开年报表
2024年度政府信息公开年度统计报告
2024年信息公开报告
2024年政府信息公开工作年底报告
2024年度工作报告（政府信息公开）
2024年政府信息公开指南和年度报告
2024年政府信息公开工作检查情况的年度报告
2024年政府信息公开制度执行情况年度报告
2024年度
2024
""".strip().splitlines()

OTHERS = """
云溪县政府网站工作年度报表（2024年度）
2024年政府网站工作年度报表
云溪县教育局2024年法治政府建设年度报告
云溪县教育局2024年度法治政府建设工作情况报告
图解：2024年政府信息公开工作年度报告
一图读懂云溪县2024年政府信息公开工作年度报告
一张图看懂云溪县2024政府信息公开年报
数说云溪县2024年政府信息公开年报
《云溪县2024年政府信息公开工作年度报告》解读
云溪县2024年政府信息公开年报图解
云溪县教育局2024年度政府信息公开工作情况统计表
云溪县政府信息公开工作年度报告统计表（2024）
关于做好2024年政府信息公开工作年度报告编制和发布工作的通知
关于报送2024年政府信息公开工作年度报告的通知
云溪县教育局关于编制2024年度政府信息公开工作年度报告的通知
关于做好2024年度政府信息公开年报发布工作的函
关于做好2024年政府信息公开报告工作的通知
云溪县人民政府关于2024年政府信息公开工作年度报告有关事项的通知
云溪县教育局关于开展2024年政府信息公开工作年度报告编制工作的通知
云溪县教育局政府信息依申请公开指南（2024）
云溪县教育局政府信息公开目录（2024年）
云溪县2024年政府信息公开工作年度报告培训会
云溪县召开2024年政府信息公开年报编制培训会
云溪县2024年政务公开工作考核结果的通报
关于云溪县2024年政府信息公开工作年度报告发布情况的通报
云溪县2024年政府信息公开第三方评估报告
云溪县教育局2024年部门整体支出绩效自评报告
云溪县教育局2024年部门决算公开报告
云溪县教育局2024年度部门决算信息公开
云溪县教育局2024年部门预算信息公开报告
云溪县2024年政务公开工作要点
云溪县2024年政务公开工作实施方案
云溪县人民政府2024年工作报告
云溪县教育局2024年上半年政府信息公开工作报告
云溪县教育局2024年第三季度信息公开统计表
云溪县教育局2024年政府信息公开半年度报告
云溪县2024年5月政府信息公开统计数据
云溪县教育局权责清单（2024年）
云溪县2024年政府信息公开主动公开事项清单
云溪县教育局政府信息公开工作制度
云溪县教育局2024年工作总结
云溪县2024年国民经济和社会发展统计公报
云溪县2024年度政务新媒体年度报告
云溪县教育局2024年度工作年度报告
云溪县2024年政府信息公开工作年度报告模板
云溪县政府信息公开年报填报系统
云溪县2024年政府信息公开年报新闻发布会
云溪县部署2024年政府信息公开年报工作
云溪县教育局积极做好2024年政府信息公开年度报告编制工作
关于征求云溪县2024年政府信息公开工作年度报告意见的函
云溪县教育局2024年度政府信息公开工作计划
云溪县教育局2024年度政府信息公开申请答复情况
云溪县教育局2024年校务公开工作报告
""".strip().splitlines()

PUZZLES = """
云溪县2024年环境信息公开年度报告
云溪县2024年双公示信息公开年度报告
云溪县2024年教育系统政府信息公开工作年度报告
云溪县第一中学2023-2024学年信息公开年度报告
云溪县教育局2024年度行政执法年度报告
云溪县教育局2024年厂务公开年度报告
云溪县2024年知识产权年度报告
云溪县2024年政府信息公开年报看点
云溪县2024年政府信息公开年度报告数据分析
云溪县2024年政府信息公开年报汇总报告
云溪县政府信息公开年报汇编（2008-2020）
云溪县2024年政府信息公开工作年度报告（征求意见稿）
云溪县教育局关于转发2024年政府信息公开工作年度报告的公告
云溪县公共企事业单位信息公开2024年度报告
县政府办指导部门编制2024年政府信息公开年报
云溪县事业单位法人2024年度报告公示
关于2024年度企业年度报告公示的公告
水务公司2024年信息公开年度报告
云溪县教育局2024年财政信息公开情况报告
云溪县教育局2024年党务政务公开工作总结
""".strip().splitlines()
"""What may or may not be the report: never accepted by its words alone, whatever list it stands in."""


def _found(title, *, form=False, column=COLUMN):
    one = recognise(Clues(title, column, date(2025, 2, 1), form=form), KNOWN)
    return one.decision, one.body_id, one.report_year


@pytest.mark.parametrize("words", SURE)
def test_a_report_is_accepted_with_its_body_and_year(words):
    assert _found(f"云溪县教育局{words}") == (Decision.REPORT, "edu", 2024)


@pytest.mark.parametrize("words", WAITING)
def test_an_unusual_title_waits_for_its_page_and_is_settled_by_the_form(words):
    assert _found(f"云溪县教育局{words}") == (Decision.UNRESOLVED, "edu", 2024)
    assert _found(f"云溪县教育局{words}", form=True) == (Decision.REPORT, "edu", 2024)


@pytest.mark.parametrize("title", OTHERS)
def test_another_document_is_none_whatever_stands_on_its_page(title):
    assert _found(title)[0] is Decision.NOT_REPORT
    assert _found(title, form=True)[0] is Decision.NOT_REPORT


@pytest.mark.parametrize("title", PUZZLES)
def test_what_is_not_sure_is_never_accepted_by_its_words(title):
    assert _found(title)[0] is Decision.UNRESOLVED
    assert _found(title, column="")[0] is Decision.UNRESOLVED


@pytest.mark.parametrize(
    "title",
    [
        "[公示]云溪县教育局2024年政府信息公开工作年度报告",
        "【年报】云溪县教育局2024年政府信息公开工作年度报告",
        "【政府信息公开年报】云溪县教育局2024年度报告",
        "政府信息公开目录-云溪县教育局2024年政府信息公开工作年度报告",
        "首页>政府信息公开>云溪县教育局2024年政府信息公开工作年度报告",
        "附件：云溪县教育局2024年政府信息公开工作年度报告",
        "点击查看云溪县教育局2024年政府信息公开年度报告",
        "关于公布云溪县教育局2024年政府信息公开工作年度报告的公告",
        "2024年云溪县教育局政府信息依申请公开和主动公开工作年度报告",
        "2024年政府信息公开年报（县教育局）",
        "云溪县2024年教育局政府信息公开年度报告",
    ],
)
def test_what_stands_around_the_name_takes_nothing_from_it(title):
    assert _found(title) == (Decision.REPORT, "edu", 2024)


def test_the_year_that_a_page_names_goes_before_the_date_of_its_row():
    clues = Clues("云溪县教育局政府信息公开年度报告", COLUMN, date(2025, 2, 1), said_year=2021)
    assert (recognise(clues, KNOWN).report_year, recognise(Clues(clues.title, COLUMN, clues.listed_on), KNOWN).report_year) == (2021, 2024)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("统计期限自2024年1月1日起至2024年12月31日止。", 2024),
        ("2024年1月1日—12月31日", 2024),
        ("2024.01.01-2024.12.31", 2024),
        ("二〇二四年一月", None),
        ("2024-01-12", None),
        ("2024年1月10日至12月31日", None),
        ("云溪县教育局2023年政府信息公开工作年度报告，2024年政府信息公开年报", None),
    ],
)
def test_only_a_whole_year_or_the_reports_own_title_says_the_year(text, year):
    assert year_said(text) == year


YEARS = st.sampled_from(["2024年", "2024年度", "２０２４年", "二〇二四年", "二○二四年度"])
WORDS = st.sampled_from(
    ["政府信息公开工作年度报告", "政府信息公开年度报告", "政府信息公开年报", "信息公开工作年度报告", "政府信息公开工作报告"]
)
TAILS = st.lists(
    st.sampled_from(
        ["（含统计表）", "及附表", "（附：目录）", "（公开）", "全文", ".pdf", "（2025年1月20日）", " 2025-01-20", "【下载】", "（更正版）"]
    ),
    max_size=2,
    unique=True,
)


@given(YEARS, WORDS, TAILS, st.booleans())
def test_no_way_of_writing_it_makes_a_report_another_document(year, words, tails, leading):
    title = f"{year}云溪县教育局{words}" if leading else f"云溪县教育局{year}{words}"
    decision, body, found = _found(title + "".join(tails))
    assert decision is not Decision.NOT_REPORT
    assert (body, found) == ("edu", 2024)
