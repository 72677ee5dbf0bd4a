"""The life of a finding, from stored files to the log: read, judged, decided on, read again, corrected. On both databases."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

import pytest

from crawler.demo.filled_form import ReportFacts, Wanted, make_facts, render_html
from crawler.demo.slips import balance_error
from crawler.parsing.report import parse
from monitor.judge import rules_version
from monitor.judging import SILENT, Telling, judge_stored, preview
from monitor.shelf import Shelf
from storage import bodies, events, findings, originals, readings, reports
from storage.database import Database
from storage.domain.enums import BodyKind, BodyLevel, FindingState, ReadingQuality
from storage.domain.ids import BodyId, Sha256
from storage.domain.originals import NewVersion, StoredOriginal
from storage.domain.registry import Body
from storage.domain.reports import ParsedReport
from storage.findings import MACHINE, FindingChanges, Judged, machine_for

GOVERNMENT, OFFICE, OTHER = BodyId("g"), BodyId("b"), BodyId("c")
NAMES = {GOVERNMENT: "示例市人民政府", OFFICE: "示例市档案馆", OTHER: "示例市教育局", BodyId("far"): "他省某县水利局"}
DAY = timedelta(days=1)
IN, OUT = "requests/carried_in/total", "requests/carried_out/total"


@pytest.fixture
def world(db: Database, now: datetime) -> Database:
    with db.write() as connection:
        for body_id, name in list(NAMES.items())[:3]:
            kind = BodyKind.GOVERNMENT if body_id == GOVERNMENT else BodyKind.DEPARTMENT
            parent = None if body_id == GOVERNMENT else GOVERNMENT
            bodies.upsert(connection, Body(body_id, name, kind, BodyLevel.PREFECTURE, "990100", parent_id=parent), now)
    return db


@cache
def good(body_id: BodyId = OFFICE, year: int = 2024, seed: int = 3, requests: int = 90) -> ReportFacts:
    return make_facts(seed, Wanted(NAMES[body_id], year, kind=BodyKind.DEPARTMENT, requests=requests))


def wrong() -> ReportFacts:
    return balance_error(good())


def read(facts: ReportFacts, parser: str = "1") -> ParsedReport:
    return replace(parse(render_html(facts).encode(), source="http://a.gov.test/r.html"), parser_version=parser)


def publish(
    db: Database, now: datetime, parsed: ParsedReport, body_id: BodyId = OFFICE, year: int = 2024, *, version: int | None = None
) -> int:
    """Store a version of a report (or another reading of one) and give its number."""
    with db.write() as connection:
        if version is None:
            sha = Sha256(parsed.sha256)
            originals.record(connection, StoredOriginal(sha, 1, f"blobs/{sha}", "raw", "text/html", now))
            found = NewVersion(f"http://{body_id}.gov.test/{year}.html", sha)
            version = reports.record_version(connection, body_id, year, found, now)[0].id
        readings.record(connection, version, parsed, now)
    return version


def judged(db: Database, now: datetime, telling: Telling = SILENT, body_id: BodyId = OFFICE, year: int = 2024) -> FindingChanges:
    with db.write() as connection:
        return judge_stored(connection, Shelf(), bodies.get(connection, body_id), year, now, telling)


def life(db: Database, rule: str, body_id: BodyId = OFFICE, year: int = 2024) -> list[tuple[FindingState | None, FindingState, str]]:
    with db.read() as connection:
        (entry,) = [one for one in findings.for_report(connection, body_id, year) if one.finding.rule == rule]
        return [(line.from_state, line.to_state, line.actor) for line in findings.log(connection, entry.id)]


def decide(db: Database, now: datetime, rule: str, state: FindingState) -> None:
    with db.write() as connection:
        (entry,) = [one for one in findings.for_report(connection, OFFICE, 2024) if one.finding.rule == rule]
        findings.set_state(connection, entry.id, state, reason="报告有说明", judged=Judged(now, actor="李某"))


BORN = (None, FindingState.OPEN, MACHINE)


def test_running_again_and_reading_again_keep_it(world: Database, now: datetime) -> None:
    version = publish(world, now, read(wrong()))
    assert [entry.finding.rule for entry in judged(world, now).opened] == ["T3-02"]
    publish(world, now, read(wrong(), parser="2"), version=version)
    for day in (1, 2):
        again = judged(world, now + day * DAY)
        assert (again.opened, again.reopened, again.resolved) == ((), (), ())
    assert life(world, "T3-02") == [BORN]


def test_a_dismissal_outlives_another_parser_and_another_judgement(world: Database, now: datetime) -> None:
    version = publish(world, now, read(wrong()))
    judged(world, now)
    decide(world, now, "T3-02", FindingState.DISMISSED)
    publish(world, now, read(wrong(), parser="2"), version=version)
    judged(world, now + DAY)
    assert life(world, "T3-02") == [BORN, (FindingState.OPEN, FindingState.DISMISSED, "李某")]


def test_an_operand_that_changes_opens_it_again(world: Database, now: datetime) -> None:
    publish(world, now, read(wrong()))
    judged(world, now)
    decide(world, now, "T3-02", FindingState.DISMISSED)
    facts = wrong()
    worse = facts.with_cells(
        {OUT: str(facts.number(OUT) + 5), "requests/carried_out/natural": str(facts.number("requests/carried_out/natural") + 5)}
    )
    publish(world, now + DAY, read(worse))
    judged(world, now + DAY)
    with world.read() as connection:
        states = {one.finding.rule: one.state for one in findings.for_report(connection, OFFICE, 2024)}
    assert states["T3-02"] is FindingState.OPEN
    assert life(world, "T3-02")[-1] == (FindingState.DISMISSED, FindingState.OPEN, MACHINE)


def test_a_corrected_version_closes_it_and_a_relapse_brings_it_back(world: Database, now: datetime) -> None:
    publish(world, now, read(wrong()))
    judged(world, now)
    decide(world, now, "T3-02", FindingState.CONFIRMED)
    publish(world, now + DAY, read(good()))
    judged(world, now + DAY)
    publish(world, now + 2 * DAY, read(wrong()))
    judged(world, now + 2 * DAY, Telling(notify=False, actor=machine_for("王某")))
    assert life(world, "T3-02") == [
        BORN,
        (FindingState.OPEN, FindingState.CONFIRMED, "李某"),
        (FindingState.CONFIRMED, FindingState.RESOLVED, MACHINE),
        (FindingState.RESOLVED, FindingState.CONFIRMED, "nianbao（王某）"),
    ]


def test_a_version_nobody_can_read_closes_nothing(world: Database, now: datetime) -> None:
    publish(world, now, read(wrong()))
    judged(world, now)
    broken = parse(b"%PDF-1.7\nbroken", source="http://a.gov.test/r.html")
    assert broken.reading.quality is ReadingQuality.NONE
    publish(world, now + DAY, broken)
    judged(world, now + DAY)
    assert life(world, "T3-02") == [BORN]


def test_the_log_names_parser_catalogue_and_rule(world: Database, now: datetime) -> None:
    publish(world, now, read(wrong()))
    judged(world, now)
    with world.read() as connection:
        (entry,) = [one for one in findings.for_report(connection, OFFICE, 2024) if one.finding.rule == "T3-02"]
        (line,) = findings.log(connection, entry.id)
    assert line.versions == f"1; {rules_version()}; T3-02@1"


def test_a_preview_says_what_judging_then_does_and_writes_nothing(world: Database, now: datetime) -> None:
    publish(world, now, read(wrong()))

    def foreseen() -> tuple[list[str], list[str], list[str]]:
        with world.read() as connection:
            seen = preview(connection, Shelf(), bodies.get(connection, OFFICE), 2024, now)
        assert seen is not None
        return (
            [finding.rule for finding in seen.opened],
            [finding.rule for _, finding in seen.reopened],
            [entry.finding.rule for entry in seen.resolved],
        )

    for facts in (wrong(), good(), wrong()):
        publish(world, now, read(facts))
        expected = foreseen()
        assert foreseen() == expected
        done = judged(world, now)
        assert expected == tuple([entry.finding.rule for entry in entries] for entries in (done.opened, done.reopened, done.resolved))
        assert any(expected)
    assert not any(foreseen())


def test_silent_judging_writes_events_nobody_is_told_of(world: Database, now: datetime) -> None:
    publish(world, now, read(wrong()))
    judged(world, now, SILENT)
    with world.read() as connection:
        told = [event for event in events.recent(connection) if event.kind.value.startswith("finding.")]
    assert told
    assert all(event.planned_at is not None for event in told)


def test_last_years_correction_settles_what_was_found_this_year(world: Database, now: datetime) -> None:
    before = good(year=2023, seed=4)
    this = make_facts(5, Wanted(NAMES[OFFICE], 2024, previous=before))
    off = before.with_cells(
        {OUT: str(before.number(OUT) + 2), "requests/carried_out/natural": str(before.number("requests/carried_out/natural") + 2)}
    )
    publish(world, now, read(off), year=2023)
    publish(world, now, read(this))
    assert {"XY-01", "XY-02"} <= {entry.finding.rule for entry in judged(world, now).opened}
    publish(world, now + DAY, read(before), year=2023)
    closed = judged(world, now + DAY)
    assert {"XY-01", "XY-02"} <= {entry.finding.rule for entry in closed.resolved}
    assert "XY-11" in {entry.finding.rule for entry in closed.opened}


def test_a_government_below_its_departments_is_suspected(world: Database, now: datetime) -> None:
    publish(world, now, read(good(requests=1200)))
    publish(world, now, read(good(OTHER, seed=9, requests=1200)), OTHER)
    government = read(good(GOVERNMENT, seed=6, requests=4))
    publish(world, now, government, GOVERNMENT)
    assert not [entry for entry in judged(world, now, body_id=GOVERNMENT).opened if entry.finding.rule.startswith("XL")]
    summing = replace(government, text=f"{government.text}\n本报告由市政府各部门数据汇总而成。", sha256="e" * 64)
    publish(world, now + DAY, summing, GOVERNMENT)
    found = {entry.finding.rule: entry.finding for entry in judged(world, now, body_id=GOVERNMENT).opened}
    assert "XL-02" in found or "XL-03" in found
    assert all(one.certainty.value != "inconsistent" for rule, one in found.items() if rule.startswith("XL"))


def test_confirmed_children_must_add_up(world: Database, now: datetime) -> None:
    publish(world, now, read(good(requests=1200)))
    publish(world, now, read(good(OTHER, seed=9, requests=1200)), OTHER)
    summing = read(good(GOVERNMENT, seed=6, requests=9000))
    publish(world, now, replace(summing, text=f"{summing.text}\n本报告由市政府各部门数据汇总而成。"), GOVERNMENT)
    assert "XL-01" not in rules_of(judged(world, now, body_id=GOVERNMENT))
    with world.write() as connection:
        bodies.confirm_children(connection, GOVERNMENT, 2024, "机构名录")
    (found,) = [entry.finding for entry in judged(world, now, body_id=GOVERNMENT).opened if entry.finding.rule == "XL-01"]
    assert found.certainty.value == "suspect"
    with world.write() as connection:
        bodies.confirm_children(connection, GOVERNMENT, 2025, "机构名录")
    assert "XL-01" in {entry.finding.rule for entry in judged(world, now, body_id=GOVERNMENT).resolved}


FAR = BodyId("far")


def somewhere_else(db: Database, now: datetime) -> None:
    with db.write() as connection:
        bodies.upsert(connection, Body(FAR, "他省某县水利局", BodyKind.DEPARTMENT, BodyLevel.COUNTY, "880123"), now)


def rules_of(changes: FindingChanges) -> set[str]:
    return {entry.finding.rule for entry in changes.opened}


def test_copied_figures_are_seen_wherever_they_stand(world: Database, now: datetime) -> None:
    somewhere_else(world, now)
    publish(world, now, read(replace(good(), body="他省某县水利局")), FAR)
    assert "XL-07" not in rules_of(judged(world, now, body_id=FAR))
    publish(world, now, read(good()))
    assert "XL-07" in rules_of(judged(world, now))
    publish(world, now, read(good(OTHER, seed=9)), OTHER)
    assert "XL-07" not in rules_of(judged(world, now, body_id=OTHER))


def in_words(parsed: ParsedReport, text: str) -> ParsedReport:
    sections = tuple(replace(one, text=text) if one.number == 1 else one for one in parsed.sections)
    return replace(parsed, sections=sections)


def test_copied_text_is_seen_wherever_it_stands_and_a_changed_text_is_forgotten(world: Database, now: datetime) -> None:
    somewhere_else(world, now)
    rng = random.Random(7)
    words, others = ("".join(chr(0x4E00 + rng.randrange(3000)) for _ in range(800)) for _ in range(2))
    publish(world, now, in_words(read(good(FAR, seed=5)), words), FAR)
    judged(world, now, body_id=FAR)
    publish(world, now, in_words(read(good()), words[:700] + others[:60]))
    assert "XL-08" in rules_of(judged(world, now))
    publish(world, now + DAY, in_words(replace(read(good(FAR, seed=5)), sha256="f" * 64), others), FAR)
    judged(world, now + DAY, body_id=FAR)
    assert [entry.finding.rule for entry in judged(world, now + DAY).resolved] == ["XL-08"]
