"""Pagers whose links call a function that puts a number into a form and submits it."""

import asyncio
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest

from crawler.families import form_pages
from crawler.fetching import Reply
from crawler.list_reading import Reading, read_all
from crawler.listing import Start
from crawler.page import page

LIST = "http://www.qc.gov.test/gk/list.jsp?cid=101"
NOW = datetime(2025, 4, 10, tzinfo=UTC)
SETS = {
    "by the form's name": "document.f.pageNo.value = n; document.f.submit();",
    "by id": "document.getElementById('pno').value = n; document.getElementById('f').submit();",
    "by jquery": '$("#pno").val(n); $("#f").submit();',
}


def shown(number, method="post", sets=SETS["by id"], pages=3):
    rows = "".join(f'<li><a href="{number}{n}.html">某局第{number}{n}号年度报告</a><i>2025-01-{n}</i></li>' for n in range(10, 15))
    hidden = f'<input type="hidden" name="cid" value="101"><input type="hidden" id="pno" name="pageNo" value="{number}">'
    back, onward = max(number - 1, 1), min(number + 1, pages)
    pager = f'第{number}/{pages}页 <a href="javascript:go({back})">上一页</a> <a href="javascript:go({onward})">下一页</a>'
    script = f"<script>function other(n) {{ return n; }} function go(n) {{ {sets} }}</script>"
    form = f'<form id="f" name="f" method="{method}" action="/gk/list.jsp">{hidden}<ul>{rows}</ul>{pager}</form>'
    text = f"<html><head><title>政府信息公开年报</title></head><body>{form}{script}</body></html>"
    return page(LIST, 200, text.encode(), {"content-type": "text/html; charset=utf-8"})


@pytest.mark.parametrize("sets", SETS.values(), ids=SETS)
@pytest.mark.parametrize("method", ["post", "get"])
def test_a_list_is_read_to_its_end_by_its_form(method, sets):
    asked = []

    async def ask_page(ask):
        sent = dict(ask.form or parse_qsl(urlsplit(ask.url).query))
        assert (ask.method, sent["cid"]) == (method.upper(), "101")
        asked.append(int(sent["pageNo"]))
        return Reply(shown(asked[-1], method, sets), None, NOW, NOW)

    reading = Reading(lambda _listing, _before: None, 10)
    facts = asyncio.run(read_all(Start(LIST), shown(1, method, sets), reading, ask_page))
    assert (reading.family_id, asked, facts.ended, facts.items_seen) == (form_pages.ID, [2, 3], True, 15)


@pytest.mark.parametrize("sets", ["alert(n);", "document.f.submit();", "document.f.nothing.value = n; document.f.submit();"])
def test_a_function_that_sends_no_number_is_no_pager(sets):
    assert form_pages.detect(shown(1, sets=sets)) == 0.0


def test_a_form_of_another_host_is_not_sent():
    there = shown(1)
    away = page(LIST, 200, there.body.replace(b'action="/gk', b'action="http://other.test/gk'), dict(there.headers))
    assert form_pages.detect(away) == 0.0


def test_a_server_that_shows_an_earlier_page_again_has_not_ended_the_list():
    async def ask_page(_ask):
        return Reply(shown(1), None, NOW, NOW)

    reading = Reading(lambda _listing, _before: None, 10)
    facts = asyncio.run(read_all(Start(LIST), shown(1), reading, ask_page))
    assert (facts.items_seen, facts.ended) == (5, False)
    assert facts.stop is not None
