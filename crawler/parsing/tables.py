"""The three official tables of a document: read twice, compared cell by cell, every cell of the form accounted for. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from crawler.parsing import aligned_litigation, aligned_tables, compare, grids, litigation_table, proactive_table, requests_table
from crawler.parsing.lines import split_all
from crawler.parsing.litigation_table import FoundLitigation
from crawler.parsing.ocr import engine
from crawler.parsing.ocr.caution import cautious
from crawler.parsing.printed import ABSENT, doubt
from crawler.parsing.requests_table import Found
from crawler.parsing.second_reading import Second
from crawler.parsing.stream import Stream
from storage.domain.document import Document, ImageBlock, Problem
from storage.domain.enums import CellKind, Edition, ReadingQuality
from storage.domain.ids import CellPath
from storage.domain.reports import Cell
from storage.forms import loader as forms
from storage.forms.loader import Form

_ENOUGH_ROWS = 15  # of table 3 on its side: fewer are another table
TABLES = ("proactive", "requests", "litigation")
_NAMES = {"proactive": "主动公开情况表", "requests": "收到和处理申请情况表", "litigation": "行政复议、行政诉讼情况表"}


@dataclass
class TableReading:
    """All cells of the form, what went wrong, and how far each table can be trusted."""

    cells: dict[CellPath, Cell] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    quality: dict[str, ReadingQuality] = field(default_factory=dict)
    found: set[str] = field(default_factory=set)

    def note(self, code: str, message: str, table: str) -> None:
        """Record a doubt about a table."""
        self.problems.append(Problem(code, message, table))


def read(document: Document, form: Form, stream: Stream | None = None) -> TableReading:
    """Read the three tables against one edition of the form; `stream` is the document as a stream where the caller has it."""
    reading = TableReading(cells=dict.fromkeys(_paths(form.edition), ABSENT))
    rows = grids.rows(document)
    lines = split_all(rows)
    stream = stream or Stream(document)
    found = requests_table.from_grids(lines, form.requests)
    orders = [line.row.order for line in found.lines.values()]
    first, last = (min(orders), max(orders)) if orders else (None, None)
    litigation = litigation_table.from_grids(rows, form.litigation, last)
    until = first if first is not None else litigation.first_order
    proactive = proactive_table.from_grids(lines, form, until)
    if len(found.rows) < _ENOUGH_ROWS or not litigation.cells:
        found, litigation = _otherwise(document, form, found, litigation)
    second = Second(stream, form)
    compare.requests(reading, found, second, form)
    compare.proactive(reading, proactive, second, form)
    compare.litigation(reading, litigation, second, form)
    if found.rivals:
        _doubt_all(reading)  # whose the other two tables are is not known either
    if document.recognised:
        reading.cells = cautious(
            reading.cells, form, document.recognised, strange=any(p.code == "text-by-scanner" for p in document.problems)
        )
    _images(reading, document)
    for table in TABLES:
        if table in reading.found:
            present = [cell for path in _paths(form.edition, table) if (cell := reading.cells[path]).kind is not CellKind.ABSENT]
            reading.quality[table] = _quality(present)
        else:
            reading.quality[table] = ReadingQuality.NONE
    return reading


def _doubt_all(reading: TableReading) -> None:
    reading.cells = {path: doubt(cell) for path, cell in reading.cells.items()}


@cache
def _paths(edition: Edition, table: str = "") -> tuple[CellPath, ...]:
    return tuple(path for path in forms.form(edition).paths() if path.startswith(table))


def _otherwise(document: Document, form: Form, found: Found, litigation: FoundLitigation) -> tuple[Found, FoundLitigation]:
    """Tables that are not there as rows of grids: laid on their side, or drawn by white space alone."""
    on_side = grids.turned(document)
    if len(found.rows) < _ENOUGH_ROWS:
        turned = requests_table.from_grids(split_all(on_side), form.requests)
        if len(turned.rows) >= _ENOUGH_ROWS:
            found = requests_table.doubted(turned) if turned.placed else turned
        elif not found.rows:
            found = aligned_tables.requests(document, form)
    if not litigation.cells:
        turned_row = litigation_table.from_grids(on_side, form.litigation, None)
        whole = turned_row.cells and not (turned_row.misaligned or turned_row.short)
        litigation = turned_row if whole else aligned_litigation.find(document, form)
    return found, litigation


def edition(document: Document, stream: Stream | None = None) -> Edition | None:
    """The edition whose own labels the document prints; None where neither or both equally."""
    text = (stream or Stream(document)).text
    plain_text = "".join(text.split()).replace("\x1f", "")
    scores = {e: sum(mark in plain_text for mark in forms.form(e).marks) for e in Edition}
    best, other = sorted(scores, key=lambda e: scores[e], reverse=True)[:2]
    return best if scores[best] > scores[other] else None


def _images(reading: TableReading, document: Document) -> None:
    missing = [table for table in TABLES if table not in reading.found]
    shown = [block for block in document.blocks if isinstance(block, ImageBlock)]
    if missing and shown:
        could = document.media_type == "application/pdf" or any(block.data is not None for block in shown)
        why = "；本机没有启用图片识别（附加组件 nianbao[ocr]）" if could and not engine.available() else ""
        for table in missing:
            reading.note("tables-are-images", f"{_NAMES[table]}是图片，无法校验{why}", table)
    else:
        for table in missing:
            reading.note("table-missing", f"没有找到{_NAMES[table]}", table)


def _quality(present: Sequence[Cell]) -> ReadingQuality:
    doubtful = sum(not cell.trusted for cell in present)
    if doubtful == 0:
        return ReadingQuality.HIGH
    return ReadingQuality.MEDIUM if doubtful * 5 <= len(present) else ReadingQuality.LOW


def overall(quality: Mapping[str, ReadingQuality]) -> ReadingQuality:
    """Quality of the whole: the middle of what the tables have; none where no table was read."""
    rank = [ReadingQuality.NONE, ReadingQuality.LOW, ReadingQuality.MEDIUM, ReadingQuality.HIGH]
    grades = sorted(rank.index(q) for q in quality.values())
    if not grades or grades[-1] == 0:
        return ReadingQuality.NONE
    if grades[0] == 3:
        return ReadingQuality.HIGH
    return ReadingQuality.MEDIUM


def fill(reading: TableReading, paths: Sequence[CellPath] | Iterator[CellPath], cells: Sequence[Cell]) -> None:
    """Put cells at their paths."""
    for path, found in zip(paths, cells, strict=True):
        reading.cells[path] = found
