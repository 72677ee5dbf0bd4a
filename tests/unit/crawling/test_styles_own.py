"""What single styles do that others do not: tokens, wrappings, several addresses of one row, files that move while they are read."""

from dataclasses import dataclass
from urllib.parse import urljoin

import pytest

from crawler.family_scan import rank
from crawler.list_reading import LAYOUT
from crawler.listing import Ask

from .style_reading import Portal, entries, portal_of, simulated, site

STYLES = simulated()


def test_a_page_number_outside_its_wrapping_is_not_heard():
    portal = portal_of("hanweb_unit", "", entries(12))
    portal.read()
    asked = next(ask.url for ask in portal.asked if "paramJson" in ask.url)
    bare = asked.partition("&paramJson")[0]
    assert portal.get(Ask(f"{bare}&pageNo=2&page=2")).body == portal.get(Ask(bare)).body


def test_the_interface_wants_to_be_asked_from_the_column():
    portal = portal_of("truecms", "", entries(43))
    portal.read()
    asked = next(ask for ask in portal.asked if "getMessage.do" in ask.url)
    assert asked.referer == portal.site.column_url
    assert (portal.get(asked).status, portal.get(Ask(asked.url)).status) == (200, 404)


def test_a_document_under_two_ids_is_one_row_and_no_gap():
    portal = portal_of("gkmlpt", "", entries(20))
    reading, facts = portal.read()
    assert sum(line.number % 4 == 0 for line in portal.lines) == 5
    assert (len(reading.items), facts.declared_total) == (20, 20)


def test_the_node_in_the_address_is_read_even_where_the_tree_has_a_better_name():
    portal = portal_of("gkmlpt", "years", entries(14))
    reading, facts = portal.read(fragment="#3523")
    assert [item.title for item in reading.items] == [line.title for line in portal.lines if line.year == 2023]
    assert facts.ended


def test_rows_of_other_columns_are_passed_over():
    portal = portal_of("hanweb_xxgk", "area", entries(20))
    reading, facts = portal.read()
    assert not [item for item in reading.items if "通知" in item.title]
    assert facts.pages_read > 3


def test_a_channel_that_wants_a_token_is_not_proven_without_a_browser():
    portal = portal_of("ucap", "token", entries(7))
    reading, facts = portal.read()
    assert reading.family_id == "ucap"
    assert (facts.ended, facts.first_page_failed) == (False, True)
    assert facts.stop == LAYOUT


@dataclass
class Growing(Portal):
    """A portal where that many lines arrive at the front after the first page was read."""

    arriving: tuple = ()

    async def ask_page(self, ask):
        if self.arriving:
            self.lines, self.arriving = self.arriving + self.lines, ()
        return await super().ask_page(ask)


@pytest.mark.parametrize("count", [1, 4, 5, 6])
def test_files_that_move_while_the_list_is_read_lose_no_row(count):
    lines = entries(23 + count)
    portal = Growing(site("vsb", STYLES["vsb"].PATH.format(n="")), lines[count:], arriving=lines[:count])
    reading, facts = portal.read()
    assert {line.title for line in lines[count:]} <= {item.title for item in reading.items}
    assert (facts.ended, facts.stop) == (True, None)


@pytest.mark.parametrize("variant", STYLES["shell"].VARIANTS)
def test_a_shell_is_taken_for_a_shell_first(variant):
    portal = portal_of("shell", variant, entries(3))
    assert rank(portal.get(Ask(portal.site.column_url)))[0][0] == "shell"


def test_a_page_behind_a_shell_is_no_shell():
    portal = portal_of("shell", "", entries(3))
    assert "shell" not in dict(rank(portal.get(Ask(urljoin(portal.site.column_url, STYLES["shell"].LIST)))))


@pytest.mark.parametrize("count", [4, 5, 12, 20])
@pytest.mark.parametrize("pager", ["picture", "scroll"])
def test_a_pager_without_words_is_turned(pager, count):
    portal = Portal(site("trs", "/zwgk/zfxxgk/zfxxgknb/", pager), entries(count))
    reading, facts = portal.read()
    assert (facts.ended, facts.stop) == (True, None)
    assert [(item.title, item.listed_on) for item in reading.items] == portal.expected()
