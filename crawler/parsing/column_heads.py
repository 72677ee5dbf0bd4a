"""What the head of table 3 says about its columns: where they are, and in which order they are printed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crawler.parsing.grids import Row, Slot
from crawler.parsing.labels import nearest, plain, undigited
from storage.forms.loader import Table

Columns = dict[str, int]

_SURE = 0.85
_ALL = "*"  # 申请人情况: everything but the total
_ORGANISATIONS = "+"  # 法人或其他组织: everything between natural persons and the total


def columns_named(heads: Sequence[Row], table: Table) -> dict[int, Columns]:
    """Column positions per grid where its head names most of them; of two places with one name the lower one counts."""
    found: dict[int, Columns] = {}
    for row in heads:
        for slot in row.own:
            name = _name(slot, table)
            if name and name not in (_ALL, _ORGANISATIONS):
                found.setdefault(row.grid, {})[name] = slot.column
    return {grid: columns for grid, columns in found.items() if len(columns) >= 4}


def printed_order(heads: Sequence[Row], headers: Mapping[int, Columns], table: Table) -> list[str]:
    """Column keys from left to right as printed; the form's order where the head does not say."""
    official = [column.key for column in table.columns]
    drawn = {row.grid for row in heads if row.structure == "cells"}
    for grid, columns in headers.items():
        if grid in drawn and len(columns) == len(official) and len(set(columns.values())) == len(official):
            return sorted(official, key=lambda key: columns[key])
    return _by_words(heads, table, official)


def disputed(heads: Sequence[Row], order: Sequence[str], table: Table) -> bool:
    """Whether the places of the headings tell another order than the words of the head do: then a span in it lies."""
    official = [column.key for column in table.columns]
    return list(order) != official and _by_words(heads, table, official) != list(order)


def _by_words(heads: Sequence[Row], table: Table, official: list[str]) -> list[str]:
    """The order told by the words of the head alone: each heading replaced by the headings under it."""
    lines = [[name for slot in row.own if (name := _name(slot, table))] for row in heads]
    inner = official[1:-1]
    leaves = next((line for line in lines if sum(name in inner for name in line) >= 3), [])
    people = next((line for line in lines if official[0] in line), [])
    top = next((line for line in lines if _ALL in line), people)
    order: list[str] = []
    for name in top if top is not leaves else leaves:
        # in the same line too: two rows of the head that ran together print the organisations behind the total, yet mean them here
        order += _opened(name, people, [n for n in leaves if n in inner])
    order = list(dict.fromkeys(order))
    if sorted(order) == sorted(official):
        return order
    organisations = [name for name in leaves if name in inner]
    return [official[0], *organisations, official[-1]] if sorted(organisations) == sorted(inner) else official


def _opened(name: str, people: Sequence[str], organisations: Sequence[str]) -> list[str]:
    if name == _ALL:
        return [inner for n in people if n != _ALL for inner in _opened(n, [], organisations)]
    return list(organisations) if name == _ORGANISATIONS else [name]


def _name(slot: Slot, table: Table) -> str:
    text = undigited(slot.cell.text)
    if not text:
        return ""
    for mark, label in zip((_ALL, _ORGANISATIONS), table.header_labels, strict=False):
        if text == plain(label):
            return mark
    scored = nearest(text, table.columns)
    return scored[1] if scored[0] >= _SURE else ""
