from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from storage import bodies, portals, visits
from storage.database import Database
from storage.domain.enums import BodyKind, BodyLevel, SourceHealth, VisitOutcome
from storage.domain.errors import NotFoundError, UsageError
from storage.domain.ids import BodyId, EntryPointId, PortalId
from storage.domain.visits import VisitResult
from storage.registry_import import Action, import_csv
from tests.unit.storage.values import HOUR, body, place, portal

DAY = timedelta(days=1)


def test_a_body_comes_back_as_it_went(db: Database, now: datetime) -> None:
    with db.write() as connection:
        wanted = body(aliases=("民政局", "市民政"))
        assert bodies.upsert(connection, wanted, now) == "added"
        assert bodies.upsert(connection, wanted, now) == "same"
        changed = body(name="甲市民政和退役军人事务局")
        assert bodies.upsert(connection, changed, now) == "updated"
        assert bodies.get(connection, changed.id) == changed
        with pytest.raises(NotFoundError):
            bodies.get(connection, BodyId("nobody"))


def test_names_are_found_however_they_are_typed(db: Database, now: datetime) -> None:
    with db.write() as connection:
        bodies.upsert(connection, body(name="甲市民政局(老龄办)", aliases=("市 民政局",)), now)
        bodies.upsert(connection, body("other", "乙市民政局", aliases=("市民政局",)), now)
        assert [found.id for found in bodies.find_by_name(connection, "甲市民政局（老龄办）")] == ["mz"]
        assert [found.id for found in bodies.find_by_name(connection, "市民政局")] == ["mz", "other"]
        assert bodies.find_by_name(connection, "民政局") == ()
        assert [found.id for found in bodies.list_all(connection, division_prefix="3301")] == ["mz", "other"]
        assert bodies.list_all(connection, division_prefix="3_") == ()


def test_an_entry_point_keeps_what_was_learned(db: Database, now: datetime) -> None:
    with db.write() as connection:
        point = place(connection, now)
        portals.set_family(connection, point, "trs_static", {"page": "index_{n}"})
        assert place(connection, now, of=("mz", "zf")) == point
        found = portals.get_entry_point(connection, point)
        assert (found.family, found.params, found.body_ids) == ("trs_static", {"page": "index_{n}"}, ("mz", "zf"))
        assert portals.entry_points_of(connection, body_id=BodyId("zf")) == (found,)
        portals.upsert(connection, portal(enabled=False), now)
        assert portals.entry_points_of(connection) == ()
        assert portals.entry_points_of(connection, enabled_only=False) == (found,)
        with pytest.raises(NotFoundError):
            portals.get_entry_point(connection, EntryPointId(99))
        with pytest.raises(NotFoundError):
            portals.get(connection, PortalId("nowhere"))


def test_health_changes_once(db: Database, now: datetime) -> None:
    with db.write() as connection:
        point = place(connection, now)
        assert portals.set_health(connection, point, SourceHealth.BLIND, "canary_lost", now)
        assert not portals.set_health(connection, point, SourceHealth.BLIND, "dns", now + HOUR)
        found = portals.status(connection, point)
        assert (found.health, found.reason, found.since) == (SourceHealth.BLIND, "dns", now)


def test_validators_are_kept_whole_or_not_at_all(db: Database, now: datetime) -> None:
    with db.write() as connection:
        point = place(connection, now)
        portals.set_validators(connection, point, etag='W/"1"', last_modified="x" * 61)
        found = portals.statuses(connection)[0]
        assert (found.etag, found.last_modified) == ('W/"1"', "")


def test_what_is_due(db: Database, now: datetime) -> None:
    with db.write() as connection:
        points = [place(connection, now, url=f"http://a.gov.test/{number}/") for number in range(5)]
        plan = [(1, VisitOutcome.COMPLETE, 2 * DAY), (2, VisitOutcome.COMPLETE, 2 * HOUR), (3, VisitOutcome.BLOCKED, 2 * HOUR)]
        for number, outcome, ago in plan:
            visit = visits.start(connection, points[number], now=now - ago)
            visits.finish(connection, visit, VisitResult(outcome), now - ago)
        visits.start(connection, points[4], now=now)
        due = portals.due(connection, now, every=DAY, retry_after=HOUR)
        assert [point.id for point in due] == [points[0], points[1], points[3]]
        assert [point.id for point in portals.due(connection, now, every=DAY, retry_after=HOUR, limit=1)] == [points[0]]
        portals.set_enabled(connection, points[0], False)
        assert points[0] not in [point.id for point in portals.due(connection, now, every=DAY, retry_after=HOUR)]


def test_an_address_too_long_to_be_a_key_is_refused(db: Database, now: datetime) -> None:
    with db.write() as connection:
        portals.upsert(connection, portal(), now)
        with pytest.raises(UsageError):
            portals.add_entry_point(connection, portal().id, "http://a/" + "x" * 2000, now=now)


# --- import ------------------------------------------------------------------------------------------------------------------------------

