from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import readings, reports
from storage.codec import from_plain, to_plain
from storage.database import Database
from storage.domain.document import Box, Locator, Problem
from storage.domain.enums import CellKind, Certainty, DateKind, Edition, Outcome, ReadingQuality, Scope, Severity
from storage.domain.errors import NotFoundError, StoreError
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult, Finding, Hypothesis
from storage.domain.originals import Part
from storage.domain.reports import BodyName, Cell, Claim, DateMention, ParsedReport, Reading, Section
from tests.unit.storage.values import HOUR, MINISTRY, original, place, version

# --- readings: nothing may change on the way to the database and back ------------------------------------------------------------------

anything = st.text(max_size=12)  # lone surrogates included: portals send them
fractions = st.floats(0, 1, allow_nan=False)
numbers = st.one_of(st.integers(-(10**18), 10**18), st.decimals(allow_nan=False, allow_infinity=False, places=2), st.just(Decimal("1.50")))
boxes = st.builds(Box, fractions, fractions, fractions, fractions)
locators = st.builds(Locator, anything, st.none() | st.integers(1, 99), st.none() | boxes)
cells = st.builds(
    Cell,
    kind=st.sampled_from(CellKind),
    raw=anything,
    value=st.none() | numbers,
    at=st.none() | locators,
    confidence=fractions,
    note=anything,
    candidates=st.lists(numbers, max_size=3).map(tuple),
    suggestion=st.none() | numbers,
)
claims = st.builds(Claim, anything, numbers, anything, anything, locators, st.sampled_from(Scope), anything, st.integers(0, 6), anything)
mentions = st.builds(DateMention, st.sampled_from(DateKind), st.dates(), anything, st.none() | st.dates())
problems = st.builds(Problem, anything, anything, st.none() | anything, st.none() | anything)
parsed_reports = st.builds(
    ParsedReport,
    source=anything,
    sha256=anything,
    media_type=anything,
    parser_version=anything,
    reading=st.builds(
        Reading,
        st.sampled_from(ReadingQuality),
        st.lists(problems, max_size=2).map(tuple),
        st.dictionaries(anything, st.sampled_from(ReadingQuality), max_size=2),
    ),
    title=anything,
    body=st.none() | st.builds(BodyName, anything, st.sampled_from(["title", "text"]), st.lists(anything, max_size=2).map(tuple)),
    report_year=st.none() | st.integers(2000, 2100),
    form=st.none() | st.sampled_from(Edition),
    cells=st.dictionaries(anything.map(CellPath), cells, max_size=3),
    sections=st.lists(st.builds(Section, st.integers(1, 6), anything, anything, anything, locators), max_size=2).map(tuple),
    claims=st.lists(claims, max_size=2).map(tuple),
    dates=st.lists(mentions, max_size=2).map(tuple),
    text=anything,
    meta=st.dictionaries(anything, anything, max_size=2),
)


