"""Searches, keys and access profiles: how portals are asked, kept with their history, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from monitor.duties.absence import gone
from monitor.duties.state import evaluate
from storage import captures, duties, evidence, list_keys, portals, reports, searches, sightings, tls_profiles, visits
from storage.database import Database
from storage.domain.duties import Duty, DutyKey, DutyState
from storage.domain.enums import DutyStatus, VisitOutcome
from storage.domain.errors import NotFoundError, UsageError
from storage.domain.ids import BodyId, EntryPointId, PortalId
from storage.domain.originals import Capture
from storage.domain.visits import Decision, ListLine, VisitResult
from tests.unit.storage.values import COUNCIL, HOUR, MINISTRY, original, place, portal, version

GOOD = VisitResult(VisitOutcome.COMPLETE, items_seen=9, whole_list=True, canary=True, negative_control=True, own_network=True)
SEARCHED = VisitResult(VisitOutcome.COMPLETE, inconclusive_reason="search-only", facts={"asked": [[MINISTRY, 2024]]})
REPORT = ListLine("http://a.gov.test/r.html", "年报", decision=Decision.REPORT, body_id=MINISTRY, report_year=2024)
KEY = DutyKey(MINISTRY, 2024)


def _duty(body_id: BodyId, year: int = 2024, due_on: date = date(2025, 1, 31)) -> Duty:
    return Duty(DutyKey(body_id, year), due_on, "条例", "v", "330100")


def _owe(
    connection, now: datetime, status: DutyStatus, body_id: BodyId = MINISTRY, year: int = 2024, due_on: date = date(2025, 1, 31)
) -> None:
    duty = _duty(body_id, year, due_on)
    duties.save_state(connection, duty, DutyState(duty.key, status, now), cause="t", actor="t")


def _visit(connection, entry: EntryPointId, result: VisitResult, at: datetime, line: ListLine | None = None) -> None:
    visit = visits.start(connection, entry, now=at)
    if line is not None:
        sightings.record(connection, visit, entry, [line], at)
    visits.finish(connection, visit, result, at)


def test_gaps_are_reports_due_a_short_while_ago_and_not_found(db: Database, now: datetime) -> None:
    with db.write() as c:
        place(c, now, of=(MINISTRY, COUNCIL))
        _owe(c, now, DutyStatus.MISSING)
        _owe(c, now, DutyStatus.UNKNOWN, COUNCIL)
        _owe(c, now, DutyStatus.MISSING, MINISTRY, 2020, date(2021, 1, 31))
        _owe(c, now, DutyStatus.ON_TIME, COUNCIL, 2023, date(2025, 1, 30))
        _owe(c, now, DutyStatus.UNKNOWN, MINISTRY, 2023, date(2025, 2, 20))
        gaps = searches.open_gaps(c, [MINISTRY, COUNCIL], date(2025, 2, 5), within=timedelta(days=60))
        assert [gap.key for gap in gaps] == [DutyKey(MINISTRY, 2024), DutyKey(COUNCIL, 2024)]
        assert searches.open_gaps(c, [MINISTRY], date(2025, 1, 31), within=timedelta(days=60)) == ()
        assert [gap.key.report_year for gap in searches.open_gaps(c, [MINISTRY], date(2025, 4, 10), within=timedelta(days=60))] == [2023]


def test_a_search_is_remembered_beside_the_lists_and_is_no_list(db: Database, now: datetime) -> None:
    with db.write() as c:
        listed = place(c, now, of=(MINISTRY, COUNCIL))
        first = searches.remember(c, portal(), "http://a.gov.test/s", "html_form", {"q": "1"}, now)
        assert searches.remember(c, portal(), "http://a.gov.test/s", "html_form", {"q": "2"}, now).id == first.id
        second = searches.remember(c, portal(), "http://a.gov.test/new", "trs_irs", {}, now)
        assert searches.entry_of(c, PortalId("a.gov.test")) == second
        assert second.body_ids == (MINISTRY, COUNCIL)
        assert searches.ids_of(c, [MINISTRY]) == {MINISTRY: (first.id, second.id)}
        assert portals.routes_of(c, [MINISTRY]) == {MINISTRY: (listed,)}
        assert [point.id for point in portals.due(c, now, every=HOUR, retry_after=HOUR)] == [listed]
        _visit(c, second.id, SEARCHED, now)
        assert searches.asked_since(c, second.id, now - HOUR) == {KEY}
        assert searches.asked_since(c, second.id, now + HOUR) == frozenset()


def test_a_report_only_a_search_showed_is_never_withdrawn_by_a_list_that_never_had_it(db: Database, now: datetime) -> None:
    with db.write() as c:
        listed = place(c, now)
        search = searches.remember(c, portal(), "http://a.gov.test/s", "html_form", {}, now)
        _visit(c, search.id, SEARCHED, now, REPORT)
        made, _ = reports.record_version(c, MINISTRY, 2024, version(c, now), now)
        reports.mark_gone(c, made.id, now + HOUR)
        for day in range(1, 17):
            _visit(c, listed, GOOD, now + timedelta(days=day))
        later = now + timedelta(days=17)
        found = evidence.gather(c, [KEY])[KEY]
    assert len(found.negatives) == 16
    assert gone(found, now) is None
    alone = gone(replace(found, routes=(listed,)), now)
    assert alone is not None
    assert alone.established, "what the list alone would have said"
    assert evaluate(_duty(MINISTRY), found, later).status is not DutyStatus.WITHDRAWN


def test_a_report_that_stood_on_a_list_is_withdrawn_by_that_list_whatever_a_search_showed(db: Database, now: datetime) -> None:
    with db.write() as c:
        listed = place(c, now)
        search = searches.remember(c, portal(), "http://a.gov.test/s", "html_form", {}, now)
        _visit(c, search.id, SEARCHED, now, REPORT)
        _visit(c, listed, GOOD, now, REPORT)
        for day in range(1, 17):
            _visit(c, listed, GOOD, now + timedelta(days=day))
        found = evidence.gather(c, [KEY])[KEY]
    assert found.routes == (listed,)
    away = gone(found, now)
    assert away is not None
    assert away.established


def test_a_line_of_a_search_that_may_be_the_report_holds_back_the_verdict(db: Database, now: datetime) -> None:
    waiting = ListLine("http://a.gov.test/q.html", "局2024年报", decision=Decision.UNRESOLVED, body_id=MINISTRY, report_year=2024)
    with db.write() as c:
        listed = place(c, now, of=(MINISTRY, COUNCIL))
        search = searches.remember(c, portal(), "http://a.gov.test/s", "html_form", {}, now)
        _visit(c, search.id, SEARCHED, now, waiting)
        for day in range(4):
            _visit(c, listed, GOOD, now + timedelta(days=day, hours=1))
        found = evidence.gather(c, [KEY, DutyKey(COUNCIL, 2024)])
    at = now + timedelta(days=4)
    assert evaluate(_duty(MINISTRY), found[KEY], at).status is DutyStatus.UNKNOWN
    assert evaluate(_duty(COUNCIL), found[DutyKey(COUNCIL, 2024)], at).status is DutyStatus.MISSING


def test_a_list_has_one_key_and_a_history(db: Database, now: datetime) -> None:
    with db.write() as c:
        entry = place(c, now)
        assert list_keys.current(c, entry) is None
        list_keys.keep(c, entry, "one", now)
        current = list_keys.current(c, entry)
        assert current is not None
        list_keys.used(c, current.id, now + HOUR)
        list_keys.keep(c, entry, "two", now + 2 * HOUR)
        list_keys.retire(c, entry, "blocked:status-403", now + 3 * HOUR)
        list_keys.failed(c, entry, "replay-failed", now + 4 * HOUR)
        assert list_keys.current(c, entry) is None
        told = [(one.key, one.uses, one.reason, one.retired_at) for one in list_keys.history(c, entry)]
    assert told == [
        ("", 0, "replay-failed", now + 4 * HOUR),
        ("two", 0, "blocked:status-403", now + 3 * HOUR),
        ("one", 1, "replaced", now + 2 * HOUR),
    ]


def test_a_profile_holds_until_the_next_and_needs_a_reason(db: Database, now: datetime) -> None:
    own = PortalId("a.gov.test")
    with db.write() as c:
        place(c, now, url="http://lists.a.gov.test/nb/")
        for names, reason in ((["everything"], "主办单位已知情"), (["expired"], " "), (["expired"], "无")):
            with pytest.raises(UsageError):
                tls_profiles.put(c, own, names, reason=reason, actor="王", now=now)
        with pytest.raises(NotFoundError):
            tls_profiles.put(c, PortalId("no.such"), ["expired"], reason="主办单位已知情", actor="王", now=now)
        tls_profiles.put(c, own, ["legacy", "expired"], reason="主办单位已知情", actor="王", now=now)
        assert tls_profiles.by_host(c) == dict.fromkeys(("a.gov.test", "lists.a.gov.test"), frozenset({"legacy", "expired"}))
        tls_profiles.put(c, own, ["expired"], reason="服务器已更新", actor="李", now=now + HOUR)
        assert [one.names for one in tls_profiles.holding(c).values()] == [("expired",)]
        assert tls_profiles.put(c, own, [], reason="", actor="李", now=now + 2 * HOUR) is None
        assert tls_profiles.by_host(c) == {}
        assert [(one.names, one.ended_at) for one in tls_profiles.history(c, own)] == [
            (("expired",), now + 2 * HOUR),
            (("expired", "legacy"), now + HOUR),
        ]


def test_the_newest_verification_of_each_portal_is_told(db: Database, now: datetime) -> None:
    with db.write() as c:
        entry = place(c, now)
        assert tls_profiles.results(c) == {}
        for hours, verdict in ((0, "verified 01"), (1, "unverified(expired) 01")):
            at = now + hours * HOUR
            visit = visits.start(c, entry, now=at)
            captures.record(c, Capture("list", "https://a.gov.test/", 200, at, at, original(c, at), tls=verdict, visit_id=visit))
            visits.finish(c, visit, GOOD, at)
        assert tls_profiles.results(c) == {PortalId("a.gov.test"): tls_profiles.TlsResult("unverified(expired) 01", now + HOUR)}
        _visit(c, entry, VisitResult(VisitOutcome.UNREACHABLE, "tls-expired"), now + 2 * HOUR)
        told = tls_profiles.results(c)[PortalId("a.gov.test")]
        assert (told.verdict, told.fault, told.fault_at) == ("unverified(expired) 01", "tls-expired", now + 2 * HOUR)
        _visit(c, entry, VisitResult(VisitOutcome.UNREACHABLE, "timeout"), now + 3 * HOUR)
        assert tls_profiles.results(c)[PortalId("a.gov.test")].fault == ""