TABLE = """单位名称,网址,地区代码,上级,栏目网址,站群系统,别名,类型
甲市人民政府,www.jia.gov.test,330100,,http://www.jia.gov.test/a/；http://www.jia.gov.test/b/,trs_static,,
甲市 民政局,http://mz.jia.gov.test,330100,甲市人民政府,,,民政局；市民政,
乙镇人民政府,http://yi.gov.test,330101102,,,,,
丙街道办事处,http://bing.gov.test,,,,,,街道办事处
甲市人民政府办公室,http://www.jia.gov.test,330100,,,,,

"""


def table(text: str, encoding: str = "utf-8") -> bytes:
    return text.encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_import_reads_what_a_spreadsheet_saves(db: Database, now: datetime, encoding: str) -> None:
    with db.write() as connection:
        result = import_csv(connection, table(TABLE, encoding), now=now)
        assert result.written
        assert [(row.line, row.action) for row in result.rows] == [(line, Action.ADDED) for line in range(2, 7)]
        found = {entry.name: entry for entry in bodies.list_all(connection)}
        assert {name: (entry.kind, entry.level) for name, entry in found.items()} == {
            "甲市人民政府": (BodyKind.GOVERNMENT, BodyLevel.PREFECTURE),
            "甲市民政局": (BodyKind.DEPARTMENT, BodyLevel.PREFECTURE),
            "乙镇人民政府": (BodyKind.TOWNSHIP, BodyLevel.TOWNSHIP),
            "丙街道办事处": (BodyKind.SUBDISTRICT, BodyLevel.TOWNSHIP),
            "甲市人民政府办公室": (BodyKind.DEPARTMENT, BodyLevel.PREFECTURE),
        }
        assert found["甲市民政局"].parent_id == found["甲市人民政府"].id
        assert found["甲市民政局"].aliases == ("市民政", "民政局")
        assert len(portals.entry_points_of(connection)) == 6
        assert import_csv(connection, table(TABLE), now=now).counts() == {**dict.fromkeys(Action, 0), Action.SAME: 5}


def test_a_dry_run_says_the_same_and_changes_nothing(db: Database, now: datetime) -> None:
    with db.write() as connection:
        told = import_csv(connection, table(TABLE), now=now, dry_run=True)
        assert (told.written, bodies.list_all(connection), portals.list_all(connection)) == (False, (), ())
        assert import_csv(connection, table(TABLE), now=now).rows == told.rows


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (",http://x.gov.test", "单位名称为空"),
        ("丁局,ftp://x", "网址无法识别"),
        ("丁局,http://[x", "网址无法识别"),
        ("丁局,http://x.gov.test,33", "地区代码"),
        ("丁局,http://x.gov.test,,无此单位", "不在名录中"),
        ("丁局,http://x.gov.test,,丁局", "不在名录中"),
        ("丁局,http://x.gov.test,,,,,,皇帝", "类型"),
    ],
)
def test_one_bad_row_and_nothing_is_imported(db: Database, now: datetime, row: str, words: str) -> None:
    text = TABLE.strip() + f"\n{row}\n后来的局,http://h.gov.test\n"
    with db.write() as connection:
        result = import_csv(connection, table(text), now=now)
        bad = [found for found in result.rows if found.action is Action.ERROR]
        assert [found.line for found in bad] == [7]
        assert words in bad[0].message
        assert not result.written
        assert bodies.list_all(connection) == ()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        "称呼,网址\n".encode(),
        "单位名称,网址,颜色\n".encode(),
        "单位名称,网址,网址\n".encode(),
        b"\xff\xfe\xff\xff\x81",
        "单位名称,网址\n".encode("utf-16-le"),
    ],
)
def test_what_is_no_registry_is_refused(db: Database, now: datetime, data: bytes) -> None:
    with pytest.raises(UsageError), db.write() as connection:
        import_csv(connection, data, now=now)


def test_importing_again_keeps_what_the_table_leaves_out(db: Database, now: datetime) -> None:
    with db.write() as connection:
        import_csv(connection, table(TABLE), now=now)
        before = bodies.find_by_name(connection, "甲市民政局")
        result = import_csv(connection, table("单位名称,网址,联络人\n甲市民政局,http://mz.jia.gov.test,张三\n"), now=now)
        assert [row.action for row in result.rows] == [Action.UPDATED]
        (after,) = bodies.find_by_name(connection, "甲市民政局")
        assert (after.id, after.aliases, after.parent_id, after.contact) == (before[0].id, before[0].aliases, before[0].parent_id, "张三")


def test_a_name_that_two_bodies_bear_needs_more(db: Database, now: datetime) -> None:
    twins = "单位名称,网址,地区代码\n民政局,http://a.gov.test,330101\n民政局,http://b.gov.test,330102\n"
    with db.write() as connection:
        assert import_csv(connection, table(twins), now=now).written
        assert len(bodies.find_by_name(connection, "民政局")) == 2
        result = import_csv(connection, table("单位名称,网址\n民政局,http://a.gov.test\n"), now=now)
        assert [row.action for row in result.rows] == [Action.ERROR]
