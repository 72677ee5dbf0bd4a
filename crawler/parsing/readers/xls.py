"""Spreadsheets in the old binary format (XLS, and ET, which is the same inside), through calamine."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from typing import Any

import python_calamine
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from crawler.parsing import number_formats, ole, sheets
from crawler.parsing.sheets import Merge, Sheet
from storage.domain.document import Block, Document
from storage.domain.errors import Corrupt, Encrypted, TooLarge

MEDIA_TYPES: tuple[str, ...] = ("application/vnd.ms-excel",)

_NAMES = frozenset({"Workbook", "Book"})
_FAILED = (python_calamine.CalamineError, OSError, ValueError, IndexError)


def sniff(data: bytes) -> bool:
    """Whether this is an OLE2 file with a workbook in it."""
    names = ole.names(data) or frozenset()
    return bool(names & _NAMES) and "WordDocument" not in names


def read(data: bytes) -> Document:
    """Read an XLS or ET file. Raises Corrupt, Encrypted, TooLarge."""
    for name in sorted(_NAMES & (ole.names(data) or frozenset())):
        ole.stream(data, name)  # damage is found here first: the library below panics on it
    try:
        blocks = _blocks(data)
    except python_calamine.PasswordError as error:
        raise Encrypted("文件设有密码，无法读取", advice="请取得没有密码的版本") from error
    except _FAILED as error:
        raise Corrupt("文件不完整或已损坏", advice="请重新下载原件") from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # a panic of the Rust library is no Exception
            raise Corrupt("文件不完整或已损坏", advice="请重新下载原件") from error
        raise
    if not blocks:
        raise Corrupt("工作簿是空白的")
    return Document(MEDIA_TYPES[0], tuple(blocks))


def _blocks(data: bytes) -> list[Block]:
    found: list[Block] = []
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
        for entry in book.sheets_metadata:
            if entry.typ is SheetTypeEnum.WorkSheet and entry.visible is SheetVisibleEnum.Visible:
                sheet = book.get_sheet_by_name(entry.name)
                if sheet.total_height * sheet.total_width > sheets.MAX_CELLS:
                    raise TooLarge("工作表的单元格数量超过上限")
                found += sheets.blocks(_sheet(entry.name, sheet))
    return found


def _sheet(name: str, sheet: Any) -> Sheet:
    rows = sheet.to_python(skip_empty_area=False)
    texts = {(r, c): text for r, row in enumerate(rows) for c, value in enumerate(row) if (text := _text(value)).strip()}
    merges = tuple(Merge(start[0], start[1], end[0], end[1]) for start, end in sheet.merged_cell_ranges or ())
    return Sheet(name, texts, merges)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return number_formats.shown(float(value))
    if isinstance(value, date | datetime | time | timedelta):
        return f"#日期 {value}"  # a count that was taken for a date is not a count any more
    return str(value)
