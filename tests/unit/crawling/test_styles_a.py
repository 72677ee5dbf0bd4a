"""Every simulated portal of these styles is read whole by the family that recognises it: each line once, in order, the end proven."""

import importlib
from urllib.parse import urljoin

import pytest

from crawler.demo.pages import COLUMN_NAME
from crawler.discovery.article import read_article
from crawler.discovery.attachments import find_attachments
from crawler.family_scan import rank
from crawler.list_reading import LAYOUT
from crawler.listing import Ask

from .style_reading import Portal, entries, site, with_report

STYLES = ("hanweb_unit", "ucap", "gkmlpt", "hanweb_xxgk", "longxun")
FAMILIES = {style: style for style in STYLES}
MODULES = {style: importlib.import_module(f"crawler.demo.sites.{style}") for style in STYLES}
DIALECTS = [(style, variant) for style in STYLES for variant in MODULES[style].VARIANTS]
COUNTS = (1, 4, 5, 6, 43)


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
@pytest.mark.parametrize(("style", "variant"), DIALECTS)
def test_the_files_of_an_article_can_be_had(style, variant, carrier):
    portal = _portal(style, variant, with_report(entries(3), carrier))
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


def test_a_channel_that_wants_a_token_is_not_proven_without_a_browser():
    portal = _portal("ucap", "token", entries(7))
    reading, facts = portal.read()
    assert reading.family_id == "ucap"
    assert (facts.ended, facts.first_page_failed) == (False, True)
    assert facts.stop == LAYOUT
