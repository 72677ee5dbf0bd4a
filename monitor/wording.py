"""Chinese names for places in the form, and numbers as people write them; the wording of findings is made of these."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from monitor.intervals import Interval
from storage.domain.enums import Edition
from storage.domain.ids import CellPath
from storage.domain.reports import Cell, Number
from storage.forms.loader import Form, Label, form

TABLES = {"proactive": "表二", "requests": "表三", "litigation": "表四"}


def table_name(place: str) -> str:
    """`requests/natural` → 表三; a place that is no table is given back as it is."""
    return TABLES.get(place.split("/", 1)[0], place)


@cache
def _names(edition: Edition) -> dict[str, str]:
    known = form(edition)
    names: dict[str, str] = {}
    for table in (known.requests, known.litigation):
        name = TABLES[table.key]
        for column in table.columns:
            names[f"{table.key}/{column.key}"] = f"{name}“{column.label}”列"
        for row in table.rows:
            row_label = short(row)
            names[f"{table.key}/{row.key}"] = f"{name}“{row_label}”行"
            for column in table.columns:
                names[table.path(row.key, column.key)] = f"{name}“{row_label}”行“{column.label}”列"
    names.update(_proactive(known))
    return names


def _proactive(known: Form) -> dict[str, str]:
    return {
        known.proactive_path(row, position): f"{TABLES['proactive']}“{row.label}”行“{column.label}”列"
        for block in known.proactive
        for row in block.rows
        for position, column in enumerate(block.columns)
    }


def short(row: Label) -> str:
    """A row's label with its group and without explanations: （三）不予公开 7.属于行政执法案卷."""
    label = re.sub(r"（[^）]{6,}）", "", row.label)
    label = label.split("、行政机关不再处理")[0].replace("政府信息公开申请数量", "")
    return f"{row.group} {label}".strip()


def place_name(place: str, edition: Edition | None) -> str:
    """A table, row, column or cell path in words: 表三“（一）予以公开”行“总计”列."""
    return _names(edition or Edition.E2021).get(place, table_name(place))


def places(paths: Iterable[str], edition: Edition | None, most: int = 8) -> str:
    """Several places in words, the rest counted."""
    known = [place_name(path, edition) for path in paths]
    listed = "、".join(known[:most])
    return listed if len(known) <= most else f"{listed}等 {len(known)} 处"


def number(value: Number | None) -> str:
    """A figure as printed, 不详 where there is none."""
    return "不详" if value is None else format(value, "f") if not isinstance(value, int) else str(value)


def side(interval: Interval) -> str:
    """A side of an equation: its value, or what it is when blanks count as 0, or its bounds."""
    if interval.exact:
        return number(interval.low)
    if interval.if_blank is not None:
        return f"{number(interval.if_blank)}（空白按 0 计）"
    return f"不少于 {number(interval.low)}" if interval.high is None else f"{number(interval.low)} 至 {number(interval.high)}"


def source_of(cells: Iterable[tuple[CellPath, Cell]]) -> str:
    """Where the first of these cells stands in the original: 原件第 3 页, or the carrier's own address."""
    for _, cell in cells:
        if cell.at is not None:
            return f"原件第 {cell.at.page} 页" if cell.at.page is not None else f"原件 {cell.at.path}"
    return ""
