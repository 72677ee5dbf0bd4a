"""VSB's search form: the words are sent base64-coded in a field that the page's script fills (portals.md 2.8)."""

from __future__ import annotations

import base64
from urllib.parse import urljoin

from crawler.listing import Ask
from crawler.page import Page, tree
from crawler.search_scan import SearchForm

ID = "vsb_lucene"
RANK = 30

_WORDS, _PAGE = "lucenenewssearchkey", "currentnum"


def find(page: Page) -> SearchForm | None:
    """The form that has the coded field, whatever number follows the field's name."""
    for form in tree(page.text).iter("form"):
        fields = {str(one.get("name")): str(one.get("value") or "") for one in form.iter("input") if one.get("name")}
        coded = next((name for name in fields if name.startswith(_WORDS)), "")
        if coded:
            hidden = {name: value for name, value in fields.items() if value and name != coded and not name.startswith("showkeycode")}
            return SearchForm(ID, urljoin(page.url, form.get("action") or ""), {**hidden, ":field": coded})
    return None


def ask(form: SearchForm, words: str, number: int) -> Ask | None:
    """A POST of the hidden fields, the coded words and the page."""
    params = dict(form.params)
    coded = params.pop(":field", _WORDS)
    fields = params | {coded: base64.b64encode(words.encode()).decode("ascii"), _PAGE: str(number)}
    return Ask(form.url, tuple(fields.items()))
