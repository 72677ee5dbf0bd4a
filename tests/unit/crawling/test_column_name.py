"""What a list calls itself, by its own element, its title, or the line that says where one is."""

import pytest

from crawler.column_name import column_name
from crawler.discovery.leads import trail_of
from crawler.page import page

URL = "http://www.yunxi.gov.test/xxgk/nb/t20250120_1.html"
TRAIL = '<td class="pos">您现在的位置是：<a href="/">首页</a>&nbsp;&gt;&gt;&nbsp;<a href="../">信息公开</a>&nbsp;&gt;&gt;&nbsp;{}</td>'
LINKED = TRAIL.format('<a href="./">信息公开年报</a>')


def _page(title, body="", head=""):
    text = f"<html><head><title>{title}</title>{head}</head><body><table><tr>{body}</tr></table></body></html>"
    return page(URL, 200, text.encode(), {"content-type": "text/html; charset=utf-8"})


@pytest.mark.parametrize(
    ("title", "body", "wanted"),
    [
        ("信息公开年报-云溪县人民政府", "", "信息公开年报"),
        ("云溪县人民政府-信息公开年报", "", "信息公开年报"),
        ("云溪县人民政府门户网站 政府信息公开年报", "", "政府信息公开年报"),
        ("云溪县人民政府_政务公开_信息公开年报", "", "信息公开年报"),
        ("云溪沙生示范区", LINKED, "信息公开年报"),
        ("云溪县人民政府", TRAIL.format("信息公开年报"), "信息公开年报"),
        ("云溪县人民政府", TRAIL.format("信息公开年报 &gt; 正文"), "信息公开年报"),
        ("云溪县人民政府", "<td>当前位置：<a href='/'>首页</a> <a href='../'>政务公开</a> <a href='./'>公开年报</a></td>", "公开年报"),
        ("政策文件-云溪县人民政府", LINKED, "政策文件"),
        ("云溪县人民政府", "<td>地理位置：云溪县位于<a href='/'>北岭</a>以南</td>", "云溪县人民政府"),
        ("云溪县人民政府", f"<td>您的位置：<a href='/'>首页</a>{'信息公开年报' * 40}</td>", "云溪县人民政府"),
    ],
)
def test_a_list_is_called_by_what_does_not_only_name_its_site(title, body, wanted):
    assert column_name(_page(title, body)) == wanted


def test_the_official_element_goes_before_all():
    head = '<meta name="ColumnName" content="年度报告">'
    assert column_name(_page("云溪县人民政府", LINKED, head)) == "年度报告"


def test_the_line_that_says_where_one_is_names_the_column_of_an_article_whatever_its_class():
    assert [(link.url, link.words) for link in trail_of(_page("云溪县人民政府", LINKED))] == [
        ("http://www.yunxi.gov.test/xxgk/nb/", "信息公开年报")
    ]
    assert trail_of(_page("云溪县人民政府", LINKED.replace("您现在的位置是", "相关栏目"))) == ()
