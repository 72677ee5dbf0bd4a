"""What people really hand in as a registry: each fault has its words, and nothing is imported by halves."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest

from storage import bodies, portals, registry_batches, registry_export
from storage.database import open_database
from storage.domain.errors import UsageError
from storage.registry_import import Action, Import, import_file
from storage.registry_xlsx import write

NOW = datetime(2025, 1, 2, tzinfo=UTC)
GOOD = "示例市人民政府,http://www.shili.gov.test/,990100,"
HEAD = "单位名称,网址,地区代码,上级"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.fixture
def connection(tmp_path):
    with open_database(f"sqlite:///{tmp_path / 'n.sqlite3'}") as database, database.write() as made:
        yield made


def take(connection, data, **named):
    return import_file(connection, data if isinstance(data, bytes) else data.encode(), now=NOW, how=Import("张三", "名录", **named))[0]


def workbook(rows: str, after: str = "", extra: dict[str, str] | None = None) -> bytes:
    """A workbook whose first sheet has this XML."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(write([["x"]]))) as made, zipfile.ZipFile(target, "w") as package:
        for name in made.namelist():
            if name != "xl/worksheets/sheet1.xml" and name not in (extra or {}):
                package.writestr(name, made.read(name))
        package.writestr("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>')
        for name, text in (extra or {}).items():
            package.writestr(name, text)
    return target.getvalue()


def line(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def text(place: str, words: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{words}</t></is></c>'


def heading(number: int = 1) -> str:
    return line(number, *(text(f"{letter}{number}", name) for letter, name in zip("ABCD", HEAD.split(","), strict=True)))


def row(number: int, name: str, code: str, parent: str = "") -> str:
    return line(number, text(f"A{number}", name), text(f"B{number}", "http://a.gov.test"), code, parent)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (f"{HEAD}\n{GOOD}\n".encode("utf-16-le"), "UTF-16"),
        (f"{HEAD}\n{GOOD}\n".encode("utf-16") + b"\x00", "UTF-16"),
        (f"{HEAD}\n{GOOD}\n".encode() + b"\xff\xff,,,\n", "第 3 行有损坏的字符"),
        (f"{HEAD}\n{GOOD}\n".encode("big5", "replace"), "缺少列"),
        ("机构,网站\n甲局,a.gov.test\n".encode(), "读到的第一行是：机构，网站"),
        (f'{HEAD}\n{GOOD}\n"乙局,http://b.gov.test,990100,\n丙局,http://c.gov.test,,\n'.encode(), "第 3 行起的引号"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "旧版表格"),
        (b"", "缺少列"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(connection, data, words):
    with pytest.raises(UsageError) as refused:
        take(connection, data)
    assert words in refused.value.message
    assert refused.value.advice


def test_a_workbook_without_sheets_or_behind_a_password_is_refused(connection):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("word/document.xml", "<x/>")
    with pytest.raises(UsageError, match="没有工作表"):
        take(connection, target.getvalue())
    locked = bytearray(write([["单位名称", "网址"]]))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = 0
        while (at := locked.find(mark, at)) >= 0:
            locked[at + place] |= 1
            at += 4
    with pytest.raises(UsageError, match="密码"):
        take(connection, bytes(locked))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("3.301E+11", "被表格软件改成了数字"),
        ("3.3E+11", "被表格软件改成了数字"),
        ("33010", "零可能被表格软件去掉"),
        ("33010x", "6、9 或 12 位"),
        ("３３０１００", ""),
    ],
)
def test_a_code_that_a_spreadsheet_spoiled_is_named(connection, code, words):
    told = take(connection, f"{HEAD}\n{GOOD}\n甲局,http://a.gov.test,{code},\n")
    assert [one.action for one in told.rows] == [Action.ADDED, Action.ERROR]
    assert words in told.rows[1].message
    assert (told.written, bodies.list_all(connection)) == (False, ())


@pytest.mark.parametrize(
    ("cell", "stored"),
    [
        ("<c r='C2'><v>330100</v></c>", "330100"),
        ("<c r='C2'><v>330100.0</v></c>", "330100"),
        ("<c r='C2'><v>3.301001020000000E+11</v></c>", "330100102000"),
        ("<c r='C2' t='str'><f>D9</f><v>330100</v></c>", "330100"),
        ("<c r='C2'><f>1+1</f><v>330100</v></c>", "330100"),
    ],
)
def test_a_number_in_a_sheet_is_a_code_without_loss(connection, cell, stored):
    assert take(connection, workbook(heading() + row(2, "甲局", cell))).written
    assert [body.division_code for body in bodies.list_all(connection)] == [stored]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("<c r='C2' t='e'><f>X9</f><v>#REF!</v></c>", "地区代码是错误值 #REF!"),
        ("<c r='C2'><f>VLOOKUP(A2,X:Y,2)</f></c>", "没有它的计算结果"),
        ("<c r='C2'><v>1234567890123456789</v></c>", "末几位已被表格软件改掉"),
    ],
)
def test_a_cell_that_says_nothing_sure_stops_its_row(connection, cell, words):
    told = take(connection, workbook(heading() + row(2, "甲局", cell)))
    assert [(one.line, one.action) for one in told.rows] == [(2, Action.ERROR)]
    assert words in told.rows[0].message
    assert bodies.list_all(connection) == ()


