"""Links whose own words say nothing, named by the row they stand in: tables of bodies and years, lines of one body with its years. Pure."""

from __future__ import annotations

import re

from lxml import html

from crawler.page import visible_text

_SILENT = re.compile(
    r"(?:点击|在线|全文)?(?:查看|浏览|阅读|打开|下载|详情|详细|链接|进入|年报|年度报告|报告|有|√|●|pdf|word|docx?)(?:全文|详情|报告|下载|年报)?",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(20\d\d)年?度?")
_NUMBER = re.compile(r"[\d\s.、]*")
_ENDS = re.compile(r"[\s:：|·\-—]+$")
MOST_WORDS = 40
"""Characters of the longest name of a row."""


def named_by_row(anchor: html.HtmlElement, words: str) -> str:
    """What a link stands for whose words are only "查看" or a year: the name at the start of its row, and the year its column is headed
    with; empty where its words say more, or its row has no such name.
    """
    bare = "".join(words.split())
    own_year = _YEAR.fullmatch(bare)
    if own_year is None and _SILENT.fullmatch(bare) is None:
        return ""
    row = next((step for step in anchor.iterancestors() if step.tag in {"tr", "li", "dd", "p"}), None)
    if row is None:
        return ""
    name, head = _of_cells(row, anchor) if row.tag == "tr" else (_before_links(row), "")
    year = own_year or _YEAR.search(head)
    if not 2 <= len(name) <= MOST_WORDS or year is None:
        return ""
    return name if year.group(1) in name else f"{name}{year.group(1)}年"


def _of_cells(row: html.HtmlElement, anchor: html.HtmlElement) -> tuple[str, str]:
    """The first cell of the row that names something and is no link to a document, and the head of the link's own column."""
    cells = [cell for cell in row if cell.tag in {"td", "th"}]
    place = next((number for number, cell in enumerate(cells) if anchor in cell.iterdescendants()), None)
    if place is None:
        return "", ""
    words = ["".join(visible_text(cell).split()) for cell in cells[:place]]
    name = next((one for one in words if _NUMBER.fullmatch(one) is None), "")
    table = next(row.iterancestors("table"), None)
    first = next(table.iter("tr"), None) if table is not None else None
    heads = [cell for cell in first if cell.tag in {"td", "th"}] if first is not None and first is not row else []
    return name, visible_text(heads[place]) if len(heads) == len(cells) else ""


def _before_links(row: html.HtmlElement) -> str:
    """The words of a line before its first link."""
    text = row.text or ""
    for step in row:
        if step.tag == "a" or next(step.iter("a"), None) is not None:
            break
        text += f"{visible_text(step)}{step.tail or ''}"
    return _ENDS.sub("", "".join(text.split()))
