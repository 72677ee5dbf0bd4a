"""Which part of a page is the article, and which of its dates says when it was put up."""

from datetime import date

import pytest

from crawler.discovery.article import published, read_article
from crawler.discovery.attachments import find_attachments, find_container, is_report_text
from crawler.page import page, visible_text

CONTAINERS = (
    *("UCAP-CONTENT", "TRS_Editor", "trs_editor_view", "TRS_UEDITOR", "zoom", "Zoom", "ivs_content", "vsb_content", "v_news_content"),
    *("article-content", "xxgk_content", "Custom_UnionStyle", "main-txt", "news_cont_d_wrap", "tyxxy_main"),
)
TEXT = "<p>一、总体情况</p><p>二、主动公开政府信息情况</p><p>三、收到和处理政府信息公开申请情况</p><p>六、其他需要报告的事项</p>"
SIDE = "<div class='side'><p>热点：关于做好春季防火工作的通知</p><p>访问量：{}</p></div>"


def _page(body, url="http://a.gov.test/x/1.html"):
    return page(url, 200, f"<html><body>{body}</body></html>".encode())


@pytest.mark.parametrize("kind", ["id", "class"])
@pytest.mark.parametrize("name", CONTAINERS)
def test_the_containers_of_known_systems_hold_the_article(name, kind):
    given = _page(f'{SIDE.format(1)}<div {kind}="{name}">{TEXT}</div>')
    assert visible_text(find_container(given)).startswith("一、总体情况")
    assert is_report_text(given)


def test_an_empty_container_is_none():
    given = _page(f'<div id="zoom"></div><div class="wen"><div class="zhengwen">{TEXT}</div>{SIDE.format(1)}</div>')
    assert is_report_text(given)


def test_without_a_known_container_counters_beside_the_article_do_not_belong_to_it():
    one, other = (_page(f'<div class="all"><div class="wen">{TEXT}</div>{SIDE.format(visits)}</div>') for visits in (7, 8))
    assert visible_text(find_container(one)) == visible_text(find_container(other))
    assert is_report_text(one)


def test_files_beside_a_guessed_container_are_not_lost():
    given = _page(f'<div class="wen">{TEXT}<a href="a.pdf">附件1</a></div><div class="fj"><a href="b.docx">附件2</a></div>')
    assert [found.name for found in find_attachments(given)] == ["附件1", "附件2"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>成文日期：2025-01-10</p><p>发布日期：2025-01-20</p>", date(2025, 1, 20)),
        ("<p>生成日期：2025-01-10</p>", date(2025, 1, 10)),
        ("<p>公布时间 2025年1月9日</p><p>更新时间：2025-02-01</p>", date(2025, 1, 9)),
    ],
)
def test_the_label_of_publication_counts_before_others(body, expected):
    assert published(read_article(_page(body)).dates).value == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/zwgk/202501/t20250116_12.html", date(2025, 1, 16)),
        ("/art/2025/1/6/art_12_34.html", date(2025, 1, 6)),
        ("/cols/2025/1/6/0123456789abcdef0123456789abcdef.shtml", date(2025, 1, 6)),
        ("/2025-01/16/content_12.html", date(2025, 1, 16)),
        ("/20250116/0123456789abcdef/c.html", date(2025, 1, 16)),
        ("/columns/1/202501/16/2.html", date(2025, 1, 16)),
        ("/2025/13/40/x.html", None),
        ("/zwgk/12.html", None),
    ],
)
def test_dates_in_addresses(path, expected):
    day = published(read_article(_page("<p>x</p>", f"http://a.gov.test{path}")).dates)
    assert (day.value if day else None) == expected
