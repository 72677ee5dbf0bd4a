"""Whether a list page asks for more rows as it is scrolled, or at a button, by a script of its own. Pure.

Scripts that listen to scrolling stand on nearly every page (a button back to the top, a menu that sticks), so what counts is one that
listens, asks the server for something, and counts pages or calls what it does loading more; or a well-known element that does so.
"""

from __future__ import annotations

import re

from crawler.page import Page, once, page_tree, visible_text

_LISTENS = re.compile(
    r"""\.scroll\s*\(\s*(?:function|\(|\w)|['"]scroll['"]|\bonscroll\b|\bIntersectionObserver\b|\bscrollHeight\b|\bon(?:reach|scroll)bottom\b""",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\$\.(?:ajax|get|post|getJSON)\b|\bfetch\s*\(|\bXMLHttpRequest\b|\baxios\b|\.load\s*\(\s*['\"/]", re.IGNORECASE)
_COUNTS = re.compile(
    r"\b\w*page\w*\s*(?:\+\+|\+=\s*1\b|=\s*\w*page\w*\s*\+\s*1\b)|\+\+\s*\w*page|\b(?:load|get|show|fetch)_?(?:more|next)", re.IGNORECASE
)
_NAMED = re.compile(
    r"(?<![a-z])(?:infinite-?scroll|load-?more|scroll-?load|drop-?load|pull-?up|me?scroll-upwarp|van-list|jscroll|ias-trigger|endless)",
    re.IGNORECASE,
)
_TOLD = re.compile(r"^[\s.…·]*(?:上拉|下拉|滚动|滑动)(?:即可|到底部?|可以)?(?:自动)?加载(?:更多|下一页)?[\s.…·]*$")


@once
def loads_on_scroll(page: Page) -> bool:
    """Whether the page shows only the first of its rows until somebody scrolls."""
    scripts = [script.text or "" for script in page_tree(page).iter("script")]
    if any(_LISTENS.search(text) and _ASKS.search(text) and _COUNTS.search(text) for text in scripts):
        return True
    for element in page_tree(page).iter("div", "section", "ul", "p", "span", "a", "button", "van-list"):
        if element.tag == "van-list" or _NAMED.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            return True
        if not len(element) and _TOLD.match(visible_text(element)):
            return True
    return False
