r"""Which colours of an RTF file are white, and what ground text stands on: white text on nothing is seen by nobody. Pure.

Source: Rich Text Format specification 1.9.1: \colortbl, \cf, \highlight, \chcbpat, \chshdng, \cbpat, \shading, \clcbpat, \clshdng.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from crawler.parsing import paleness

_TABLE = b"\\colortbl"
_PART = re.compile(rb"\\(red|green|blue)(\d{1,3})")
CHARACTERS = frozenset({"highlight", "chcbpat", "chshdng"})
PARAGRAPH = frozenset({"cbpat", "shading"})
CELL = frozenset({"clcbpat", "clshdng"})


def whites(data: bytes) -> frozenset[int]:
    """The numbers under which the colour table keeps white."""
    start = data.find(_TABLE)
    entries = data[start : data.find(b"}", start)].split(b";") if start >= 0 else []
    parts = [{name: int(value) for name, value in _PART.findall(entry)} for entry in entries]
    return frozenset(i for i, part in enumerate(parts) if len(part) == 3 and paleness.is_pale(*part.values()))


@dataclass
class Grounds:
    """The grounds of the paragraph and of the cells of the row being read."""

    whites: frozenset[int] = frozenset()
    paragraph: bool = False
    _next: bool = False  # of the cell whose edge comes next
    _row: list[bool] = field(default_factory=list)  # empty where the row was not told yet
    _cells: int = 0  # ended in the row

    def sets(self, name: str, number: int | None) -> bool:
        """Whether a word that names a colour, or a share of shading, sets a ground that is not white."""
        return bool(number) and (name.endswith(("shdng", "shading")) or number not in self.whites)

    def row_word(self, name: str, number: int) -> None:
        """A word of a row's definition."""
        if name == "trowd":
            self._row, self._next = [], False
        elif name == "cellx":
            self._row.append(self._next)
            self._next = False
        elif name in CELL:
            self._next = self._next or self.sets(name, number)

    def end_cell(self, depth: int) -> None:
        """A cell of that depth ends."""
        self._cells += depth == 1

    def end_row(self, depth: int) -> None:
        """A row of that depth ends."""
        if depth == 1:
            self._row, self._cells = [], 0

    def seen(self, level: int) -> bool | None:
        """Whether white text is seen at a depth in tables; None where the row has not said yet on what ground its cells stand."""
        if self.paragraph or not level:
            return self.paragraph
        return self._row[self._cells] if level == 1 and self._cells < len(self._row) else None
