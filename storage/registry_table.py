"""The bytes of a registry table as rows: CSV in UTF-8, UTF-16 or GB18030, text pasted from a spreadsheet, or XLSX.

What cannot be read without doubt is said, per file (UsageError) or per row (`Row.faults`); nothing is repaired in silence.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from storage import registry_xlsx
from storage.domain.errors import UsageError
from storage.statements import clean_name

REQUIRED = ("单位名称", "网址")
OPTIONAL = (
    "编号", "地区代码", "类型", "层级", "系统", "上级", "别名", "联络人", "邮箱", "栏目网址", "站群系统", "方式", "间隔秒", "免报原因",
)  # fmt: skip
COLUMNS = (*REQUIRED, *OPTIONAL)
SYNONYMS: Mapping[str, str] = {
    "单位": "单位名称", "机构名称": "单位名称", "部门名称": "单位名称", "名称": "单位名称",
    "网站": "网址", "网站地址": "网址", "门户网址": "网址", "年报栏目网址": "栏目网址",
    "行政区划代码": "地区代码", "区划代码": "地区代码", "单位类型": "类型", "上级单位": "上级",
}  # fmt: skip
_COUNTING = frozenset({"序号", "序"})
SIZE_LIMIT = 64 * 2**20
_HEAD_WITHIN = 10
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `line` counts from 1 with the heading, as a spreadsheet shows it. `faults` are cells nobody can use."""

    line: int
    values: Mapping[str, str]
    faults: tuple[str, ...] = ()

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")

    def several(self, column: str) -> tuple[str, ...]:
        """The parts of a cell that may hold more than one thing."""
        parts = self[column].replace(";", "；").replace("\n", "；").split("；")
        return tuple(part.strip() for part in parts if part.strip())


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that are not empty; `notes` are for whoever gave the file."""

    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Lines:
    """Numbered lines of cells as the file has them, with the cells that cannot be used by (line, column)."""

    cells: Sequence[tuple[int, list[str]]]
    faults: Mapping[tuple[int, int], str] = field(default_factory=dict)


def read_table(data: bytes) -> Table:
    """The rows of a table. Raises UsageError for what is no such table."""
    if len(data) > SIZE_LIMIT:
        raise UsageError(f"名录文件超过 {SIZE_LIMIT // 2**20} MB", advice="请拆成几个文件导入。")
    if data.startswith(_OLE):
        raise UsageError("这是旧版表格（XLS、ET），或设有密码", advice="请用表格软件另存为 XLSX 或 CSV（UTF-8），不设密码。")
    if registry_xlsx.is_xlsx(data):
        sheet = registry_xlsx.read(data)
        numbered = list(enumerate(sheet.rows, 1))
        faults = {(line + 1, column): text for (line, column), text in sheet.faults.items()}
        notes = (f"只读了第一个工作表；没有读：{'、'.join(sheet.others)}",) if sheet.others else ()
        return Table(_rows(_Lines(numbered, faults)), notes)
    return Table(_rows(_Lines(_split(decode(data)))))


def decode(data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 with a mark, or GB18030. Raises UsageError."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decoded(data, "utf-16") or _refuse("名录文件是 UTF-16 编码而有残缺")
    if b"\0" in data:
        _refuse("名录文件不是文本表格（含有空字节；可能是没有标记的 UTF-16）")
    text = _decoded(data, "utf-8-sig")
    if text is not None:
        return text
    head = _decoded(data.partition(b"\n")[0], "utf-8-sig")
    if head is not None and any(name in head for name in REQUIRED):
        line = data[: _bad_byte(data)].count(b"\n") + 1
        _refuse(f"名录文件第 {line} 行有损坏的字符（其余是 UTF-8）")
    return _decoded(data, "gb18030") or _refuse("名录文件的编码无法识别")


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _bad_byte(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return len(data)


def _refuse(message: str) -> str:
    raise UsageError(message, kept="没有改动名录。", advice="请用表格软件另存为 CSV（UTF-8）或 XLSX。")


def _split(text: str) -> list[tuple[int, list[str]]]:
    """The cells of each line, numbered by where it begins. A quote that is never closed would swallow the rest of the table."""
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for values in reader:
            lines.append((begins, values))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(
            f"第 {begins} 行起的引号没有成对，或格式不是 CSV", kept="没有改动名录。", advice="请用表格软件另存为 CSV（UTF-8）或 XLSX。"
        ) from error
    return lines


def _rows(lines: _Lines) -> tuple[Row, ...]:
    """The rows below the heading with what they say by column."""
    start = _heading_at(lines.cells)
    heading = [_column_name(name) for name in lines.cells[start][1]]
    _check_heading(heading)
    found = (_row(heading, line, values, lines.faults) for line, values in lines.cells[start + 1 :])
    return tuple(row for row in found if row.faults or any(row.values.values()))


def _row(heading: Sequence[str], line: int, values: Sequence[str], faults: Mapping[tuple[int, int], str]) -> Row:
    named = {name: value.strip() for name, value in zip(heading, values, strict=False) if name in COLUMNS}
    wrong = [f"{name}{faults[line, place]}" for place, name in enumerate(heading) if name in COLUMNS and (line, place) in faults]
    surplus = [value.strip() for place, value in enumerate(values) if value.strip() and (place >= len(heading) or not heading[place])]
    if any(named.values()) and surplus:
        wrong.append(f"有内容不在任何列下：{surplus[0][:30]}")
    # A range merged below the last row of words is decoration, not a row.
    return Row(line, named, tuple(wrong) if any(named.values()) else ())


def _column_name(text: str) -> str:
    name = clean_name(text).rstrip("*:")
    return SYNONYMS.get(name, name)


def _heading_at(lines: Sequence[tuple[int, list[str]]]) -> int:
    """The first line that has the needed columns: a title often stands above it."""
    for place, (_, values) in enumerate(lines[:_HEAD_WITHIN]):
        if set(REQUIRED) <= {_column_name(value) for value in values}:
            return place
    first = next((values for _, values in lines if any(value.strip() for value in values)), [])
    missing = [name for name in REQUIRED if name not in map(_column_name, first)]
    shown = "，".join(value.strip()[:20] for value in first[:6]) or "（空）"
    raise UsageError(
        f"名录缺少列：{'、'.join(missing)}；读到的第一行是：{shown}",
        kept="没有改动名录。",
        advice=f"列名要写在一行里，必须有{'、'.join(REQUIRED)}；若读到的是乱码，请另存为 CSV（UTF-8）。",
    )


def _check_heading(heading: Sequence[str]) -> None:
    unknown = [name for name in heading if name and name not in COLUMNS and name not in _COUNTING]
    doubled = [name for name, number in Counter(name for name in heading if name in COLUMNS).items() if number > 1]
    if unknown or doubled:
        raise UsageError(
            f"名录中有不认识或重复的列：{'、'.join(unknown + doubled)}", kept="没有改动名录。", advice=f"可用的列：{'、'.join(COLUMNS)}。"
        )
