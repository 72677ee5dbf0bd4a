"""What a reader makes of bytes: an ordered list of blocks, each of which can be found again in the original."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from storage.domain.quick import quick


@quick
@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page as fractions of its width and height, origin top left."""

    left: float
    top: float
    right: float
    bottom: float


@quick
@dataclass(frozen=True, slots=True)
class Locator:
    """Where something stands in an original.

    `path` is the carrier's own address, stable for the same bytes: `line:41/field:3` (text), `table[2]/tr[5]/td[3]` (HTML, DOCX),
    `sheet:表1/B7`, `page:3` (PDF). `page` counts from 1; `box` is set where the carrier has geometry.
    """

    path: str
    page: int | None = None
    box: Box | None = None

    def __str__(self) -> str:
        if self.box is None:
            return self.path
        b = self.box
        return f"{self.path}@{b.left:.4f},{b.top:.4f},{b.right:.4f},{b.bottom:.4f}"


@quick
@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell as drawn: top-left position in the grid after span expansion, its spans, and its text untouched."""

    row: int
    column: int
    text: str
    at: Locator
    rowspan: int = 1
    colspan: int = 1
    confidence: float = 1.0


@quick
@dataclass(frozen=True, slots=True)
class TextBlock:
    """One paragraph or line of running text. `heading` is the carrier's own outline level, 0 if none.

    `indent` counts the columns of white space before it where the carrier sets text by columns (plain text).
    """

    text: str
    at: Locator
    heading: int = 0
    indent: int = 0


@dataclass(frozen=True, slots=True)
class GridBlock:
    """One drawn table.

    `structure` says how far positions mean something: `cells` where the carrier draws cell borders or markup, `fields` where only
    separators remain (tabs, pipes: rows may have lost or gained empty fields), `tokens` where the borders are lost altogether.
    """

    cells: tuple[GridCell, ...]
    at: Locator
    structure: Literal["cells", "fields", "tokens"] = "cells"


@dataclass(frozen=True, slots=True)
class ImageBlock:
    """A picture in the flow; `data` is None where the carrier names it but does not hold it."""

    at: Locator
    data: bytes | None = None
    media_type: str = ""
    alt: str = ""


Block = TextBlock | GridBlock | ImageBlock


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read as it should; codes are kebab-case and permanent, messages are Chinese."""

    code: str
    message: str
    table: str | None = None
    at: str | None = None


def paths(blocks: Iterable[Block]) -> Iterator[str]:
    """The places at which the text of some blocks stands."""
    for block in blocks:
        if isinstance(block, GridBlock):
            yield from (cell.at.path for cell in block.cells)
        elif isinstance(block, TextBlock):
            yield block.at.path


@dataclass(frozen=True, slots=True)
class Document:
    """A file after reading: blocks in reading order, the carrier's metadata (lower-case keys), and what went wrong.

    `recognised` holds the paths of places whose text was recognised from a picture, not read.
    """

    media_type: str
    blocks: tuple[Block, ...]
    meta: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    page_count: int | None = None
    recognised: frozenset[str] = frozenset()
