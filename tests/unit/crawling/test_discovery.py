from datetime import date

import pytest

from crawler.discovery.article import published, read_article
from crawler.discovery.attachments import find_attachments, is_report_text
from crawler.discovery.naming import KnownBody, find_body, subject_of
from crawler.discovery.recognition import Clues, is_report, recognise
from crawler.discovery.troubles import fingerprint, trouble
from crawler.discovery.years import find_year
from crawler.page import page
from storage.domain.enums import DateKind, VisitOutcome
from storage.domain.ids import BodyId
from storage.domain.visits import Decision

EDUCATION = KnownBody(BodyId("edu"), ("云溪县教育局", "县教育局"))
HEALTH = KnownBody(BodyId("health"), ("云溪县卫生健康局", "县卫健局"))
COUNTY = KnownBody(BodyId("county"), ("云溪县人民政府", "云溪县", "云溪县政府"))


@pytest.mark.parametrize(
    "title",
    [
        "云溪县教育局2024年政府信息公开工作年度报告",
        "云溪县2024年政府信息公开年报",
        "2024年度政府信息公开工作报告",
        "云溪县教育局关于2024年度政府信息公开工作年度报告",
        "教育局政府信息公开2024年度报告",
        "云溪县人民政府办公室关于公布2024年政府信息公开工作年度报告的公告",
    ],
)
def test_a_report_is_accepted_by_its_title(title):
    assert is_report(title) == (Decision.REPORT, "title")


@pytest.mark.parametrize(
    "title",
    [
        "云溪县政府网站工作年度报表（2024年度）",
        "2024年政府网站年度工作报表",
        "云溪县教育局2024年法治政府建设年度报告",
        "图解：2024年政府信息公开工作年度报告",
        "《云溪县2024年政府信息公开工作年度报告》解读",
        "2024年政府信息公开情况统计表",
        "云溪县教育局政府信息公开指南",
        "关于做好2024年政府信息公开工作年度报告编制和发布工作的通知",
        "云溪县教育局2024年部门决算",
        "2024年政务公开工作要点",
        "云溪县召开信息公开年度报告培训会",
        "某公司2024年社会责任年度报告",
        "关于举办春节联欢会的消息",
        "2024年度政务新媒体年度报告",
    ],
)
def test_a_look_alike_is_rejected_even_in_the_right_column(title):
    assert is_report(title, "政府信息公开年报")[0] is Decision.NOT_REPORT


NAMES = (
    *("审计局", "财政局", "统计局", "司法局", "市场监督管理局", "生态环境局", "发展和改革委员会"),
    *("政务服务数据管理局", "信访局", "企业服务中心", "教育考试院", "档案馆", "财政预算评审中心", "绩效评价中心"),
    *("会议服务中心", "干部培训中心", "卡口检查站", "网站管理中心", "统计普查中心", "质量检验所", "委全面依法治县委员会办公室"),
    *("目标考核办公室", "政策制度研究室", "公共资源交易中心", "标准格式化办公室", "投资项目评估中心", "环境监察大队", "法治建设促进会"),
)


@pytest.mark.parametrize("name", NAMES)
def test_no_name_of_a_publisher_makes_its_report_something_else(name):
    for words in ("{}2024年政府信息公开工作年度报告", "{}政府信息公开年报（2024年）", "2024年{}信息公开年度报告"):
        assert is_report(words.format(f"云溪县{name}")) == (Decision.REPORT, "title")
    assert is_report(f"云溪县{name}2024年度报告", "政府信息公开年报") == (Decision.REPORT, "column")


ALMOST = (
    "云溪县教育局2024年政府信息公开工作情况报告",
    "关于2024年政府信息公开工作情况的报告",
    "云溪县教育局2024年度政府信息公开报告",
    "2024年政务公开工作总结",
)


@pytest.mark.parametrize("title", ALMOST)
def test_an_unusual_title_is_not_rejected_and_settled_by_the_form(title):
    school = (KnownBody("b1", ("云溪县教育局",)),)
    waiting = recognise(Clues(title, "政府信息公开年报"), school)
    assert (waiting.decision, waiting.body_id, waiting.report_year) == (Decision.UNRESOLVED, "b1", 2024)
    assert recognise(Clues(title, "政府信息公开年报", form=True), school).decision is Decision.REPORT


