"""Feeds and the calendar as other programs read them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from monitor.outputs.feeds.atom import atom
from monitor.outputs.feeds.calendar import Deadline, calendar
from monitor.outputs.feeds.entries import Entry, Feed, identifier
from monitor.outputs.feeds.json_feed import json_feed
from monitor.web.app import create_app
from storage import duties, findings, reports
from storage.archive.store import open_archive
from storage.domain.clock import FixedClock
from storage.domain.duties import DutyKey, DutyTransition
from storage.domain.enums import DutyStatus, FindingState
from storage.domain.ids import BodyId, Sha256
from storage.domain.originals import NewVersion
from storage.findings import Judged
from storage.settings import load
from tests.unit.web.feed_rules import ATOM, check_atom, check_calendar, check_json_feed
from tests.unit.web.world import NOW, YEAR, Client, Filled, fill

BROKEN = BodyId("9901-02")
NASTY = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(
    ["a\r\nDTSTART:20000101", "\x00\x07\ufffe]]>", "<script>&\"';,\\n", "\u202e長" * 40, "\\", ",;:\\N"]
)


def titles(data: bytes) -> list[str]:
    return [entry.findtext(f"{ATOM}title") or "" for entry in check_atom(data)]


def test_reports_are_told_in_both_formats(pages: Client) -> None:
    said = pages.get("/feeds/reports.atom")
    assert said.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert sorted(titles(said.content)) == [
        *(f"示例市{name}局 2024年度年报已发现" for name in ("卫生", "审计", "教育")),
        "示例市统计局 2024年度年报在原处已看不到",
    ]
    also = pages.get("/feeds/reports.json")
    assert also.headers["content-type"] == "application/feed+json; charset=utf-8"
    read = check_json_feed(also.content)
    assert {item["title"] for item in read["items"]} == set(titles(said.content))
    assert read["feed_url"] == "http://nianbao.test/feeds/reports.json"
    linked = {item["url"] for item in read["items"] if "新发现" in item["tags"]}
    assert all(pages.get(url.removeprefix("http://nianbao.test")).status_code == 200 for url in linked)


def test_both_formats_have_the_same_identifiers(pages: Client) -> None:
    entries = check_atom(pages.get("/feeds/reports.atom").content)
    items = check_json_feed(pages.get("/feeds/reports.json").content)["items"]
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [item["id"] for item in items]


def test_a_feed_is_narrowed_by_its_address(pages: Client) -> None:
    assert len(titles(pages.get(f"/feeds/reports.atom?body={BROKEN}").content)) == 1
    assert titles(pages.get("/feeds/reports.atom?year=2019").content) == []
    assert titles(pages.get("/feeds/reports.atom?scope=11").content) == []
    assert len(titles(pages.get("/feeds/reports.atom?scope=9901").content)) == 4
    assert pages.get("/feeds/reports.atom?body=nobody").status_code == 404
    assert pages.get("/feeds/reports.rss2").status_code == 404
    assert pages.get("/feeds/reports.atom?scope=x").status_code == 422


def test_only_what_a_person_confirmed_leaves_the_house(pages: Client) -> None:
    assert titles(pages.get("/feeds/findings.atom").content) == []
    live = titles(pages.get("/feeds/findings.atom?state=live").content)
    assert live
    assert all("待核实" in title for title in live)
    assert not [title for title in live if "存疑" in title or "无法校验" in title]


def test_an_unchanged_feed_is_not_sent_again(filled: Filled) -> None:
    settings = load(data_dir=filled.folder)
    archive = open_archive((filled.folder / "archive").as_uri())
    for path in ("/feeds/reports.atom", "/feeds/findings.json", "/feeds/deadlines.ics"):
        tags = set()
        for later in (NOW, NOW + timedelta(hours=5)):
            client = Client(create_app(filled.database, archive, settings, FixedClock(later)))
            tags.add(client.get(path).headers["etag"])
        (tag,) = tags
        again = client.get(path, headers={"if-none-match": f'W/{tag}, "x"'})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get(path, headers={"if-none-match": '"other"'}).status_code == 200


def test_the_calendar_names_every_due_day_once(pages: Client) -> None:
    said = pages.get("/feeds/deadlines.ics")
    assert said.headers["content-type"] == "text/calendar; charset=utf-8"
    (event,) = check_calendar(said.content)
    assert event.decoded("dtstart") == date(2025, 1, 31)
    assert event.decoded("dtend") == date(2025, 2, 1)
    assert "6 个单位" in str(event["SUMMARY"])  # seven bodies, one exempt
    assert not list(event.walk("VALARM"))
    assert list(check_calendar(pages.get("/feeds/deadlines.ics?remind=7").content)[0].walk("VALARM"))
    assert check_calendar(pages.get("/feeds/deadlines.ics?year=2001").content) == []
    (own,) = check_calendar(pages.get(f"/feeds/deadlines.ics?body={BROKEN}").content)
    assert str(own["UID"]) == f"duty-{BROKEN}-{YEAR}@nianbao"
    assert "逾期" in str(own["DESCRIPTION"])


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Filled]:
    with fill(tmp_path) as made:
        yield made


def client_of(world: Filled, now: datetime = NOW) -> Client:
    archive = open_archive((world.folder / "archive").as_uri())
    return Client(create_app(world.database, archive, load(data_dir=world.folder), FixedClock(now)))


def test_what_happens_later_is_a_new_entry_and_old_ones_keep_their_names(world: Filled) -> None:
    before = check_json_feed(client_of(world).get("/feeds/reports.json").content)["items"]
    later = NOW + timedelta(days=3)
    nasty = NewVersion(
        "https://www.shili.gov.test/2.html?a=<b>", world.original, title="新\x00标\u0008题 <b>&", text_sha256=Sha256("1" * 64)
    )
    with world.database.write() as c:
        reports.record_version(c, BROKEN, YEAR, nasty, later)
        gone = DutyTransition(DutyKey(BROKEN, YEAR), later, DutyStatus.LATE, DutyStatus.WITHDRAWN, "多次确认在原处已看不到", "nianbao")
        duties.append_transition(c, gone)
    after = check_json_feed(client_of(world).get("/feeds/reports.json").content)["items"]
    assert {item["id"]: item for item in before}.items() <= {item["id"]: item for item in after}.items()
    new = [item["title"] for item in after if item not in before]
    assert sorted(new) == ["示例市审计局 2024年度年报在原处已看不到", "示例市审计局 2024年度年报有更新（第 2 版）"]
    assert len(check_atom(client_of(world).get("/feeds/reports.atom").content)) == 6


def test_a_confirmed_finding_appears_and_a_dismissed_one_does_not(world: Filled) -> None:
    with world.database.write() as c:
        first, *others = [entry for entry in findings.for_report(c, BROKEN, YEAR) if entry.finding.certainty == "inconsistent"]
        judged = Judged(now=NOW + timedelta(hours=1), actor="张三")
        findings.set_state(c, first.id, FindingState.CONFIRMED, reason="", judged=judged)
        for entry in others:
            findings.set_state(c, entry.id, FindingState.DISMISSED, reason="误报", judged=judged)
    (item,) = check_json_feed(client_of(world).get("/feeds/findings.json").content)["items"]
    assert "报告不一致，已确认" in item["title"]
    assert item["date_modified"] > item["date_published"]
    assert check_json_feed(client_of(world).get("/feeds/findings.json?rule=ZZ-01").content)["items"] == []


def test_a_moved_deadline_keeps_its_identity(world: Filled) -> None:
    uid = str(check_calendar(client_of(world).get(f"/feeds/deadlines.ics?body={BROKEN}").content)[0]["UID"])
    with world.database.write() as c:
        stored = duties.get(c, DutyKey(BROKEN, YEAR))
        assert stored is not None
        moved = type(stored.duty)(stored.duty.key, date(2025, 2, 28), "延期决定", "2", stored.duty.division_code)
        duties.save_state(c, moved, stored.state, cause="延期", actor="test")
    (event,) = check_calendar(client_of(world).get(f"/feeds/deadlines.ics?body={BROKEN}").content)
    assert (str(event["UID"]), event.decoded("dtstart")) == (uid, date(2025, 2, 28))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts=st.lists(NASTY, min_size=1, max_size=4))
def test_whatever_a_portal_wrote_the_files_stay_valid(texts: list[str]) -> None:
    entries = tuple(
        Entry(identifier("e", number), text, f"http://a.test/{number}", NOW, NOW, text, author=text + "x", tags=(text,))
        for number, text in enumerate(texts)
    )
    feed = Feed(identifier("f"), f"订阅{texts[0]}", "http://a.test/", "", NOW, entries)
    assert len(check_atom(atom(feed))) == len(texts)
    assert len(check_json_feed(json_feed(feed))["items"]) == len(texts)
    days = [Deadline(f"u{number}@nianbao", date(2025, 1, 31), text, text, "http://a.test/") for number, text in enumerate(texts)]
    events = check_calendar(calendar(texts[0], days, stamp=datetime(2025, 1, 1, tzinfo=UTC), remind_days=3))
    assert len(events) == len(texts)
    assert all(event.decoded("dtstart") == date(2025, 1, 31) for event in events)


def test_the_checks_themselves_see_faults() -> None:
    feed = atom(Feed(identifier("f"), "t", "http://a.test/", "", NOW))
    with pytest.raises(AssertionError):
        check_atom(feed.replace(b"<updated>", b"<updated>x", 1))
    with pytest.raises((AssertionError, etree.XMLSyntaxError)):
        check_atom(feed.replace(b"<title>", b"<title>\x01", 1))
    with pytest.raises((AssertionError, KeyError)):
        check_json_feed(json.dumps({"version": "1", "items": []}).encode())
    whole = calendar("t", [Deadline("u", date(2025, 1, 1), "a", "b")], stamp=NOW)
    with pytest.raises(AssertionError):
        check_calendar(whole.replace(b"SUMMARY:a", b"SUMMARY:a;b"))
