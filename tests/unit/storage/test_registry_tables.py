"""The registry leaves as a table and comes back unchanged; an import is taken back whole or not at all."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import bodies, portals, registry_batches, registry_export, registry_xlsx, visits
from storage.database import open_database
from storage.domain.errors import NotFoundError, UsageError
from storage.registry_import import Action, Import, import_file

NOW = datetime(2025, 1, 2, tzinfo=UTC)
HEAD = "单位名称,网址,地区代码,类型,上级,别名,栏目网址,间隔秒\n"
TABLE = (
    HEAD
    + "示例市人民政府,http://www.shili.gov.test/,990100,人民政府,,,,\n"
    + "示例市教育局,http://jyj.shili.gov.test/,990100,政府部门,示例市人民政府,市教育局；教育局,http://jyj.shili.gov.test/nb/,5\n"
)


@pytest.fixture
def connection(tmp_path):
    with open_database(f"sqlite:///{tmp_path / 'n.sqlite3'}") as database, database.write() as made:
        yield made


def _import(connection, text, **named):
    data = text if isinstance(text, bytes) else text.encode()
    return import_file(connection, data, now=NOW, how=Import("张三", "名录.csv", **named))


@pytest.mark.parametrize("form", [registry_export.as_csv, registry_export.as_xlsx])
def test_what_was_exported_changes_nothing_when_imported(connection, form):
    result, _ = _import(connection, TABLE)
    assert result.written, result.rows
    rows = registry_export.export_rows(connection)
    assert [row[0] for row in rows[1:]] == ["示例市人民政府", "示例市教育局"]
    again, _ = _import(connection, form(rows))
    assert [row.action for row in again.rows] == [Action.SAME, Action.SAME]
    assert registry_export.export_rows(connection) == rows


def test_an_import_is_undone_whole(connection):
    empty = registry_batches.snapshot(connection)
    _, batch = _import(connection, TABLE)
    registry_batches.undo(connection, batch, NOW)
    assert registry_batches.snapshot(connection) == empty
    with pytest.raises(UsageError):
        registry_batches.undo(connection, batch, NOW)


def test_an_update_is_undone_to_what_was_there(connection):
    _import(connection, TABLE)
    before = registry_batches.snapshot(connection)
    _, batch = _import(
        connection, HEAD + "示例市教育局,http://jyj.shili.gov.test/,990100,政府部门,,教体局,http://jyj.shili.gov.test/nb2/,9\n"
    )
    assert registry_batches.snapshot(connection) != before
    registry_batches.undo(connection, batch, NOW)
    assert registry_batches.snapshot(connection) == before


def test_a_body_that_came_under_a_new_parent_is_put_back(connection):
    _import(connection, HEAD + "示例市教育局,http://jyj.shili.gov.test/,990100,,,,,\n")
    before = registry_batches.snapshot(connection)
    _, batch = _import(connection, TABLE.replace("nb/,5", "nb2/,5"))
    assert bodies.find_by_name(connection, "示例市教育局")[0].parent_id is not None
    registry_batches.undo(connection, batch, NOW)
    assert registry_batches.snapshot(connection) == before


def test_an_import_that_something_was_built_on_is_not_undone(connection):
    _, batch = _import(connection, TABLE)
    visits.start(connection, portals.entry_points_of(connection)[0].id, now=NOW, run_id=None)
    standing = registry_batches.snapshot(connection)
    with pytest.raises(UsageError):
        registry_batches.undo(connection, batch, NOW)
    assert registry_batches.snapshot(connection) == standing


def test_a_newer_change_is_never_undone_with_an_older_batch(connection):
    _import(connection, TABLE)
    _, older = _import(connection, TABLE.replace("nb/,5", "nb/,7"))
    _, newer = _import(connection, TABLE.replace("nb/,5", "nb/,8"))
    with pytest.raises(UsageError):
        registry_batches.undo(connection, older, NOW)
    registry_batches.undo(connection, newer, NOW)
    registry_batches.undo(connection, older, NOW)
    assert {portal.delay_seconds for portal in portals.list_all(connection) if portal.id.startswith("jyj")} == {5.0}


def test_a_dry_run_and_a_broken_table_make_no_batch(connection):
    assert _import(connection, TABLE, dry_run=True)[1] is None
    assert _import(connection, TABLE + ",http://x.test/,,,,,,\n")[1] is None
    assert (bodies.list_all(connection), registry_batches.list_all(connection)) == ((), ())
    with pytest.raises(NotFoundError):
        registry_batches.undo(connection, 1, NOW)


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), max_size=5), max_size=6))
def test_a_sheet_keeps_every_text(rows):
    assert registry_xlsx.read(registry_xlsx.write(rows)).rows == rows


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"PK\x03\x04" + b"\0" * 60])
def test_a_broken_sheet_is_refused_in_words(data):
    with pytest.raises(UsageError):
        registry_xlsx.read(data)


def test_codes_keep_their_zeros():
    assert registry_xlsx.read(registry_xlsx.write([["012345", "0"]])).rows == [["012345", "0"]]
