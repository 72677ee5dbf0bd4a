"""Addresses that stand in scripts."""

import pytest

from crawler.script_addresses import Joined, joined_addresses, quoted_address


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
