"""Hanweb's search service: the results page is a script, the results themselves come from one interface beside it (portals.md 2.8)."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin

from crawler.list_answers import query_of
from crawler.listing import Ask
from crawler.page import Page, tree
from crawler.search_scan import SearchForm

ID = "hanweb_jsearch"
RANK = 10

_INTERFACE = "/jsearchfront/interfaces/cateSearch.do"
_LINK = re.compile(r"""["']([^"'<>\s]*/jsearchfront/(?:search|index|visit|interfaces/\w+)\.do(?:\?[^"'<>\s]*)?)["']""")
_SITE = re.compile(r"""websiteid['"]?\s*[:=]\s*['"]?(\w{3,40})""", re.IGNORECASE)
_KEPT = ("websiteid", "tpl", "cateid", "pos")


def find(page: Page) -> SearchForm | None:
    """The site's number and template: from the form that leads to the search, else from a link to it."""
    for form in tree(page.text).iter("form"):
        action = urljoin(page.url, form.get("action") or "")
        if "/jsearchfront/" in action:
            fields = {str(one.get("name")): str(one.get("value") or "") for one in form.iter("input") if one.get("name")}
            return _form(action, query_of(action) | fields)
    link = _LINK.search(page.text)
    if link is None:
        return None
    address = urljoin(page.url, unescape(link.group(1)))
    site = _SITE.search(page.text)
    return _form(address, ({"websiteid": site.group(1)} if site else {}) | query_of(address))


def _form(address: str, fields: dict[str, str]) -> SearchForm | None:
    if not fields.get("websiteid"):
        return None
    return SearchForm(ID, urljoin(address, _INTERFACE), {name: fields[name] for name in _KEPT if fields.get(name)})


def ask(form: SearchForm, words: str, number: int) -> Ask | None:
    """The interface is asked by POST; `p` is the page, `pg` how many rows it has."""
    fields = {"websiteid": "", "q": words, "p": str(number), "pg": "20", "cateid": "", "pos": "title", "tpl": ""} | dict(form.params)
    return Ask(form.url, tuple((name, value) for name, value in fields.items() if value))
