r"""Print a report as RTF with the merged cells of the official layout, text as \'xx in GBK with \u for the rest, as word processors do."""

from __future__ import annotations

from crawler.demo.facts import ReportFacts
from crawler.demo.layout import Block, DrawnTable, Paragraph, Placed, lay_out

_WIDTH = 9000  # twips across the text
_HEAD = r"{\rtf1\ansi\ansicpg936\deff0\uc1{\fonttbl{\f0\fnil\fcharset134 \'cb\'ce\'cc\'e5;}}{\colortbl;}" "\n"


def render_rtf(facts: ReportFacts, *, blocks: tuple[Block, ...] | None = None, escapes: str = "gbk") -> bytes:
    r"""The report as RTF bytes; `escapes` is gbk (\'xx) or unicode (\u with a question mark behind)."""
    parts = [
        _paragraph(b, escapes) if isinstance(b, Paragraph) else _table(b, escapes) for b in (lay_out(facts) if blocks is None else blocks)
    ]
    return (_HEAD + "".join(parts) + "}\n").encode("ascii")


def _paragraph(block: Paragraph, escapes: str) -> str:
    level = r"\outlinelevel0" if block.role == "heading" else ""
    return rf"\pard\plain\f0{level} {_escaped(block.text, escapes)}\par" "\n"


def _table(table: DrawnTable, escapes: str) -> str:
    return "".join(_row(table, number, escapes) for number in range(table.rows)) + r"\pard\par" "\n"


def _row(table: DrawnTable, number: int, escapes: str) -> str:
    shape, texts = [], []
    for cell in _pieces(table, number):
        merge = "" if cell.rowspan == 1 else r"\clvmgf" if cell.row == number else r"\clvmrg"
        right = _WIDTH * (cell.column + cell.colspan) // table.columns
        shape.append(rf"{merge}\clbrdrt\brdrs\clbrdrl\brdrs\clbrdrb\brdrs\clbrdrr\brdrs\cellx{right}")
        texts.append(rf"\pard\intbl\qc {_escaped(cell.text if cell.row == number else '', escapes)}\cell")
    return r"\trowd\trgaph108\trleft0" + "".join(shape) + "\n" + "\n".join(texts) + r"\row" "\n"


def _pieces(table: DrawnTable, number: int) -> list[Placed]:
    """The cells that a row draws, those reaching into it from above included."""
    return sorted((cell for cell in table.cells if cell.row <= number < cell.row + cell.rowspan), key=lambda cell: cell.column)


def _escaped(text: str, escapes: str) -> str:
    return "".join(_character(c, escapes) for c in text)


def _character(c: str, escapes: str) -> str:
    if c in "\\{}":
        return "\\" + c
    if c == "\n":
        return r"\line "
    if c < "\x80":
        return c
    if escapes == "gbk":
        try:
            return "".join(rf"\'{byte:02x}" for byte in c.encode("gbk"))
        except UnicodeEncodeError:
            pass
    units = c.encode("utf-16-le")
    codes = (int.from_bytes(units[i : i + 2], "little") for i in range(0, len(units), 2))
    return "".join(rf"\u{code - 65536 if code > 32767 else code}?" for code in codes)
