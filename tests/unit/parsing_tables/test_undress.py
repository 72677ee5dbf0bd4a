"""What a page hides is found, however its style says so; what it shows is read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from crawler.parsing import undress
from crawler.parsing.page_styles import Styles
from crawler.parsing.readers import html

PARTS = (
    "display",
    "DISPLAY",
    "visibility",
    "none",
    "None",
    "hidden",
    ":",
    "&#58;",
    " ",
    "&nbsp;",
    "&#100;isplay",
    "d&#x69;splay",
    "&amp;",
    ";",
    "color:red",
    "&",
)
COLOURS = (
    "color",
    "opacity",
    "font-size",
    "font",
    ":",
    " ",
    "white",
    "#",
    "f",
    "FE",
    "0",
    ".",
    "rgb(",
    "rgba(",
    "255,",
    "100%",
    "252 ",
    "/",
    ")",
    ";",
    "px",
)


def tree(source):
    return etree.fromstring(source, etree.HTMLParser(encoding="utf-8"))


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(PARTS), max_size=8).map("".join), st.sampled_from(('"', "'")), st.sampled_from(("", " hidden", " HIDDEN=''"))
)
def test_the_quick_look_at_the_source_misses_nothing_that_is_hidden(style, quote, attribute):
    source = f"<body><p style={quote}{style}{quote}{attribute}>甲</p><p>乙</p></body>".encode()
    asked = undress._may_hide(source.lower())
    root = tree(source)
    assert asked or not (undress._WITHOUT_PLACE(root) or undress._by_themselves(root, Styles(())))


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(COLOURS), max_size=9).map("".join), st.sampled_from(('"', "'")))
def test_the_quick_look_at_the_source_misses_nothing_that_is_white(style, quote):
    root = tree(f"<body><p style={quote}{style}{quote}>1</p></body>")
    asked = undress._may_hide(f"<p style={quote}{style}{quote}>".encode().lower())
    assert asked or not undress._by_themselves(root, Styles(()))


@pytest.mark.parametrize(
    "told",
    [
        "style='display : none'",
        "style=visibility:hidden",
        "STYLE='DISPLAY:NONE'",
        "hidden",
        "style='displa&#121;:none'",
        "style='display&#58;none'",
    ],
)
def test_hidden_words_are_not_read(told):
    page = f"<html><body><p>一<span {told}>二</span>三</p><table><tr><td>4<b {told}>5</b></td></tr></table></body></html>"
    shown = html.read(page.encode()).blocks
    assert shown[0].text == "一三"
    assert shown[1].cells[0].text == "4"


@pytest.mark.parametrize(
    "told", ["style='overflow:hidden'", "type='hidden'", "class='hidden-xs'", "title='display: none of these are hidden'"]
)
def test_words_that_only_speak_of_hiding_hide_nothing(told):
    shown = html.read(f"<html><body><p>一<span {told}>二</span>三</p></body></html>".encode()).blocks
    assert shown[0].text == "一二三"


@pytest.mark.parametrize(
    "filling", [b"display" + b"&1;" * 30_000, b"display:" * 20_000, b"visibility" + b" " * 90_000, b"hidden&#" * 20_000]
)
def test_a_hostile_page_is_looked_through_once(filling):
    assert undress._may_hide(filling) is False