def test_merged_cells_are_named_where_they_hide_something(connection):
    rows = heading(2) + row(3, "甲局", "", text("D3", "示例市人民政府")) + row(4, "乙局", "") + row(5, "示例市人民政府", "")
    merged = '<mergeCells><mergeCell ref="A1:D1"/><mergeCell ref="D3:D4"/><mergeCell ref="A6:D9"/></mergeCells>'
    told = take(connection, workbook(line(1, text("A1", "示例市单位名录")) + rows, merged))
    assert [(one.line, one.action) for one in told.rows] == [(3, Action.ADDED), (4, Action.ERROR), (5, Action.ADDED)]
    assert "合并单元格 D3:D4" in told.rows[1].message
    assert not told.written


def test_the_first_sheet_is_the_workbooks_first_and_others_are_named(connection):
    names = f"""<workbook xmlns="{MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>
    <sheet name="市直" sheetId="2" r:id="rId2"/><sheet name="县区" sheetId="1" r:id="rId1"/>
    <sheet name="空" sheetId="3" r:id="rId3"/></sheets></workbook>"""
    links = """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
    <Relationship Id="rId1" Type="x" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x" Target="/xl/worksheets/sheet2.xml"/>
    <Relationship Id="rId3" Type="x" Target="worksheets/sheet3.xml"/></Relationships>"""
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>%s</sheetData></worksheet>'
    parts = {
        "xl/workbook.xml": names,
        "xl/_rels/workbook.xml.rels": links,
        "xl/worksheets/sheet3.xml": sheet % "<row r='1'><c r='A1'/></row>",
    }
    parts["xl/worksheets/sheet2.xml"] = sheet % (heading() + row(2, "甲局", ""))
    told = take(connection, workbook(heading() + row(2, "乙局", ""), extra=parts))
    assert [one.name for one in told.rows] == ["甲局"]
    assert told.notes == ("只读了第一个工作表；没有读：县区",)