@pytest.mark.parametrize(
    "title",
    [
        "2024年上半年政府信息公开工作报告",
        "云溪县教育局2024年第一季度政府信息公开工作报告",
        "关于做好2024年政府信息公开报告工作的通知",
        "2024年政府信息公开工作年度报告解读",
        "云溪县教育局2024年法治政府建设年度报告",
    ],
)
def test_the_form_makes_no_other_document_a_report(title):
    assert recognise(Clues(title, "政府信息公开年报", form=True), (KnownBody("b1", ("云溪县教育局",)),)).decision is Decision.NOT_REPORT


@pytest.mark.parametrize("title", ["云溪县教育局2024年政务公开工作年度报告", "云溪县教育局政务公开工作年度报告（2024）"])
def test_open_government_in_the_reports_column_is_the_report(title):
    assert is_report(title, "政府信息公开年报") == (Decision.REPORT, "column")
    assert is_report(title, "通知公告")[0] is Decision.UNRESOLVED


def test_strange_words_beside_the_report_wait_for_a_person():
    assert is_report("云溪县2024年政府信息公开工作年度报告和法治政府建设年度报告")[0] is Decision.UNRESOLVED


def test_a_report_sent_round_as_a_notice_waits_for_a_person():
    assert is_report("云溪县教育局关于印发2024年政府信息公开工作年度报告的通知") == (Decision.UNRESOLVED, "notice")


def test_a_short_title_needs_its_column():
    assert is_report("2024年度报告", "政府信息公开年报") == (Decision.REPORT, "column")
    assert is_report("2024年度报告", "通知公告") == (Decision.UNRESOLVED, "short-title")


@pytest.mark.parametrize(
    ("title", "column", "listed", "year", "evidence"),
    [
        ("云溪县教育局2024年政府信息公开工作年度报告", "", date(2025, 1, 20), 2024, "title"),
        ("２０２４年度报告", "", None, 2024, "title"),
        ("二〇二四年度政府信息公开工作报告", "", None, 2024, "title"),
        ("二○二三年政府信息公开年报", "", None, 2023, "title"),
        ("政府信息公开年报", "2022年年报", None, 2022, "column"),
        ("政府信息公开工作年度报告", "年报", date(2025, 1, 20), 2024, "date-minus-one"),
        ("政府信息公开工作年度报告", "年报", None, None, "no-year"),
        ("2022-2023年政府信息公开年报", "", None, None, "title-names-several"),
        ("2025年政府信息公开工作年度报告", "", date(2025, 1, 20), None, "title-year-after-date"),
        ("2023年政府信息公开工作年度报告", "", date(2025, 6, 1), 2023, "title"),
        ("1999年政府信息公开年报", "", date(2025, 1, 2), 2024, "date-minus-one"),
        ("2024年政府信息公开年报（2025年1月20日发布）", "", None, 2024, "title"),
    ],
)
def test_the_year_comes_from_the_title_then_the_column_then_the_date(title, column, listed, year, evidence):
    found = find_year(title, column, listed)
    assert (found.value, found.evidence) == (year, evidence)


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("云溪县教育局2024年政府信息公开工作年度报告", "云溪县教育局"),
        ("2024年度报告", ""),
        ("2024年云溪县教育局政府信息公开年报", "云溪县教育局"),
        ("关于发布云溪县教育局2024年政府信息公开年报", "云溪县教育局"),
        ("[年报] 云溪县教育局政府信息公开年报", "云溪县教育局"),
        ("2024年政府信息公开工作年度报告（云溪县教育局）", "云溪县教育局"),
        ("2024年政府信息公开工作年度报告（全文）", ""),
        ("【置顶】政府信息公开年报 云溪县教育局", "置顶"),
        ("政府信息公开工作年度报告（2024年）", ""),
        ("云溪县教育局 二〇二四年政府信息公开年报", "云溪县教育局"),
        ("附件1：云溪县教育局2024年年报", "云溪县教育局"),
    ],
)
def test_the_subject_of_a_title(title, subject):
    assert subject_of(title) == subject


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("云溪县教育局", "edu"),
        ("县教育局", "edu"),
        ("教育局", "edu"),
        ("安平市云溪县教育局", "edu"),
        ("云溪县卫健局", "health"),
        ("县卫健局", "health"),
        ("江北县卫健局", None),
        ("云溪县", "county"),
        ("云溪县人民政府", "county"),
        ("江北县教育局", None),
        ("云溪县文化馆", None),
        ("云溪县教育局、云溪县卫生健康局", None),
        ("云溪县第一中学教育局", None),
    ],
)
def test_a_name_is_matched_whole_or_not_at_all(subject, body):
    assert find_body(subject, "", (EDUCATION, HEALTH, COUNTY))[0] == body


