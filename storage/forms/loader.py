"""The official forms as data: tables, rows, columns, labels with their known variants, units and equations; read and validated once.

`form(Edition.E2021)` is all most callers need. A form is immutable; label matching is the business of the parser, arithmetic that of rules.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from storage.domain.enums import Edition
from storage.domain.errors import ConfigError
from storage.domain.ids import CellPath


@dataclass(frozen=True, slots=True)
class Label:
    """A row or column: its permanent key, the official wording, and other wordings met in print."""

    key: str
    label: str
    variants: tuple[str, ...] = ()
    group: str = ""
    outcome: bool = False
    alternative_to: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()

    def __hash__(self) -> int:
        """By key: labels are looked up thousands of times per report, and hashing every wording took longer than the look-up."""
        return hash(self.key)

    @property
    def wordings(self) -> tuple[str, ...]:
        """The official label first, then the variants."""
        return (self.label, *self.variants)


@dataclass(frozen=True, slots=True)
class Equation:
    """`sum(left) = sum(right)`, once per column (`along="columns"`, terms are row keys) or once per row (terms are column keys)."""

    id: str
    along: Literal["columns", "rows"]
    left: tuple[str, ...]
    right: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose every row has the same columns: `requests`, and `litigation` with its three groups as rows."""

    key: str
    section: int
    title: str
    unit: str
    rows: tuple[Label, ...]
    columns: tuple[Label, ...]
    equations: tuple[Equation, ...]
    header_labels: tuple[str, ...] = ()
    outcome_group: str = ""
    balance_label: str = ""

    def path(self, row: str, column: str) -> CellPath:
        """The cell path of a row and column key."""
        return CellPath(f"{self.key}/{row}/{column}")

    def row(self, key: str) -> Label:
        """The row with that key."""
        return next(row for row in self.rows if row.key == key)

    def paths(self) -> Iterator[CellPath]:
        """All cell paths, row by row."""
        for row in self.rows:
            for column in self.columns:
                yield self.path(row.key, column.key)


@dataclass(frozen=True, slots=True)
class ProactiveBlock:
    """One sub-table of the table of proactive disclosure (第二十条第…项)."""

    key: str
    title: str
    unit: str
    columns: tuple[Label, ...]
    rows: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class SectionTitle:
    """One of the six sections by number, with the headings met."""

    number: int
    title: str
    variants: tuple[str, ...] = ()

    @property
    def wordings(self) -> tuple[str, ...]:
        """The official title first, then the variants."""
        return (self.title, *self.variants)


@dataclass(frozen=True, slots=True)
class Form:
    """One edition of the official form."""

    edition: Edition
    source: str
    marks: tuple[str, ...]
    sections: tuple[SectionTitle, ...]
    proactive: tuple[ProactiveBlock, ...]
    requests: Table
    litigation: Table

    def proactive_path(self, row: Label, position: int) -> CellPath:
        """Cell path of the `position`-th figure of a row of the proactive table (its columns are numbered in the 2019 edition)."""
        if len(row.cells) == 1 and self.edition is Edition.E2019:
            return CellPath(f"proactive/{row.cells[0]}/{position}")
        return CellPath(f"proactive/{row.cells[position]}")

    def proactive_paths(self) -> Iterator[CellPath]:
        """All cell paths of the proactive table in printed order."""
        for block in self.proactive:
            for row in block.rows:
                for position in range(len(block.columns)):
                    yield self.proactive_path(row, position)

    def paths(self) -> Iterator[CellPath]:
        """All cell paths of the three tables in printed order."""
        yield from self.proactive_paths()
        yield from self.requests.paths()
        yield from self.litigation.paths()


@cache
def form(edition: Edition) -> Form:
    """The form of that edition. Raises ConfigError if its data file contradicts itself."""
    raw = tomllib.loads(files("storage.forms").joinpath(f"{edition.value}.toml").read_text(encoding="utf8"))
    loaded = Form(
        edition=Edition(raw["edition"]),
        source=raw["source"],
        marks=tuple(raw["marks"]),
        sections=tuple(SectionTitle(s["number"], s["title"], tuple(s.get("variants", ()))) for s in raw["sections"]),
        proactive=tuple(_block(block) for block in raw["proactive"]["blocks"]),
        requests=_table("requests", raw["requests"]),
        litigation=_table("litigation", raw["litigation"]),
    )
    _validate(loaded)
    return loaded


def _label(raw: dict[str, Any]) -> Label:
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in raw.items()}
    return Label(**values)


def _block(raw: dict[str, Any]) -> ProactiveBlock:
    return ProactiveBlock(
        key=raw["key"],
        title=raw["title"],
        unit=raw["unit"],
        columns=tuple(_label(column) for column in raw["columns"]),
        rows=tuple(_label(row) for row in raw["rows"]),
    )


def _table(key: str, raw: dict[str, Any]) -> Table:
    return Table(
        key=key,
        section=raw["section"],
        title=raw["title"],
        unit=raw["unit"],
        rows=tuple(_label(row) for row in raw["rows"]),
        columns=tuple(_label(column) for column in raw["columns"]),
        equations=tuple(Equation(e["id"], e["along"], tuple(e["left"]), tuple(e["right"])) for e in raw["equations"]),
        header_labels=tuple(raw.get("header_labels", ())),
        outcome_group=raw.get("outcome_group", ""),
        balance_label=raw.get("balance_label", ""),
    )


def _validate(checked: Form) -> None:
    paths = list(checked.paths())
    if len(paths) != len(set(paths)):
        raise ConfigError(f"form {checked.edition.value}: a cell is named twice")
    for table in (checked.requests, checked.litigation):
        rows, columns = {row.key for row in table.rows}, {column.key for column in table.columns}
        for equation in table.equations:
            unknown = {*equation.left, *equation.right} - (rows if equation.along == "columns" else columns)
            if unknown:
                raise ConfigError(f"form {checked.edition.value}: equation {equation.id} names unknown {sorted(unknown)}")