def test_a_title_above_the_heading_counting_columns_and_other_words_are_taken(connection):
    told = take(connection, "示例市单位名录,,,\n序号,机构名称*,网站,行政区划代码\n1,甲局,a.gov.test,990100\n,,,\n")
    assert [(one.line, one.name, one.action) for one in told.rows] == [(3, "甲局", Action.ADDED)]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("甲局,a.gov.test,990100,,多出来", "不在任何列下：多出来"),
        ("合计：37,,,", "不像单位名称"),
        ("填表人：张三,,,", "不像单位名称"),
        ("12,a.gov.test,,", "不像单位名称"),
        ("甲局,http：//a.gov.test,,", "网址无法识别"),
        ("甲局,http://a：b@c.gov.test,,", "网址无法识别"),
        ("甲局,http://a.gov.test:99999,,", "网址无法识别"),
        ("甲" * 201 + "局,a.gov.test,,", "超过 200 个字符"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused(connection, lines, words):
    told = take(connection, f"{HEAD}\n{GOOD}\n{lines}\n")
    assert [one.action for one in told.rows] == [Action.ADDED, Action.ERROR]
    assert words in told.rows[1].message
    assert bodies.list_all(connection) == ()


@pytest.mark.parametrize(
    ("columns", "cells", "words"),
    [
        ("邮箱", "张三", "邮箱无法识别"),
        ("间隔秒", "nan", "间隔秒应在"),
        ("间隔秒", "-1", "间隔秒应在"),
        ("间隔秒", "快", "间隔秒应为数字"),
        ("站群系统", "no_such", "没有这个站群系统"),
        ("方式", "legacy-tls", "方式应为"),
        ("编号", "1E+05", "编号被表格软件改成了数字"),
    ],
)
def test_other_columns_are_checked(connection, columns, cells, words):
    told = take(connection, f"单位名称,网址,{columns}\n甲局,a.gov.test,{cells}\n", families=("trs_static",))
    assert words in told.rows[0].message


def test_a_parent_may_stand_below_its_children_and_of_namesakes_the_own_one_is_meant(connection):
    rows = """街道办事处甲,j.gov.test,320106003000,鼓楼区人民政府
鼓楼区人民政府,a.gov.test,320106,江苏省人民政府
鼓楼区人民政府,b.gov.test,350102,
江苏省人民政府,p.gov.test,320000,"""
    assert take(connection, f"{HEAD}\n{rows}\n").written
    found = {body.name + body.division_code: body for body in bodies.list_all(connection)}
    assert found["街道办事处甲320106003000"].parent_id == found["鼓楼区人民政府320106"].id
    assert found["鼓楼区人民政府320106"].parent_id == found["江苏省人民政府320000"].id


def test_bodies_above_each_other_are_refused(connection):
    told = take(connection, f"{HEAD}\n甲局,a.gov.test,,乙局\n乙局,b.gov.test,,丙局\n丙局,c.gov.test,,甲局\n丁局,d.gov.test,,甲局\n")
    assert [one.action for one in told.rows] == [Action.ERROR] * 3 + [Action.ADDED]
    assert not told.written


@pytest.mark.parametrize(
    ("rows", "action", "words"),
    [
        ("示例市政府,b.gov.test,990100,", Action.DOUBTFUL, "名录中已有示例市人民政府"),
        ("别市人民政府,b.gov.test,990100,", Action.CONFLICT, "地区代码 990100 已属于示例市人民政府"),
    ],
)
def test_what_may_be_known_already_waits_for_a_person(connection, rows, action, words):
    take(connection, f"{HEAD}\n{GOOD}\n")
    standing = registry_batches.snapshot(connection)
    told = take(connection, f"{HEAD}\n{rows}\n甲局,c.gov.test,,\n")
    assert [one.action for one in told.rows] == [action, Action.ADDED]
    assert words in told.rows[0].message
    assert registry_batches.snapshot(connection) == standing


def test_a_look_alike_is_let_in_by_a_persons_word(connection):
    two = "单位名称,网址,地区代码\n甲市民政局,a.gov.test,990100\n甲市民政局（老龄办）,b.gov.test,990100\n"
    assert [one.action for one in take(connection, two).rows] == [Action.ADDED, Action.DOUBTFUL]
    assert take(connection, two, allow_similar=True).written


def test_an_alias_never_renames_a_body(connection):
    take(connection, "单位名称,网址,地区代码,别名\n甲市教育局,a.gov.test,990100,教育局\n")
    told = take(connection, "单位名称,网址\n教育局,b.gov.test\n")
    assert [one.action for one in told.rows] == [Action.DOUBTFUL]
    assert [body.name for body in bodies.list_all(connection)] == ["甲市教育局"]


def test_a_body_renamed_by_its_id_keeps_its_former_name(connection):
    take(connection, "单位名称,网址,编号\n甲市粮食局,a.gov.test,L1\n")
    told = take(connection, "单位名称,网址,编号\n甲市粮食和物资储备局,a.gov.test,L1\n")
    assert [(one.action, one.message) for one in told.rows] == [(Action.UPDATED, "更名，原名“甲市粮食局”列为别名")]
    (body,) = bodies.list_all(connection)
    assert (body.name, body.aliases) == ("甲市粮食和物资储备局", ("甲市粮食局",))


def test_rows_of_one_body_must_agree(connection):
    table = (
        "单位名称,网址,地区代码,层级,间隔秒\n甲局,a.gov.test,990100,地市级,5\n甲局,b.gov.test,990100,县级,5\n乙局,a.gov.test,990100,,6\n"
    )
    told = take(connection, table.replace("地市级", _label("prefecture")).replace("县级", _label("county")))
    assert [one.action for one in told.rows] == [Action.ADDED, Action.CONFLICT, Action.CONFLICT]
    assert "与第 2 行的层级不一致" in told.rows[1].message
    assert "与第 2 行的间隔秒不一致" in told.rows[2].message


def _label(value: str) -> str:
    from storage.domain.enums import BodyLevel

    return BodyLevel(value).label


def test_a_body_without_an_address_comes_in_and_goes_out_as_such(connection):
    told = take(connection, f"{HEAD}\n甲局,,990100,\n")
    assert told.written
    assert "无法判断" in told.rows[0].message
    assert portals.list_all(connection) == ()
    again = take(connection, registry_export.as_csv(registry_export.export_rows(connection)))
    assert [one.action for one in again.rows] == [Action.SAME]


def test_another_way_of_reading_a_list_replaces_the_stored_one(connection):
    table = "单位名称,网址,站群系统,方式\n甲局,http://a.gov.test/nb/,{},{}\n"
    take(connection, table.format("trs_static", "http"))
    point = portals.entry_points_of(connection)[0]
    portals.set_family(connection, point.id, "trs_static", {"page": "index_{n}"})
    assert take(connection, table.format("", "")).rows[0].action is Action.SAME
    assert take(connection, table.format("vsb", "browser")).rows[0].action is Action.UPDATED
    point = portals.entry_points_of(connection)[0]
    assert (point.family, point.params, point.tier) == ("vsb", {}, "browser")


def test_a_long_table_goes_out_and_comes_in_whole(connection):
    """Two thousand bodies, there and back, and taken away again: every statement is one for many rows."""
    lines = "\n".join(f"示例县第{number}局,http://h{number % 500}.gov.test/{number}/,990101" for number in range(2000))
    told = take(connection, f"单位名称,网址,地区代码\n{lines}\n")
    assert told.counts()[Action.ADDED] == 2000
    sheet = registry_export.as_xlsx(registry_export.export_rows(connection))
    assert take(connection, sheet).counts()[Action.SAME] == 2000
    registry_batches.undo(connection, 1, NOW)
    assert bodies.list_all(connection) == ()