def test_an_unknown_name_is_never_given_to_the_only_body_of_the_list():
    found = recognise(Clues("云溪县文化馆2024年政府信息公开年度报告"), (EDUCATION,))
    assert found.decision is Decision.UNRESOLVED
    assert found.body_id is None
    assert "unknown-name" in found.reason


def test_two_bodies_of_one_name_stay_unresolved():
    twins = (KnownBody(BodyId("a"), ("东省鼓楼区教育局",)), KnownBody(BodyId("b"), ("西省鼓楼区教育局",)))
    assert find_body("鼓楼区教育局", "", twins)[0] is None


def test_a_title_without_a_name_falls_to_the_publisher_then_to_the_only_body():
    clues = Clues("2024年度政府信息公开工作年度报告", publisher="县卫健局")
    assert recognise(clues, (EDUCATION, HEALTH)).body_id == "health"
    assert recognise(Clues("2024年政府信息公开年报"), (EDUCATION,)).body_id == "edu"
    assert recognise(Clues("2024年政府信息公开年报"), (EDUCATION, HEALTH)).decision is Decision.UNRESOLVED


REPORT = """<html><head><meta name="ArticleTitle" content="云溪县教育局2024年政府信息公开工作年度报告">
<meta name="PubDate" content="2025-01-20 09:30"><meta name="ContentSource" content="县教育局"></head><body>
<div class="TRS_Editor"><p>一、总体情况</p><p>二、主动公开政府信息情况</p><p>三、收到和处理政府信息公开申请情况</p>
<a href="./P020250120.docx">附件</a><a href="/module/download/downfile.jsp?classid=0&amp;filename=ab12.pdf">下载</a>
<iframe src="/pdfjs/web/viewer.html?file=/files/one.pdf"></iframe></div><a href="/app.zip">客户端下载</a></body></html>"""


def test_an_article_tells_its_own_title_publisher_and_dates():
    article = read_article(page("http://a.gov.test/2025/t20250121_1.html", 200, REPORT.encode()), date(2025, 1, 22), "2025-01-22")
    assert article.title == "云溪县教育局2024年政府信息公开工作年度报告"
    assert article.publisher == "县教育局"
    assert {mention.kind: mention.value.day for mention in article.dates} == {DateKind.META: 20, DateKind.URL: 21, DateKind.LIST: 22}
    assert published(article.dates).kind is DateKind.META


def test_attachments_are_the_files_of_the_article_alone():
    found = find_attachments(page("http://a.gov.test/x/t1.html", 200, REPORT.encode()))
    assert [(a.url, a.kind, a.extension) for a in found] == [
        ("http://a.gov.test/x/P020250120.docx", "link", "docx"),
        ("http://a.gov.test/module/download/downfile.jsp?classid=0&filename=ab12.pdf", "endpoint", "pdf"),
        ("http://a.gov.test/files/one.pdf", "viewer", "pdf"),
    ]
    assert is_report_text(page("http://a.gov.test/x/t1.html", 200, REPORT.encode()))


@pytest.mark.parametrize("name", ["a.txt", "a.rtf", "a.odt", "a.et", "a.rar", "a.mht"])
def test_every_kind_of_file_a_report_comes_as_is_followed(name):
    found = find_attachments(page("http://a.gov.test/x/t1.html", 200, f'<div id="zoom"><a href="./{name}">附件</a></div>'.encode()))
    assert [attachment.url for attachment in found] == [f"http://a.gov.test/x/{name}"]


def test_pictures_count_only_where_nothing_else_is():
    scans = '<div id="zoom"><img src="1.jpg"><img src="2.jpg"></div>'
    assert [a.kind for a in find_attachments(page("http://a.gov.test/", 200, scans.encode()))] == ["image", "image"]
    assert find_attachments(page("http://a.gov.test/", 200, f'<div id="zoom"><p>{"字" * 300}</p><img src="1.jpg"></div>'.encode())) == ()


