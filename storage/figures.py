"""What others' reports are compared by, in a few hundred bytes beside each reading: its tables and name, no text, no places.

Judging a new report compares it with some twenty of its like; unpacking their whole readings took most of that. The figures say nothing
that the reading does not: they are written with it, `storage.readings` can tell whether they still agree, and every night some are checked.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any
from zlib import crc32

import zstandard

from storage.codec import from_plain, to_plain
from storage.domain.document import Locator
from storage.domain.enums import CellKind, Edition
from storage.domain.ids import CellPath
from storage.domain.reports import ABSENT_CELL, Cell, ParsedReport
from storage.forms.loader import form
from storage.packing import unpack

LIMIT = 2**20
"""Largest unpacked figures that are read back; a report's take about a kilobyte."""

ABSENT = ""
"""Stands for a cell the report does not have; a whole number stands for itself, printed plainly; null for a cell not spoken of."""


def tables_only(parsed: ParsedReport) -> ParsedReport:
    """The tables of a reading and what tells whose it is; its cells do not say where they stand."""
    cells = {path: placeless(cell) for path, cell in parsed.cells.items()}
    return replace(parsed, title="", cells=cells, sections=(), claims=(), dates=(), text="", meta={})


def placeless(cell: Cell) -> Cell:
    """The cell without its place and without what the equations would like it to be."""
    if (cell.value is None or type(cell.value) is int) and cell.confidence == 1.0 and not cell.note and not cell.candidates:
        return common_cell(cell.kind.value, cell.raw, cell.value, None)
    return replace(cell, at=None, suggestion=None)


@lru_cache(maxsize=60_000)
def common_cell(kind: str, raw: str, value: int | None, place: str | None) -> Cell:
    """One and the same cell for all that print the same at the same place."""
    return Cell(CellKind(kind), raw, value, None if place is None else _common_place(place))


@lru_cache(maxsize=20_000)
def _common_place(path: str) -> Locator:
    return Locator(path)


def encode(parsed: ParsedReport) -> bytes:
    """The figures of a reading; the same reading always gives the same bytes."""
    bare = tables_only(parsed)
    edition = parsed.form or Edition.E2021
    paths, mark = _layout(edition)
    others = {path: to_plain(bare.cells[path]) for path in sorted(bare.cells.keys() - set(paths))}
    values = [_short(bare.cells[path]) if path in bare.cells else None for path in paths]
    plain = {"rest": to_plain(replace(bare, cells={})), "layout": [edition.value, mark], "cells": values, "others": others, "by": writer()}
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    return zstandard.ZstdCompressor(level=6).compress(text.encode("utf-8", "surrogatepass"))


def written_by(data: bytes) -> str | None:
    """By which program, as `writer` names it, these figures were written, empty for one that did not say so yet; None for damaged bytes."""
    try:
        return str(_plain(data).get("by", ""))
    except (zstandard.ZstdError, ValueError, AttributeError):
        return None


@cache
def writer() -> str:
    """One short string that changes whenever figures may be written otherwise: with this code, what it writes, or a form.

    Only figures of one writer can be held against each other: those of an older program may leave out, or name, what today's do not.
    """
    digest = hashlib.sha256(repr([_layout(edition) for edition in Edition]).encode())
    for place, name in (
        ("storage", "figures.py"),
        ("storage", "codec.py"),
        ("storage.domain", "enums.py"),
        ("storage.domain", "reports.py"),
    ):
        digest.update(files(place).joinpath(name).read_bytes())
    return digest.hexdigest()[:8]


def _plain(data: bytes) -> Any:
    return json.loads(unpack(data, LIMIT).decode("utf-8", "surrogatepass"))


def decode(data: bytes) -> ParsedReport | None:
    """What `tables_only` gives; None for damaged bytes and for figures in the order of a form that has been changed since."""
    try:
        plain = _plain(data)
        edition, mark = plain["layout"]
        paths, known = _layout(Edition(edition))
        if mark != known:
            return None
        pairs = zip(paths, plain["cells"], strict=True)
        cells = {path: _whole(value) if type(value) is int else _cell(value) for path, value in pairs if value is not None}
        if others := plain["others"]:
            cells = dict(sorted((cells | {CellPath(path): _cell(value) for path, value in others.items()}).items()))
        return replace(from_plain(ParsedReport, plain["rest"]), cells=cells)
    except (zstandard.ZstdError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _short(cell: Cell) -> Any:
    if cell == ABSENT_CELL:
        return ABSENT
    if type(cell.value) is int and cell == _whole(cell.value):
        return cell.value
    return to_plain(cell)


@lru_cache(maxsize=20_000)
def _whole(value: int) -> Cell:
    return common_cell(CellKind.NUMBER.value if value else CellKind.ZERO.value, str(value), value, None)


def _cell(plain: Any) -> Cell:
    return ABSENT_CELL if plain == ABSENT else placeless(from_plain(Cell, plain))


@cache
def _layout(edition: Edition) -> tuple[tuple[CellPath, ...], int]:
    """The cells of an edition of the form in the order in which readings are stored, and a mark that changes with them."""
    paths = tuple(sorted(form(edition).paths()))
    return paths, crc32("\n".join(paths).encode())
