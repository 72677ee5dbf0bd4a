"""Keys of lists that only a browser shows: what goes into one, what never does, and how it is read again."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.families import keyed
from crawler.family_scan import rank
from crawler.keys import Exchange, Key, as_text, cut, from_text
from crawler.listing import Item
from crawler.page import page
from storage.domain.errors import LayoutChanged

NOW = datetime(2025, 2, 3, tzinfo=UTC)
HOST = "http://www.yunxi.gov.test"
LIST = f"{HOST}/zwgk/nb/"
SHOWN = tuple(
    Item(f"{HOST}/zwgk/nb/content/{5000 + n}.html", f"云溪县教育局{2024 - n}年政府信息公开工作年度报告", "", date(2025 - n, 1, 20), n)
    for n in range(3)
)
ROWS = [{"id": 5000 + n, "title": one.title, "date": str(one.listed_on), "kind": "x"} for n, one in enumerate(SHOWN)]


def _exchange(value=None, url=f"{HOST}/api/list?channel=7&page=1", **changed):
    answer = json.dumps({"code": 0, "data": {"list": ROWS, "total": 3}} if value is None else value, ensure_ascii=False).encode()
    return replace(Exchange(url, "GET", {}, "", 200, "application/json", answer), **changed)


def _read(key, exchange, **params):
    return keyed.read_list(exchange.page(), {"key": as_text(key), "list_url": LIST, **params})


def _rows(items):
    return [(item.url, item.title, item.listed_on) for item in items]


@pytest.mark.parametrize(
    "value",
    [
        ROWS,
        {"data": {"list": ROWS, "total": 3}},
        {"a": {"b": [{"rows": ROWS}]}, "count": "3"},
        {"list": [{**one, "url": f"/zwgk/nb/content/{one['id']}.html"} for one in ROWS]},
        {"html": "".join(f'<li><a href="{i.url}" title="{i.title}">{i.title[:9]}…</a><span>{i.listed_on}</span></li>' for i in SHOWN)},
    ],
)
def test_a_key_reads_the_rows_the_page_shows(value):
    exchange = _exchange(value)
    key = cut(exchange, SHOWN, LIST, NOW)
    assert _rows(_read(from_text(as_text(key)), exchange).items) == _rows(SHOWN)


def test_a_piece_of_html_and_an_answer_in_a_callback_are_answers_too():
    markup = "<ul>" + "".join(f'<li><a href="{i.url}">{i.title}</a><span>{i.listed_on}</span></li>' for i in SHOWN) + "</ul>"
    for answer, kind in ((markup.encode(), "text/html; charset=utf-8"), (b"cb(" + _exchange().answer + b");", "application/javascript")):
        exchange = _exchange(answer=answer, media_type=kind)
        assert _rows(_read(cut(exchange, SHOWN, LIST, NOW), exchange).items) == _rows(SHOWN)


@pytest.mark.parametrize(
    "value",
    [
        ROWS[:2],
        [*ROWS, {**ROWS[0], "id": 1}],
        list(reversed(ROWS)),
        [{**one, "date": "2020-01-01"} for one in ROWS],
        [{**one, "title": "通知"} for one in ROWS],
        [{"title": one["title"], "date": one["date"]} for one in ROWS],
        {"data": None},
        [],
    ],
)
def test_an_answer_with_other_rows_gives_no_key(value):
    assert cut(_exchange(value), SHOWN, LIST, NOW) is None


@pytest.mark.parametrize(
    "changed", [{"status": 403}, {"method": "PUT"}, {"body": "--x\r\n", "method": "POST"}, {"body": "[1]", "method": "POST"}]
)
def test_a_request_that_cannot_be_made_again_gives_no_key(changed):
    assert cut(_exchange(**changed), SHOWN, LIST, NOW) is None


@pytest.mark.parametrize(
    "pair",
    [
        "token=abc",
        "sign=9f3c",
        "_=1738540800123",
        "t=1738540800",
        "JSESSIONID=77AB",
        "access_token=zz9",
        "r=0.8123456789",
        "when=1738540800000",
    ],
)
def test_nothing_that_expires_goes_into_a_key(pair):
    name, _, value = pair.partition("=")
    query = _exchange(url=f"{HOST}/api/list?channel=7&{pair}&page=1")
    form = _exchange(
        method="POST", body=f"channel=7&{pair}&page=1", headers={"content-type": "application/x-www-form-urlencoded", "cookie": "a=1"}
    )
    text = json.dumps({"channel": "7", name: value, "page": 1})
    posted = _exchange(method="POST", body=text, headers={"content-type": "application/json", "authorization": "Bearer x", "accept": "*/*"})
    for exchange in (query, form, posted):
        key = cut(exchange, SHOWN, LIST, NOW)
        stored = as_text(key)
        assert (f"{name}=" not in key.url, value not in stored, "cookie" not in stored, "Bearer" not in stored) == (True,) * 4
        assert "channel" in stored
        assert key.page_field == "page"


def test_pages_are_turned_where_the_request_counts_them():
    whole = _exchange({"rows": ROWS, "total": 7})
    key = cut(whole, SHOWN, LIST, NOW)
    first = _read(key, whole)
    assert (first.declared_total, [ask.url for ask in first.next]) == (7, [f"{HOST}/api/list?channel=7&page=2"])
    second = _read(key, _exchange({"rows": ROWS, "total": 7}), **first.carry)
    assert [ask.url for ask in second.next] == [f"{HOST}/api/list?channel=7&page=3"]
    assert _read(key, _exchange({"rows": [ROWS[0]], "total": 7}), **second.carry).next == ()
    assert _read(key, _exchange({"rows": [], "total": 7}), **second.carry).items == ()


def test_a_page_counted_from_nothing_in_a_posted_object_is_turned_too():
    sent = {"method": "POST", "body": '{"pageNo": 0, "q": 1}', "headers": {"content-type": "application/json"}}
    exchange = _exchange({"rows": ROWS, "total": 9}, url=f"{HOST}/api/list", **sent)
    key = cut(exchange, SHOWN, LIST, NOW)
    assert [json.loads(ask.json)["pageNo"] for ask in _read(key, exchange).next] == [1]
    assert (key.ask(LIST).method, json.loads(key.ask(LIST).json)) == ("POST", {"pageNo": 0, "q": 1})


@pytest.mark.parametrize("value", [{"error": "key"}, {"code": 0, "data": {"list": [], "total": 0}}, {"data": {"list": [{"x": 1}]}}, "页面"])
def test_an_answer_without_rows_is_a_changed_layout(value):
    key = cut(_exchange(), SHOWN, LIST, NOW)
    with pytest.raises(LayoutChanged):
        _read(key, _exchange(value))


def test_no_page_is_ever_taken_for_one_of_these():
    found = page(LIST, 200, _exchange().answer, {"content-type": "application/json"})
    assert keyed.ID not in dict(rank(found))


@given(
    st.builds(
        Key,
        url=st.text(max_size=30),
        method=st.sampled_from(["GET", "POST"]),
        form=st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=3).map(tuple),
        page_field=st.text(max_size=5),
        first=st.integers(0, 1),
        reading=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
    )
)
def test_a_key_is_stored_and_read_as_it_is(key):
    assert from_text(as_text(key)) == key