def _page(body, status=200, **headers):
    return page("http://a.gov.test/", status, body.encode(), {"content-type": "text/html; charset=utf-8"} | headers)


@pytest.mark.parametrize(
    ("status", "body", "outcome", "reason"),
    [
        (412, "", VisitOutcome.CHALLENGED, "status-412"),
        (521, "", VisitOutcome.CHALLENGED, "status-521"),
        (200, "<script>var $_ts={};</script>", VisitOutcome.CHALLENGED, "challenge-page"),
        (200, "<script>document.cookie='C=1';location.reload()</script>", VisitOutcome.CHALLENGED, "challenge-page"),
        (200, "<p>请完成验证后继续访问</p>", VisitOutcome.CHALLENGED, "challenge-page"),
        (403, "<p>Forbidden</p>", VisitOutcome.BLOCKED, "status-403"),
        (429, "", VisitOutcome.BLOCKED, "status-429"),
        (200, "<p>您的访问存在异常，已被拦截</p>", VisitOutcome.BLOCKED, "refusal-page"),
        (200, "<form><input type='password'></form>", VisitOutcome.BLOCKED, "login-page"),
        (500, "", VisitOutcome.UNREACHABLE, "status-500"),
        (404, "<p>没有</p>", VisitOutcome.SOFT_ERROR, "status-404"),
        (200, "<title>404 - 出错了</title>", VisitOutcome.SOFT_ERROR, "not-found-page"),
        (200, "<p>抱歉，您访问的页面不存在</p>", VisitOutcome.SOFT_ERROR, "not-found-page"),
        (200, "<h1>系统维护中，请稍后访问</h1>", VisitOutcome.SOFT_ERROR, "maintenance-page"),
        (200, "", VisitOutcome.SOFT_ERROR, "empty-body"),
        (200, "ok", VisitOutcome.SOFT_ERROR, "stub"),
    ],
)
def test_a_page_that_is_not_what_was_asked_for_has_its_own_outcome(status, body, outcome, reason):
    found = trouble(_page(body, status))
    assert (found.outcome, found.reason) == (outcome, reason)


def test_a_list_and_a_file_are_no_trouble():
    assert trouble(_page("<ul><li><a href='/a/t20250101_1.html'>云溪县教育局2024年政府信息公开工作年度报告</a></li></ul>")) is None
    assert trouble(page("http://a.gov.test/a.pdf", 200, b"%PDF-1.7 404 not found", {"content-type": "application/pdf"})) is None


@pytest.mark.parametrize(
    "body",
    [
        "<meta http-equiv='refresh' content='0;url=/gk/nb/'>",
        "<META content='0;url=nb/' HTTP-EQUIV = refresh>",
        "<iframe src='/l.html'></iframe>",
        "<frameset><frame src='l.html'></frameset>",
    ],
)
def test_a_page_without_words_that_leads_on_is_no_stub(body):
    assert trouble(_page(body)) is None


def test_a_page_of_closing_tags_alone_is_an_empty_document():
    given = _page("</script> ")
    assert trouble(given).reason == "stub"
    assert find_attachments(given) == ()


def test_one_error_page_has_one_fingerprint_under_every_address():
    one, other = (_page(f"<h1>页面走丢了</h1><p>地址 /x/{name}.html 时间 {n}</p>") for name, n in (("abc", 11), ("def", 22)))
    assert fingerprint(one) == fingerprint(other) != fingerprint(_page("<p>列表</p>"))


def test_a_file_that_only_a_script_shows_is_found():
    given = page(
        "http://a.gov.test/info/1043/5021.htm",
        200,
        b'<div id="vsb_content"><script>showVsbpdfIframe("/__local/A/1B/report.pdf","100%","600");</script></div>',
    )
    assert [(found.url, found.kind) for found in find_attachments(given)] == [("http://a.gov.test/__local/A/1B/report.pdf", "frame")]


def test_a_document_named_in_the_head_is_found_and_a_picture_there_is_not():
    def files(name):
        body = f'<html><head><meta name="Image" content="/attach/{name}"></head><body><div id="zoom"><p>x</p></div></body></html>'
        return [found.url for found in find_attachments(page("http://a.gov.test/art/1.html", 200, body.encode()))]

    assert files("nb.pdf") == ["http://a.gov.test/attach/nb.pdf"]
    assert files("logo.png") == []
