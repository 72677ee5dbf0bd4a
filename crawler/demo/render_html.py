"""Print a report as HTML: clean, pasted from a word processor, or with its tables as pictures."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Literal

from crawler.demo.facts import ReportFacts
from crawler.demo.layout import Block, DrawnTable, Paragraph, Placed, lay_out
from crawler.demo.render_image import draw_table

Style = Literal["clean", "word"]

_ALIGN = {"title": "center", "signature": "right", "watermark": "center"}
_FONT = "font-size:12.0pt;font-family:仿宋_GB2312;mso-hansi-font-family:宋体;mso-bidi-font-family:宋体"


def body_html(facts: ReportFacts, *, style: Style = "clean", blocks: tuple[Block, ...] | None = None) -> str:
    """The report as a fragment, for the content container of a portal's page."""
    paragraph, table = (_clean_paragraph, _clean_table) if style == "clean" else (_word_paragraph, _word_table)
    return _fragment(lay_out(facts) if blocks is None else blocks, paragraph, table)


def render_html(facts: ReportFacts, *, style: Style = "clean", blocks: tuple[Block, ...] | None = None) -> str:
    """The report as a page of its own."""
    return _page(facts.title, body_html(facts, style=style, blocks=blocks))


def render_image_only_html(facts: ReportFacts) -> tuple[str, dict[str, bytes]]:
    """The report as a page whose three tables are PNG pictures; the pictures by the relative name the page gives them."""
    fragment, images = image_only_body(facts)
    return _page(facts.title, fragment), images


def image_only_body(facts: ReportFacts) -> tuple[str, dict[str, bytes]]:
    """The fragment of `render_image_only_html` without the page around it."""
    images: dict[str, bytes] = {}

    def picture(table: DrawnTable) -> str:
        name = f"W0{facts.report_year + 1}0115{len(images) + 1:06d}.png"
        images[name] = draw_table(table)
        return f'<p style="text-align:center"><img src="./{name}" border="0"></p>\n'

    return _fragment(lay_out(facts), _clean_paragraph, picture), images


def _fragment(blocks: tuple[Block, ...], paragraph: Callable[[Paragraph], str], table: Callable[[DrawnTable], str]) -> str:
    return "".join(paragraph(block) if isinstance(block, Paragraph) else table(block) for block in blocks)


def _page(title: str, fragment: str) -> str:
    head = f'<head><meta charset="utf-8"><title>{escape(title)}</title></head>'
    return f'<!DOCTYPE html>\n<html lang="zh-CN">{head}\n<body>\n{fragment}</body></html>\n'


def _clean_paragraph(block: Paragraph) -> str:
    tag = {"title": "h1", "heading": "h2"}.get(block.role, "p")
    align = _ALIGN.get(block.role)
    style = f' style="text-align:{align}"' if align else ""
    return f"<{tag}{style}>{escape(block.text)}</{tag}>\n"


def _spans(cell: Placed) -> str:
    rowspan = f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
    return rowspan + (f' colspan="{cell.colspan}"' if cell.colspan > 1 else "")


def _clean_table(table: DrawnTable) -> str:
    rows = ("".join(f"<td{_spans(cell)}>{escape(cell.text)}</td>" for cell in table.row(number)) for number in range(table.rows))
    return '<table border="1">\n' + "".join(f"<tr>{row}</tr>\n" for row in rows) + "</table>\n"


def _word_runs(text: str) -> str:
    """Text as a word processor pastes it: runs cut at arbitrary places, each in spans, a western run for figures."""
    if not text:
        return f'<span lang="EN-US" style="{_FONT}"><o:p>&nbsp;</o:p></span>'
    half = len(text) // 2 if len(text) > 6 else len(text)
    parts = [part for part in (text[:half], text[half:]) if part]
    runs = (f'<span{_language(part)} style="{_FONT}">{escape(part)}</span>' for part in parts)
    return "<span>" + "".join(runs) + '</span><span lang="EN-US"><o:p></o:p></span>'


def _language(text: str) -> str:
    return ' lang="EN-US"' if text.isascii() else ""


def _word_paragraph(block: Paragraph) -> str:
    align = _ALIGN.get(block.role, "left")
    indent = "text-indent:32.0pt;mso-char-indent-count:2.0;" if block.role in {"text", "heading"} else ""
    runs = f"<b>{_word_runs(block.text)}</b>" if block.role in {"title", "heading"} else _word_runs(block.text)
    return f'<p class="MsoNormal" align="{align}" style="text-align:{align};{indent}line-height:28.0pt">{runs}</p>\n'


def _word_table(table: DrawnTable) -> str:
    width = 560 // table.columns
    lines = []
    for number in range(table.rows):
        cells = "".join(_word_cell(cell, width) for cell in table.row(number))
        lines.append(f'<tr style="mso-yfti-irow:{number};height:22.7pt">{cells}</tr>\n')
    style = "border-collapse:collapse;border:none;mso-border-alt:solid windowtext .5pt"
    head = f'<table class="MsoNormalTable" border="1" cellspacing="0" cellpadding="0" style="{style}">'
    return f'<div align="center">{head}\n<tbody>\n{"".join(lines)}</tbody></table></div>\n'


def _word_cell(cell: Placed, width: int) -> str:
    wide = width * cell.colspan
    border = "border:solid windowtext 1.0pt;mso-border-alt:solid windowtext .5pt;padding:0cm 5.4pt 0cm 5.4pt;height:22.7pt"
    content = f'<p class="MsoNormal" align="center" style="text-align:center;mso-pagination:widow-orphan">{_word_runs(cell.text)}</p>'
    return f'<td width="{wide}"{_spans(cell)} valign="center" style="width:{wide * 0.75:.1f}pt;{border}">{content}</td>'
