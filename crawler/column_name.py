"""What a list calls itself: the official element, its title, else the trail that leads to it. Pure."""

from __future__ import annotations

import re

from crawler.discovery.naming import OFFICES
from crawler.page import Page, once, page_tree
from crawler.trail import last_step

_PARTS = re.compile(r"[-_|—－–]+|(?<=网)\s+|(?<=站)\s+|(?<=政府)\s+|(?<=局)\s+")
_PUBLISHER = re.compile(rf"(?:{OFFICES}|门户|网|平台|[省市州盟县区旗])$")
"""How the name of a site or of its office ends. A column's own name ends otherwise (公开、年报、报告、目录)."""


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
    first = parts[0] if parts else ""
    if first and not _PUBLISHER.search(first):
        return first
    inner = next((part for part in reversed(parts) if not _PUBLISHER.search(part)), "")
    return inner or last_step(root) or first