def types_of(value: Any) -> Any:
    """The value's shape with the class of every number: 1 and Decimal(1) are equal, yet not the same."""
    if isinstance(value, (int, Decimal)):
        return type(value), str(value)
    if isinstance(value, dict):
        return {key: types_of(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(types_of(item) for item in value)
    return [types_of(getattr(value, name)) for name in getattr(value, "__slots__", ())] if hasattr(value, "__dataclass_fields__") else value


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(parsed_reports)
def test_a_reading_survives_being_stored(parsed: ParsedReport) -> None:
    payload = readings.encode(parsed)
    back = readings.decode(payload)
    assert back == parsed
    assert types_of(back) == types_of(parsed)
    assert readings.encode(back) == payload


def test_a_finding_survives_being_stored() -> None:
    result = CheckResult(RuleId("T3-02"), "requests/total", Outcome.FAIL, 3, Decimal("3.10"), (CellPath("a/b/c"),), facts={"n": "1"})
    hypothesis = Hypothesis(CellPath("a"), Decimal("1.0"))
    finding = Finding(RuleId("T3-02"), Severity.S1, Certainty.SUSPECT, "t", "m", "f", hypothesis=hypothesis, results=(result,))
    assert types_of(from_plain(Finding, to_plain(finding))) == types_of(finding)


@pytest.mark.parametrize(
    "payload", [b"", b"nonsense", readings.zstandard.compress(b"[1]"), readings.zstandard.compress(b'{"cells":{"a":{}}}')]
)
def test_a_damaged_reading_is_said_to_be_damaged(payload: bytes) -> None:
    with pytest.raises(StoreError):
        readings.decode(payload)


def test_what_an_older_program_wrote_still_reads() -> None:
    plain = to_plain(parsed()) | {"field_of_the_future": 1}
    del plain["reading"]["quality"]
    with pytest.raises(TypeError):
        from_plain(ParsedReport, plain)
    plain["reading"]["quality"] = "high"
    assert from_plain(ParsedReport, plain) == parsed()


def parsed(parser_version: str = "1", year: int | None = 2024) -> ParsedReport:
    cell = Cell(CellKind.NUMBER, "1.50", Decimal("1.50"), Locator("table[1]/tr[2]/td[3]"))
    return ParsedReport(
        source="x",
        sha256="a" * 64,
        media_type="text/html",
        parser_version=parser_version,
        reading=Reading(ReadingQuality.HIGH),
        body=BodyName("甲市民政局", "title"),
        report_year=year,
        form=Edition.E2021,
        cells={CellPath("proactive/fees"): cell},
    )


def test_a_parser_reads_a_version_once(db: Database, now: datetime) -> None:
    with db.write() as connection:
        place(connection, now)
        found, _ = reports.record_version(connection, MINISTRY, 2024, version(connection, now), now)
        assert [pending.id for pending in reports.pending(connection, "1", 10)] == [found.id]
        first = readings.record(connection, found.id, parsed(), now)
        assert readings.record(connection, found.id, parsed(year=1999), now) == first
        assert readings.get(connection, first).parsed == parsed()
        assert reports.pending(connection, "1", 10) == ()
        assert [pending.id for pending in reports.pending(connection, "2", 10)] == [found.id]
        second = readings.record(connection, found.id, parsed("2"), now)
        newest = readings.newest(connection, found.id)
        assert newest is not None
        assert (newest.id, newest.parser_version) == (second, "2")
        assert readings.newest(connection, 99) is None
        with pytest.raises(NotFoundError):
            readings.get(connection, 99)


# --- versions --------------------------------------------------------------------------------------------------------------------------


def test_the_same_bytes_are_the_same_version(db: Database, now: datetime) -> None:
    with db.write() as connection:
        place(connection, now)
        found = version(connection, now)
        first, new = reports.record_version(connection, MINISTRY, 2024, found, now)
        assert new
        assert first.found == found
        dated = replace(
            found,
            published_on=date(2025, 1, 20),
            published_source=DateKind.LIST,
            dates=(DateMention(DateKind.LIST, date(2025, 1, 20), "x"),),
        )
        again, new = reports.record_version(connection, MINISTRY, 2024, dated, now + HOUR)
        assert not new
        assert (again.id, again.number, again.first_seen_at, again.last_seen_at) == (first.id, 1, now, now + HOUR)
        assert (again.found.published_on, again.found.dates) == (date(2025, 1, 20), dated.dates)
        later = replace(dated, published_on=date(2025, 3, 1))
        assert reports.record_version(connection, MINISTRY, 2024, later, now)[0].found.published_on == date(2025, 1, 20)


def test_the_same_meaning_in_other_bytes_is_the_same_version(db: Database, now: datetime) -> None:
    with db.write() as connection:
        place(connection, now)
        first, _ = reports.record_version(connection, MINISTRY, 2024, version(connection, now, "a", text="t1"), now)
        counter, new = reports.record_version(connection, MINISTRY, 2024, version(connection, now, "b", text="t1"), now)
        assert (counter.id, new) == (first.id, False)
        assert reports.record_version(connection, MINISTRY, 2024, version(connection, now, "c", text="t2"), now)[1]
        assert reports.record_version(connection, MINISTRY, 2024, version(connection, now, "d"), now)[1]
        assert reports.record_version(connection, MINISTRY, 2024, version(connection, now, "e"), now)[1]


def test_a_changed_attachment_is_a_new_version(db: Database, now: datetime) -> None:
    with db.write() as connection:
        place(connection, now)
        page = version(connection, now, "a", text="t")
        parts = [Part(original(connection, now, letter), f"http://a/{letter}.pdf", "attachment") for letter in "bcb"]
        with_parts = [replace(page, parts=(part,)) for part in parts]
        numbers_and_new = [reports.record_version(connection, MINISTRY, 2024, found, now) for found in with_parts]
        assert [(found.number, new) for found, new in numbers_and_new] == [(1, True), (2, True), (1, False)]


def test_an_address_shows_one_version_at_a_time(db: Database, now: datetime) -> None:
    with db.write() as connection:
        place(connection, now)
        first, second = version(connection, now, "a"), version(connection, now, "b")
        for hours, found in enumerate([first, second, first]):
            reports.record_version(connection, MINISTRY, 2024, found, now + hours * HOUR)
        assert [found.gone_since for found in reports.versions(connection, MINISTRY, 2024)] == [None, now + 2 * HOUR]
        current = reports.current(connection, MINISTRY, 2024)
        assert current is not None
        assert current.number == 1
        reports.mark_gone(connection, current.id, now + 3 * HOUR)
        reports.mark_gone(connection, current.id, now + 4 * HOUR)
        assert reports.get_version(connection, current.id).gone_since == now + 3 * HOUR
        last = reports.current(connection, MINISTRY, 2024)
        assert last is not None
        assert last.number == 2
        reports.mark_seen(connection, [current.id], now + 5 * HOUR)
        assert reports.get_version(connection, current.id).gone_since is None
        assert reports.current(connection, MINISTRY, 2023) is None
        with pytest.raises(NotFoundError):
            reports.get_version(connection, 99)


def test_lists_show_the_version_that_stands(db: Database, now: datetime) -> None:
    with db.write() as connection:
        place(connection, now, of=("mz", "zf"))
        for body_id in ("mz", "zf"):
            for year in (2023, 2024):
                for letter in "ab":
                    reports.record_version(connection, body_id, year, version(connection, now, letter), now)  # type: ignore[arg-type]
        found = reports.list_current(connection)
        assert [(entry.report_year, entry.body_id, entry.number) for entry in found] == [
            (2024, "mz", 2),
            (2024, "zf", 2),
            (2023, "mz", 2),
            (2023, "zf", 2),
        ]
        assert reports.list_current(connection, 2024, limit=1, offset=1) == (found[1],)
        assert reports.list_current(connection, division_prefix="44") == ()
        version_id = found[0].id
        assert readings.newest_for(connection, MINISTRY, 2024) is None
        reading = readings.record(connection, version_id, parsed(), now)
        stored = readings.newest_for(connection, MINISTRY, 2024)
        assert stored is not None
        assert stored.id == reading
