"""Every simulated portal of these styles is read whole by the family that recognises it: each line once, in order, the end proven."""

import importlib
from urllib.parse import urljoin

import pytest

from crawler.demo.pages import COLUMN_NAME, home, html_answer, not_found
from crawler.discovery.article import read_article
from crawler.discovery.attachments import find_attachments
from crawler.family_scan import rank
from crawler.list_reading import LAYOUT
from crawler.listing import Ask
from crawler.page import page

from .style_reading import Portal, entries, site, with_report

STYLES = ("hanweb_unit", "ucap", "gkmlpt", "hanweb_xxgk", "longxun", "truecms")
FAMILIES = {style: style for style in STYLES}
MODULES = {style: importlib.import_module(f"crawler.demo.sites.{style}") for style in STYLES}
DIALECTS = [(style, variant) for style in STYLES for variant in MODULES[style].VARIANTS]
COUNTS = (1, 5, 6, 23)


def _portal(style, variant, lines):
    return Portal(site(style, MODULES[style].PATH.format(n=""), variant), lines)


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize(("style", "variant"), DIALECTS)
def test_a_list_is_read_whole_once_and_in_order(style, variant, count):
    portal = _portal(style, variant, entries(count))
    reading, facts = portal.read()
    assert (reading.family_id, reading.column) == (FAMILIES[style], COLUMN_NAME)
    assert [(item.title, item.listed_on) for item in reading.items] == portal.expected()
    assert len({item.url for item in reading.items}) == count
    assert (facts.ended, facts.stop, facts.skipped) == (True, None, 0)
    assert facts.declared_total in {None, count}


@pytest.mark.parametrize(("style", "variant"), DIALECTS)
def test_an_empty_list_ends_with_no_row(style, variant):
    reading, facts = _portal(style, variant, ()).read()
    assert (reading.items, facts.ended, facts.stop) == ([], True, None)


@pytest.mark.parametrize(("style", "variant"), DIALECTS)
def test_every_line_leads_to_its_article(style, variant):
    portal = _portal(style, variant, entries(7))
    reading, _ = portal.read()
    titles = [read_article(portal.get(Ask(item.url))).title for item in reading.items]
    assert titles == [line.title for line in portal.lines]


@pytest.mark.parametrize("carrier", ["docx", "pdf"])
@pytest.mark.parametrize("style", STYLES)
def test_the_files_of_an_article_can_be_had(style, carrier):
    portal = _portal(style, "", with_report(entries(3), carrier))
    reading, _ = portal.read()
    article = portal.get(Ask(reading.items[0].url))
    files = [portal.get(Ask(urljoin(article.url, found.url), referer=article.url)) for found in find_attachments(article)]
    assert files
    assert {file.status for file in files} == {200}
    assert all(file.body.startswith(b"PK" if carrier == "docx" else b"%PDF") for file in files)


@pytest.mark.parametrize(("style", "variant"), DIALECTS)
def test_an_article_is_not_taken_for_a_list_of_the_family(style, variant):
    portal = _portal(style, variant, entries(3))
    reading, _ = portal.read()
    article = portal.get(Ask(reading.items[0].url))
    assert FAMILIES[style] not in dict(rank(article))


@pytest.mark.parametrize("breaks", ["again", "apology", "error", "blank"])
@pytest.mark.parametrize(("style", "variant"), DIALECTS)
def test_a_list_that_breaks_off_is_not_proven(style, variant, breaks):
    portal = _portal(style, variant, entries(23))
    portal.breaks = breaks
    reading, facts = portal.read()
    whole = len(reading.items) == 23
    assert whole or not facts.ended
    assert whole or facts.stop is not None
    assert whole == ((style, variant) in {("gkmlpt", "single"), ("truecms", "retired")})


@pytest.mark.parametrize("style", STYLES)
def test_pages_that_are_no_list_of_the_family_are_not_taken_for_one(style):
    portal = _portal(style, "", entries(3))
    look_alikes = [home(portal.site, None), not_found(portal.site)]
    look_alikes.append(html_answer(portal.site, "政府信息公开指南", "<div class='main'><p>本机关负责公开政府信息。</p></div>"))
    for answer in look_alikes:
        given = page(portal.site.home_url, answer.status, answer.body, {"content-type": answer.media_type})
        assert style not in dict(rank(given))


def test_a_page_number_outside_its_wrapping_is_not_heard():
    portal = _portal("hanweb_unit", "", entries(12))
    portal.read()
    asked = next(ask.url for ask in portal.asked if "paramJson" in ask.url)
    bare = asked.partition("&paramJson")[0]
    assert portal.get(Ask(f"{bare}&pageNo=2&page=2")).body == portal.get(Ask(bare)).body


def test_the_interface_wants_to_be_asked_from_the_column():
    portal = _portal("truecms", "", entries(43))
    portal.read()
    asked = next(ask for ask in portal.asked if "getMessage.do" in ask.url)
    assert asked.referer == portal.site.column_url
    assert (portal.get(asked).status, portal.get(Ask(asked.url)).status) == (200, 404)


def test_a_document_under_two_ids_is_one_row_and_no_gap():
    portal = _portal("gkmlpt", "", entries(20))
    reading, facts = portal.read()
    assert sum(line.number % 4 == 0 for line in portal.lines) == 5
    assert (len(reading.items), facts.declared_total) == (20, 20)


def test_the_node_in_the_address_is_read_even_where_the_tree_has_a_better_name():
    portal = _portal("gkmlpt", "years", entries(14))
    reading, facts = portal.read(fragment="#3523")
    assert [item.title for item in reading.items] == [line.title for line in portal.lines if line.year == 2023]
    assert facts.ended


def test_rows_of_other_columns_are_passed_over():
    portal = _portal("hanweb_xxgk", "area", entries(20))
    reading, facts = portal.read()
    assert not [item for item in reading.items if "通知" in item.title]
    assert facts.pages_read > 3


def test_a_channel_that_wants_a_token_is_not_proven_without_a_browser():
    portal = _portal("ucap", "token", entries(7))
    reading, facts = portal.read()
    assert reading.family_id == "ucap"
    assert (facts.ended, facts.first_page_failed) == (False, True)
    assert facts.stop == LAYOUT
