"""What a list calls itself: the official element, its title, else the trail that leads to it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import html

from crawler.page import Page, once, page_tree, visible_text

_PARTS = re.compile(r"[-_|—－–]+|(?<=网)\s+|(?<=站)\s+|(?<=政府)\s+|(?<=局)\s+")
_PUBLISHER = re.compile(r"(?:政府|门户|网站?|平台|委员会|管委会|办公室|[县区市州盟旗省局厅委办中心站])$")
"""How the name of a site or of its office ends. A column's own name ends otherwise (公开、年报、报告、目录)."""
_PLACE = re.compile(r"(?:当前|您?的|所在|现在)(?:所在|的)?位置(?:是)?\s*[:：]?")
_STEP = re.compile(r"\s*(?:[>＞》»›/\\|]|→|::)+\s*")
_NO_STEP = re.compile(r"正文|内容|列表|信息列表|详细|详情|首页")
MOST_TRAIL = 160
"""Characters of the line that says where one is; a longer text is not that line."""


@once
def column_name(page: Page) -> str:
    """The list's own name: the official ColumnName element, else the first part of the page's title; where that only names the site, the
    innermost part that does not, else the last step of the trail ("当前位置：首页 > 信息公开 > 信息公开年报").
    """
    root = page_tree(page)
    for meta in root.iter("meta"):
        if (meta.get("name") or "").lower() == "columnname" and (meta.get("content") or "").strip():
            return str(meta.get("content")).strip()
    title = " ".join((root.findtext(".//title") or "").split())
    parts = [part.strip() for part in _PARTS.split(title) if part.strip()]
    first = re.split(r"[-_|—－]", title)[0].strip()
    if first and not _PUBLISHER.search(first):
        return first
    inner = next((part for part in reversed(parts) if not _PUBLISHER.search(part)), "")
    return inner or _last_step(root) or first


def _last_step(root: html.HtmlElement) -> str:
    for text in _trails(root):
        line = _PLACE.split(text)[-1].strip()
        # Where the steps are set apart by style alone, only the gaps between them are left.
        steps = [step for step in (_STEP.split(line) if _STEP.search(line) else line.split()) if step and not _NO_STEP.fullmatch(step)]
        if steps:
            return steps[-1]
    return ""


def _trails(root: html.HtmlElement) -> Iterator[str]:
    """The lines that say where one is, each from the smallest element that holds the words and a link."""
    for element in root.iter("div", "p", "td", "span", "ul", "ol", "li", "dd", "nav", "section"):
        if _PLACE.search((element.text or "") + "".join(child.tail or "" for child in element)) and element.find(".//a") is not None:
            text = " ".join(visible_text(element).split())
            if len(text) <= MOST_TRAIL:
                yield text
