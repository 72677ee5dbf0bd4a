"""What a page says, worked out the fast way: equal to the plain definition on any markup."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from crawler.discovery.attachments import _CONTAINERS, _by_container
from crawler.page import body_words, page, page_tree, page_words, visible_text

_SEEN = etree.XPath(".//text()[not(ancestor::script) and not(ancestor::style) and not(ancestor::noscript)]")

_WORDS = st.sampled_from(["年度", " 报告 ", "\n", "\u00a0", "a\u3000b", "1 < 2", "<!-- not seen -->", "&#160;", "\x0c"])
_TAGS = st.sampled_from(["p", "div", "span", "script", "style", "noscript", "b", "td", "title", "head", "body", "svg"])
_MARKS = st.sampled_from(
    ["", " id=content", " class='zoom\tarticle'", " class='x TRS_Editor'", " id=zoom class='TRS_Editor\x0czoom'", " class='x\u00a0zoom'"]
)


def _element(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda tag, marks, parts: f"<{tag}{marks}>{''.join(parts)}</{tag}>", _TAGS, _MARKS, st.lists(inner, max_size=4))


MARKUP = st.lists(st.recursive(_WORDS, _element, max_leaves=12), max_size=4).map("".join)


def _plain(element: html.HtmlElement) -> str:
    """Each text by itself, asked where it stands."""
    return " ".join(words for part in _SEEN(element) if (words := " ".join(part.split())))


@given(MARKUP)
def test_visible_text_is_that_of_the_plain_definition(markup: str) -> None:
    root = page_tree(page("http://a.gov.test/", 200, markup.encode()))
    for element in root.iter(etree.Element):
        assert visible_text(element) == _plain(element)


@given(MARKUP)
def test_words_of_page_and_body_are_those_of_their_elements(markup: str) -> None:
    given_page = page("http://a.gov.test/", 200, markup.encode())
    assert page_words(given_page) == _plain(page_tree(given_page))
    assert body_words(given_page) == _plain(page_tree(given_page).find("body"))


@given(MARKUP)
def test_containers_are_those_an_expression_for_each_would_find(markup: str) -> None:
    body = page_tree(page("http://a.gov.test/", 200, markup.encode())).find("body")
    found = _by_container(body)
    for name in _CONTAINERS:
        wanted = body.xpath(f".//*[@id='{name}' or contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]")
        assert found.get(name, []) == wanted
