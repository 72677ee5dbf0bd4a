"""The line of a page that says where one is: "当前位置：首页 > 信息公开 > 信息公开年报". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import html

from crawler.page import visible_text

_PLACE = re.compile(r"(?:当前|您?的|所在|现在)(?:所在|的)?位置(?:是)?\s*[:：]?")
_STEP = re.compile(r"\s*(?:[>＞》»›/\\|]|→|::)+\s*")
_NO_STEP = re.compile(r"正文|内容|列表|信息列表|详细|详情|首页")
_BOXES = ("div", "p", "td", "span", "ul", "ol", "li", "dd", "nav", "section")
MOST = 160
"""Characters of the line; a longer text is not that line."""


def boxes(root: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """The elements that hold such a line: its words are their own, and a link stands in them."""
    for element in root.iter(*_BOXES):
        own = (element.text or "") + "".join(child.tail or "" for child in element)
        if _PLACE.search(own) and element.find(".//a") is not None and len(visible_text(element)) <= MOST:
            yield element


def last_step(root: html.HtmlElement) -> str:
    """The innermost place the page names; empty where it has no such line."""
    for element in boxes(root):
        line = _PLACE.split(visible_text(element))[-1].strip()
        # Where the steps are set apart by style alone, only the gaps between them are left.
        steps = [step for step in (_STEP.split(line) if _STEP.search(line) else line.split()) if step and not _NO_STEP.fullmatch(step)]
        if steps:
            return steps[-1]
    return ""
