"""Print a report as OFD: A4 pages of text objects and ruled lines, as the office suites that write this format do."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from crawler.demo.facts import ReportFacts
from crawler.demo.layout import Block, DrawnTable, Paragraph, Placed, lay_out
from crawler.demo.render_xlsx import package

_SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
_WIDE, _HIGH, _MARGIN = 210.0, 297.0, 16.0  # millimetres
_BODY, _SMALL = 4.2, 2.2  # sizes of running text and of table cells


def render_ofd(facts: ReportFacts, *, blocks: tuple[Block, ...] | None = None) -> bytes:
    """The report as OFD bytes; the same report gives the same bytes."""
    pen = _Pen()
    for block in lay_out(facts) if blocks is None else blocks:
        if isinstance(block, Paragraph):
            pen.paragraph(block.text)
        else:
            pen.table(block)
    members = {
        "OFD.xml": f'<ofd:OFD {_SPACE} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:Title>{escape(facts.title)}</ofd:Title>'
        f"<ofd:Author>{escape(facts.body)}</ofd:Author></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {_SPACE}><ofd:CommonData><ofd:MaxUnitID>99999</ofd:MaxUnitID><ofd:PageArea>"
        f"<ofd:PhysicalBox>0 0 {_WIDE:g} {_HIGH:g}</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData><ofd:Pages>"
        + "".join(f'<ofd:Page ID="{i + 1}" BaseLoc="Pages/Page_{i}/Content.xml"/>' for i in range(len(pen.pages)))
        + "</ofd:Pages></ofd:Document>",
    }
    for i, objects in enumerate(pen.pages):
        members[f"Doc_0/Pages/Page_{i}/Content.xml"] = (
            f'<ofd:Page {_SPACE}><ofd:Content><ofd:Layer ID="{100 + i}">{"".join(objects)}</ofd:Layer></ofd:Content></ofd:Page>'
        )
    return package(members)


class _Pen:
    """Writes downwards and begins a new page where there is no room; a table is cut between rows that nothing spans."""

    def __init__(self) -> None:
        self.pages: list[list[str]] = [[]]
        self._y = _MARGIN
        self._id = 1000

    def paragraph(self, text: str) -> None:
        """Running text, broken at the margin."""
        each = int((_WIDE - 2 * _MARGIN) / _BODY)
        for start in range(0, max(len(text), 1), each):
            self._room(_BODY * 1.6)
            self._text(text[start : start + each], _MARGIN, self._y, _BODY)
            self._y += _BODY * 1.6
        self._y += 1.5

    def table(self, table: DrawnTable) -> None:
        """A ruled table; it begins on a new page where it does not fit on this one."""
        edges = _columns(table)
        heights = [
            max([_height(c, edges) for c in table.cells if c.row == r and c.rowspan == 1] or [_SMALL * 2]) for r in range(table.rows)
        ]
        if self._y + sum(heights) > _HIGH - _MARGIN:
            self._new_page()
        tops = [self._y]
        for height in heights:
            tops.append(tops[-1] + height)
        for cell in table.cells:
            self._cell(cell, edges, tops)
        self._y = tops[-1] + 3

    def _cell(self, cell: Placed, edges: list[float], tops: list[float]) -> None:
        left, right = edges[cell.column], edges[cell.column + cell.colspan]
        top, bottom = tops[cell.row], tops[cell.row + cell.rowspan]
        wide, high = right - left, bottom - top
        self._path(left, top, wide, high, f"M 0 0 L {wide:.3f} 0 L {wide:.3f} {high:.3f} L 0 {high:.3f} C")
        each = _each(wide)
        lines = [cell.text[i : i + each] for i in range(0, len(cell.text), each)]
        for number, line in enumerate(lines):
            self._text(line, left + 0.6, top + 0.5 + number * _SMALL * 1.2, _SMALL)

    def _room(self, height: float) -> None:
        if self._y + height > _HIGH - _MARGIN:
            self._new_page()

    def _new_page(self) -> None:
        self.pages.append([])
        self._y = _MARGIN

    def _text(self, text: str, left: float, top: float, size: float) -> None:
        if not text:
            return
        steps = " ".join(f"{size if c >= '⺀' else size / 2:g}" for c in text[:-1])
        delta = f" DeltaX={quoteattr(steps)}" if steps else ""
        self._put(
            f'<ofd:TextObject ID="{self._next()}" Boundary="{left:.3f} {top:.3f} {len(text) * size:.3f} {size * 1.2:.3f}" Font="1" '
            f'Size="{size:g}">'
            f'<ofd:TextCode X="0" Y="{size * 0.9:.3f}"{delta}>{escape(text)}</ofd:TextCode></ofd:TextObject>'
        )

    def _path(self, left: float, top: float, wide: float, high: float, path: str) -> None:
        self._put(
            f'<ofd:PathObject ID="{self._next()}" Boundary="{left:.3f} {top:.3f} {wide:.3f} {high:.3f}" LineWidth="0.25">'
            f"<ofd:AbbreviatedData>{path}</ofd:AbbreviatedData></ofd:PathObject>"
        )

    def _put(self, item: str) -> None:
        self.pages[-1].append(item)

    def _next(self) -> int:
        self._id += 1
        return self._id


def _columns(table: DrawnTable) -> list[float]:
    """Column edges: label columns of the requests table are wider."""
    weights = [1.0, 1.6, 4.0, *[1.0] * (table.columns - 3)] if table.key == "requests" and table.columns > 5 else [1.0] * table.columns
    unit, edges = (_WIDE - 2 * _MARGIN) / sum(weights), [_MARGIN]
    for weight in weights:
        edges.append(edges[-1] + weight * unit)
    return edges


def _each(wide: float) -> int:
    return max(1, int((wide - 1.2) / _SMALL))


def _height(cell: Placed, edges: list[float]) -> float:
    lines = -(-len(cell.text) // _each(edges[cell.column + cell.colspan] - edges[cell.column]))
    return max(1, lines) * _SMALL * 1.2 + 1.2
