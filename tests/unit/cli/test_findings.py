"""Rules shown, findings decided on, reports judged again: what is said, logged, and not told to anyone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.demo.filled_form import Wanted, make_facts, render_html
from crawler.demo.slips import balance_error
from crawler.parsing.report import parse
from crawler.parsing.version import PARSER_VERSION
from monitor.judge import all_rules
from storage import audit, bodies, events, findings, originals, readings, reports
from storage.archive.store import open_archive
from storage.database import Database, open_database
from storage.domain.enums import BodyKind, BodyLevel, FindingState
from storage.domain.ids import BodyId
from storage.domain.judgement import Judgement
from storage.domain.originals import NewVersion
from storage.domain.registry import Body
from storage.settings import load
from tests.unit.cli.calling import Answer, Nianbao

NOW = datetime(2025, 2, 5, 1, tzinfo=UTC)
NAME = "示例市教育局"


@pytest.fixture
def world(nianbao: Nianbao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nianbao:
    """A folder with one body whose report of 2024 does not balance, stored and read, not judged yet."""
    monkeypatch.setenv("NIANBAO_NOW", NOW.isoformat())
    assert nianbao("init").code == 0
    settings = load(None)
    data = render_html(balance_error(make_facts(3, Wanted(NAME, 2024)))).encode()
    kept = open_archive(settings.archive_url).put(data, media_type="text/html", now=NOW)
    with open_database(settings.database_url) as database, database.write() as connection:
        bodies.upsert(connection, Body(BodyId("b1"), NAME, BodyKind.DEPARTMENT, BodyLevel.PREFECTURE, "990100"), NOW)
        originals.record(connection, kept)
        found = NewVersion(url="http://jyj.shili.gov.test/nb.html", main_sha256=kept.sha256)
        version, _ = reports.record_version(connection, BodyId("b1"), 2024, found, NOW)
        readings.record(connection, version.id, parse(data, source=found.url), NOW)
    return nianbao


def store(body_id: BodyId, year: int, data: bytes) -> None:
    kept = open_archive(load(None).archive_url).put(data, media_type="text/html", now=NOW)
    with database() as db, db.write() as connection:
        originals.record(connection, kept)
        found = NewVersion(url=f"http://{body_id}.shili.gov.test/{year}.html", main_sha256=kept.sha256)
        version, _ = reports.record_version(connection, body_id, year, found, NOW)
        readings.record(connection, version.id, parse(data, source=found.url), NOW)


def database() -> Database:
    return open_database(load(None).database_url)


def said(answer: Answer) -> Any:
    assert answer.code == 0, answer.err
    return json.loads(answer.out)


def opened(world: Nianbao) -> list[dict[str, Any]]:
    assert world("report", "recheck", "b1", "2024").code == 0
    found: list[dict[str, Any]] = said(world("finding", "list", "--format", "json"))
    return found


def test_every_rule_is_listed_and_shown(nianbao: Nianbao) -> None:
    listed = said(nianbao("rule", "list", "--format", "json"))
    assert [rule["id"] for rule in listed] == [rule.id for rule in all_rules()]
    shown = nianbao("rule", "show", "t3-02")
    assert shown.code == 0
    assert all(head in shown.out for head in ("T3-02", "含义", "公式", "依据", "正例", "反例", "如何处理"))
    assert said(nianbao("rule", "show", "T3-02", "--format", "json"))["severity"] == "S1"
    unknown = nianbao("rule", "show", "T9-99")
    assert (unknown.code, "rule list" in unknown.err) == (5, True)


def test_rejudging_shows_first_and_writes_when_told(world: Nianbao) -> None:
    dry = said(world("rejudge", "--format", "json"))
    assert dry["applied"] is False
    assert dry["by_rule"]["T3-02"] == {"opened": 1}
    assert said(world("finding", "list", "--format", "json")) == []
    wet = said(world("rejudge", "--apply", "--by", "王某", "--format", "json"))
    assert wet["by_rule"] == dry["by_rule"]
    assert "T3-02" in {row["rule"] for row in said(world("finding", "list", "--format", "json"))}
    again = said(world("rejudge", "--format", "json"))
    assert again["reports"] == []


def test_judging_again_alarms_nobody_and_says_who(world: Nianbao) -> None:
    world("rejudge", "--apply", "--by", "王某")
    with database() as stored, stored.read() as connection:
        told = [event for event in events.recent(connection) if event.kind.value.startswith("finding.")]
        assert told
        assert all(event.planned_at is not None for event in told)
        (entry,) = [one for one in findings.for_report(connection, BodyId("b1"), 2024) if one.finding.rule == "T3-02"]
        (line,) = findings.log(connection, entry.id)
    assert line.actor == "nianbao（王某）"
    assert line.versions.endswith("T3-02@1")
    assert PARSER_VERSION in line.versions


def test_a_dismissal_needs_a_reason_and_holds(world: Nianbao) -> None:
    number = str(opened(world)[0]["id"])
    for words in ((), ("--reason", "不想看"), ("--reason", "其他")):
        refused = world("finding", "dismiss", number, *words)
        assert (refused.code, refused.out) == (2, "")
    assert world("finding", "dismiss", number, "--reason", "报告有说明", "--note", "见第六部分", "--by", "李某").code == 0
    world("report", "recheck", "b1", "2024")
    shown = said(world("finding", "show", number, "--format", "json"))
    assert shown["state"] == "dismissed"
    assert [(line["actor"], line["to"], line["reason"]) for line in shown["log"]][1:] == [("李某", "dismissed", "报告有说明：见第六部分")]
    with database() as stored, stored.read() as connection:
        (act,) = audit.recent(connection)
    assert (act.actor, act.action, act.target) == ("李某", "finding.dismissed", f"finding/{number}")


def test_confirming_and_putting_off(world: Nianbao) -> None:
    number = str(opened(world)[0]["id"])
    assert world("finding", "confirm", number, "--by", "李某").code == 0
    assert world("finding", "snooze", number).code == 2
    assert world("finding", "snooze", number, "--until", "昨天").code == 2
    assert world("finding", "snooze", number, "--until", "2025-01-01").code == 2
    assert world("finding", "snooze", number, "--until", "2025-03-01", "--by", "李某").code == 0
    shown = said(world("finding", "show", number, "--format", "json"))
    assert (shown["state"], shown["snoozed_until"][:16]) == ("snoozed", "2025-02-28 16:00")
    with database() as stored, stored.write() as connection:
        woken = findings.wake_snoozed(connection, datetime(2025, 3, 1, tzinfo=UTC))
    assert [one.state for one in woken] == [FindingState.OPEN]
    assert world("finding", "show", "999").code == 5


def test_one_wrong_id_decides_nothing(world: Nianbao) -> None:
    number = str(opened(world)[0]["id"])
    assert world("finding", "confirm", number, "999", "--by", "李某").code == 5
    assert said(world("finding", "show", number, "--format", "json"))["state"] == "open"


def test_findings_are_narrowed(world: Nianbao) -> None:
    found = opened(world)
    assert said(world("finding", "list", "--rule", "t3-02", "--format", "json"))
    assert said(world("finding", "list", "--state", "dismissed", "--format", "json")) == []
    assert len(said(world("finding", "list", "--state", "all", "--scope", "9901", "--year", "2024", "--format", "json"))) == len(found)
    assert world("finding", "list", "--state", "nonsense").code == 2
    assert "T3-02" in world("finding", "list").out


def test_reading_again_by_the_same_parser_changes_nothing(world: Nianbao) -> None:
    opened(world)
    again = said(world("reparse", "--format", "json"))
    assert again == {"applied": False, "by_rule": {}, "reports": []}
    assert said(world("reparse", "--apply", "--format", "json"))["reports"] == []


def test_reading_again_by_another_parser_shows_old_and_new(world: Nianbao) -> None:
    opened(world)
    with database() as stored, stored.write() as connection:
        (version,) = reports.versions(connection, BodyId("b1"), 2024)
        fixed = parse(render_html(make_facts(3, Wanted(NAME, 2024))).encode(), source=version.found.url)
        readings.record(connection, version.id, replace(fixed, parser_version="older"), NOW)
    world("report", "recheck", "b1", "2024")
    assert "T3-02" not in {row["rule"] for row in said(world("finding", "list", "--format", "json"))}
    dry = said(world("reparse", "--format", "json"))
    assert dry["by_rule"]["T3-02"] == {"reopened": 1}
    assert dry["reports"][0]["cells"]


def test_a_lost_original_is_said(world: Nianbao, tmp_path: Path) -> None:
    (blob,) = [path for path in (tmp_path / "nianbao-data").rglob("*") if path.is_file() and len(path.name.split(".")[0]) == 64]
    blob.unlink()
    answer = world("reparse", "--format", "json")
    assert answer.code == 4
    assert json.loads(answer.out)["reports"][0]["problem"]


def test_nothing_read_is_said(world: Nianbao) -> None:
    assert world("report", "recheck", "b1", "2023").code == 5
    assert world("report", "recheck", "没有这个局", "2024").code == 5


def test_a_finding_is_assigned_and_taken_back_without_a_change_of_state(world: Nianbao) -> None:
    finding = next(one["id"] for one in opened(world) if one["rule"] == "T3-02")
    answer = world("finding", "assign", str(finding), "--to", "李某", "--by", "王某", "--note", "请于周五前核实")
    assert (answer.code, "派给 李某" in answer.out) == (0, True)
    assert [one["id"] for one in said(world("finding", "list", "--assignee", "李某", "--format", "json"))] == [finding]
    assert said(world("finding", "list", "--assignee", "赵某", "--format", "json")) == []
    shown = said(world("finding", "show", str(finding), "--format", "json"))
    assert (shown["state"], shown["assignee"]) == ("open", "李某")
    assert (shown["log"][-1]["actor"], shown["log"][-1]["reason"]) == ("王某", "派给 李某：请于周五前核实")
    assert "派给 李某" in world("finding", "show", str(finding)).out
    assert world("finding", "assign", str(finding), "--by", "王某").code == 0
    assert said(world("finding", "show", str(finding), "--format", "json"))["assignee"] == ""
    assert world("finding", "assign", "999999", "--to", "李某").code == 5


def test_an_assigned_finding_that_vanished_comes_back_to_the_state_it_had(world: Nianbao) -> None:
    finding = next(one["id"] for one in opened(world) if one["rule"] == "T3-02")
    with database() as db, db.write() as connection:
        gone = findings.get(connection, finding)
        findings.apply(connection, gone.body_id, 2024, Judgement(), None, findings.Judged(NOW))
        assert findings.get(connection, finding).state is FindingState.RESOLVED
    assert world("finding", "assign", str(finding), "--to", "李某", "--by", "王某").code == 0
    assert world("report", "recheck", "b1", "2024").code == 0
    assert said(world("finding", "show", str(finding), "--format", "json"))["state"] == "open"


def other_body(name: str, number: str, parent: str | None = None) -> None:
    with database() as db, db.write() as connection:
        above = BodyId(parent) if parent else None
        bodies.upsert(connection, Body(BodyId(number), name, BodyKind.DEPARTMENT, BodyLevel.PREFECTURE, "990100", parent_id=above), NOW)


def test_merged_bodies_report_no_longer_and_hand_over_what_they_carried(world: Nianbao) -> None:
    other_body("示例市体育局", "b2")
    answer = world("body", "merge", "b2", "--into", "b1", "--on", "2024-03-01", "--evidence", "某办发〔2024〕1号", "--by", "王某")
    assert (answer.code, "示例市体育局 已并入 示例市教育局" in answer.out, "2023年度" in answer.out) == (0, True, True)
    with database() as db, db.read() as connection:
        assert bodies.get(connection, BodyId("b2")).active_to_year == 2023
        assert [body.id for body in bodies.predecessors_of(connection, BodyId("b1"))] == ["b2"]
        assert audit.recent(connection, limit=1)[0].action == "body.merge"
    assert world("body", "merge", "b2", "--into", "b1", "--on", "2024-03-01").code == 0
    for wrong in (["b1", "--into", "b1"], ["b1", "--into", "b2"]):
        assert world("body", "merge", *wrong, "--on", "2024-03-01").code == 2
    assert world("body", "merge", "b2", "--into", "b1", "--on", "明年").code == 2
    assert world("body", "merge", "b9", "--into", "b1", "--on", "2024-03-01").code == 5


def test_what_a_merged_body_carried_is_asked_of_the_one_that_took_it_over(world: Nianbao) -> None:
    other_body("示例市体育局", "b2")
    carried = replace(make_facts(5, Wanted("示例市体育局", 2023)), body="示例市体育局")
    store(BodyId("b2"), 2023, render_html(carried).encode())
    assert world("body", "merge", "b2", "--into", "b1", "--on", "2024-03-01").code == 0
    assert world("report", "recheck", "b1", "2024").code == 0
    checked = {one["rule"] for one in said(world("finding", "list", "--format", "json"))}
    assert "XY-12" in checked
    assert not checked & {"XY-01", "XY-02"}


def test_children_are_complete_by_a_persons_word_with_evidence(world: Nianbao) -> None:
    other_body("示例市体育局", "b2", parent="b1")
    assert world("body", "children", "b1", "--complete-from", "2024").code == 2
    answer = world("body", "children", "b1", "--complete-from", "2024", "--evidence", "机构名录2024年版", "--by", "王某")
    assert (answer.code, "1 个下级单位" in answer.out) == (0, True)
    with database() as db, db.read() as connection:
        assert bodies.children_complete_from(connection, BodyId("b1")) == 2024
        assert audit.recent(connection, limit=1)[0].action == "body.children"
    assert world("body", "children", "b1").code == 0
    with database() as db, db.read() as connection:
        assert bodies.children_complete_from(connection, BodyId("b1")) is None
    assert world("body", "children", "b9", "--complete-from", "2024", "--evidence", "名录").code == 5
