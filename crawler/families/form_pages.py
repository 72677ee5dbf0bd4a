"""Lists whose pager is a function of the page that puts a number into a form and submits it, as self-made JSP and PHP portals have it.

`<a href="javascript:gotoPage(2)">` calls `function gotoPage(n) { document.f.pageNo.value = n; document.f.submit(); }`: the way to a page is
that form with that number, by the form's own method.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from lxml import html

from crawler.form_fields import action_of, sent_fields
from crawler.list_pager import is_next, pager_links, told
from crawler.list_rows import rows
from crawler.listing import Ask, Listing, Start
from crawler.page import Page, page_tree
from crawler.turned_list import turned

ID = "form_pages"

_CALL = re.compile(r"(?<![\w$.])([A-Za-z_$][\w$]{0,60})\s*\(\s*['\"]?(\d{1,5})['\"]?\s*\)")
_FUNCTION = r"\bfunction\s+{name}\s*\([^)]{{0,100}}\)\s*\{{(?P<body>[^§]{{0,800}})"
_END = re.compile(r"\bfunction\s+\w+\s*\(")
_SUBMITS = re.compile(r"\.submit\s*\(")
_FIELD = re.compile(
    r"getElement(?:ById|sByName)\(\s*['\"]([\w.\-]+)['\"]\s*\)(?:\[0\])?\.value\s*=|\$\(\s*['\"](?:#|input\[name=['\"]?)([\w\-]+)[^)]{0,5}\)\.val\("
    r"|\.([A-Za-z_]\w*)\.value\s*="
)


def detect(page: Page) -> float:
    """Certainty that this is such a list."""
    if ".submit" not in page.text or _turner(page, (told(page).place or 1) + 1) is None:
        return 0.0
    return 0.75 if rows(page)[0] else 0.0


def first_requests(start: Start) -> tuple[Ask, ...]:
    """The list page."""
    return (Ask(start.url),)


def read_list(page: Page, params: Mapping[str, str]) -> Listing:
    """One page of the list. `params` carries `place`, which page this should be, from 1.

    Raises:
        LayoutChanged: no row understood and no words that say there is none.
    """
    return turned(page, params, _turner)


def _turner(page: Page, number: int) -> Ask | None:
    """The form with the number of that page in it, where the pager has a link to it: by its number, else the one that says "next"."""
    onward: Ask | None = None
    for words, anchor in pager_links(page):
        called = _CALL.search(f"{anchor.get('href') or ''} {anchor.get('onclick') or ''}")
        if called is None or int(called[2]) != number or not (is_next(words) or words.strip("[]") == str(number)):
            continue
        onward = onward or _submitted(page, called[1], number)
    return onward


def _submitted(page: Page, function: str, number: int) -> Ask | None:
    written = re.search(_FUNCTION.format(name=re.escape(function)), page.text)
    body = _END.split(written["body"], maxsplit=1)[0] if written else ""
    field = _FIELD.search(body)
    if field is None or not _SUBMITS.search(body):
        return None
    named = next(filter(None, field.groups()))
    form, name = _form_with(page_tree(page), named)
    if form is None:
        return None
    address = action_of(page, form)
    if not address:
        return None
    sent = [(key, str(number) if key == name else value) for key, value in sent_fields(form)]
    if (form.get("method") or "get").lower() == "post":
        return Ask(address, form=tuple(sent), referer=page.url)
    return Ask(f"{address.partition('?')[0]}?{urlencode(sent)}", referer=page.url)


def _form_with(root: html.HtmlElement, named: str) -> tuple[html.HtmlElement | None, str]:
    """The form that has a field of that name or id, and the field's name."""
    for form in root.iter("form"):
        for field in form.iter("input"):
            if field.get("name") and named in {field.get("name"), field.get("id")}:
                return form, field.get("name") or ""
    return None, ""
