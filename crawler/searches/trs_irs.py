"""TRS's newer search service: one JSON interface, in which the order and the field searched must be named (portals.md 2.8)."""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.parse import urljoin

from crawler.list_answers import query_of
from crawler.listing import Ask
from crawler.page import Page
from crawler.search_scan import SearchForm

ID = "trs_irs"
RANK = 20

_INTERFACE = "/irs/front/search"
_LINK = re.compile(r"""["']([^"'<>\s]*/irs(?:-c-web)?/(?:front/search|search\.shtml|front/index)(?:\?[^"'<>\s]*)?)["']""")
_CODE = re.compile(r"""(?<![\w-])code['"]?\s*(?:value)?\s*[:=]\s*['"]?([0-9A-Za-z_-]{6,64})""")
_FIELD = re.compile(r"""name=["']code["'][^>]{0,80}value=["']([0-9A-Za-z_-]{6,64})["']""")


def find(page: Page) -> SearchForm | None:
    """The code of the site's search, from the link to its results page or from the form that leads there."""
    link = _LINK.search(page.text)
    if link is None:
        return None
    address = urljoin(page.url, unescape(link.group(1)))
    query = query_of(address)
    named = _FIELD.search(page.text) or _CODE.search(page.text)
    code = query.get("code") or (named.group(1) if named else "")
    if not code:
        return None
    kept = {"code": code} | ({"dataTypeId": query["dataTypeId"]} if query.get("dataTypeId") else {})
    return SearchForm(ID, urljoin(address, _INTERFACE), kept)


def ask(form: SearchForm, words: str, number: int) -> Ask | None:
    """Titles only, the newest first."""
    asked: dict[str, object] = {
        **form.params,
        "searchWord": words,
        "searchBy": "title",
        "orderBy": "time",
        "pageNo": number,
        "pageSize": 20,
    }
    return Ask(form.url, json=json.dumps(asked, ensure_ascii=False, sort_keys=True))
