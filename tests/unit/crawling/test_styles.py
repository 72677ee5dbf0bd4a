"""Every simulated portal of these styles is read whole by the family that recognises it: each line once, in order, the end proven."""

from urllib.parse import urljoin

import pytest

from crawler.demo.pages import COLUMN_NAME, home, html_answer, not_found
from crawler.discovery.article import read_article
from crawler.discovery.attachments import find_attachments
from crawler.family_scan import rank
from crawler.listing import Ask
from crawler.page import page

from .style_reading import entries, portal_of, simulated, with_report

STYLES = simulated()
FAMILIES = {style: style for style in STYLES} | {"shell": "trs_static"}
"""The family that reads a style's list in the end: what stands behind a shell is another's."""
DIALECTS = [(style, variant) for style, module in STYLES.items() for variant in module.VARIANTS]
OWN = [(style, variant) for style, variant in DIALECTS if FAMILIES[style] == style]
ON_ONE_PAGE = {("embedded_data", variant) for variant in STYLES["embedded_data"].VARIANTS} | {("gkmlpt", "single"), ("truecms", "retired")}
"""Styles that give all rows at once."""
COUNTS = (1, 5, 6, 23)


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize(("style", "variant"), DIALECTS)
def test_a_list_is_read_whole_once_and_in_order(style, variant, count):
    portal = portal_of(style, variant, entries(count))
    reading, facts = portal.read()
    assert (reading.family_id, reading.column) == (FAMILIES[style], COLUMN_NAME)
    assert [(item.title, item.listed_on) for item in reading.items] == portal.expected()
    assert len({item.url for item in reading.items}) == count
    assert (facts.ended, facts.stop, facts.skipped) == (True, None, 0)
    assert facts.declared_total in {None, count}


@pytest.mark.parametrize(("style", "variant"), DIALECTS)
def test_an_empty_list_ends_with_no_row(style, variant):
    reading, facts = portal_of(style, variant, ()).read()
    assert (reading.items, facts.ended, facts.stop) == ([], True, None)


@pytest.mark.parametrize(("style", "variant"), DIALECTS)
def test_every_line_leads_to_its_article(style, variant):
    portal = portal_of(style, variant, entries(7))
    reading, _ = portal.read()
    titles = [read_article(portal.get(Ask(item.url))).title for item in reading.items]
    assert titles == [line.title for line in portal.lines]


@pytest.mark.parametrize("carrier", ["docx", "pdf"])
@pytest.mark.parametrize("style", STYLES)
def test_the_files_of_an_article_can_be_had(style, carrier):
    portal = portal_of(style, "", with_report(entries(3), carrier))
    reading, _ = portal.read()
    article = portal.get(Ask(reading.items[0].url))
    files = [portal.get(Ask(urljoin(article.url, found.url), referer=article.url)) for found in find_attachments(article)]
    assert files
    assert {file.status for file in files} == {200}
    assert all(file.body.startswith(b"PK" if carrier == "docx" else b"%PDF") for file in files)


@pytest.mark.parametrize(("style", "variant"), OWN)
def test_an_article_is_not_taken_for_a_list_of_the_family(style, variant):
    portal = portal_of(style, variant, entries(3))
    reading, _ = portal.read()
    article = portal.get(Ask(reading.items[0].url))
    assert FAMILIES[style] not in dict(rank(article))


@pytest.mark.parametrize("breaks", ["again", "apology", "error", "blank"])
@pytest.mark.parametrize(("style", "variant"), DIALECTS)
def test_a_list_that_breaks_off_is_not_proven(style, variant, breaks):
    portal = portal_of(style, variant, entries(23))
    portal.breaks = breaks
    reading, facts = portal.read()
    whole = len(reading.items) == 23
    assert whole == ((style, variant) in ON_ONE_PAGE)
    assert whole or not facts.ended
    assert whole or facts.stop is not None


@pytest.mark.parametrize("style", STYLES)
def test_pages_that_are_no_list_of_the_family_are_not_taken_for_one(style):
    portal = portal_of(style, "", entries(3))
    look_alikes = [home(portal.site, None), not_found(portal.site)]
    look_alikes.append(html_answer(portal.site, "政府信息公开指南", "<div class='main'><p>本机关负责公开政府信息。</p></div>"))
    for answer in look_alikes:
        given = page(portal.site.home_url, answer.status, answer.body, {"content-type": answer.media_type})
        assert style not in dict(rank(given))


@pytest.mark.parametrize(("style", "variant"), DIALECTS)
def test_no_other_family_ranks_first(style, variant):
    portal = portal_of(style, variant, entries(3))
    assert rank(portal.get(Ask(portal.site.column_url)))[0][0] == style
