"""Any search that is an ordinary form with one field for words: TRS WAS, UCAP, Longxun and the many home-made ones.

What the form itself carries is sent with it; further pages are reached by the results' own pager.
"""

from __future__ import annotations

import re
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

from lxml import html

from crawler.list_answers import query_of
from crawler.listing import Ask
from crawler.page import Page, tree
from crawler.search_scan import SearchForm

ID = "html_form"
RANK = 90

_WORDS_FIELD = re.compile(
    r"^(?:q|qt|wd|kw|key|query|s|keywords?|key_?words?|search_?(?:word|text|key|val|content)s?|tx?t?search\w*)$", re.IGNORECASE
)
_SEARCHES = re.compile(r"search|sousuo|was5|jiansuo|/s(?:\?|$)", re.IGNORECASE)
_SAYS_SEARCH = re.compile(r"搜索|检索|搜一搜|关键[字词]")
_LOGIN = re.compile(r"login|logon|passw|denglu", re.IGNORECASE)


def find(page: Page) -> SearchForm | None:
    """The first form with a field for words that says of itself that it searches."""
    for form in tree(page.text).iter("form"):
        field = _words_field(form)
        if field and _searches(form):
            return _form(page, form, field)
    return None


def _words_field(form: html.HtmlElement) -> str:
    texts = [one for one in form.iter("input") if (one.get("type") or "text").lower() in {"text", "search"} and one.get("name")]
    named = [one for one in texts if _WORDS_FIELD.match(str(one.get("name")))]
    told = [one for one in texts if _SAYS_SEARCH.search(f"{one.get('placeholder') or ''}{one.get('value') or ''}{one.get('title') or ''}")]
    return str((named or told)[0].get("name")) if named or told else ""


def _searches(form: html.HtmlElement) -> bool:
    """Whether its address, its name or its button speaks of a search; a form that asks for a password never does."""
    if any((one.get("type") or "").lower() == "password" for one in form.iter("input")) or _LOGIN.search(form.get("action") or ""):
        return False
    names = " ".join(form.get(name) or "" for name in ("action", "id", "name", "class"))
    said = " ".join(
        f"{one.get('value') or ''}{one.get('placeholder') or ''}{one.text_content()}" for one in form.iter("input", "button", "a")
    )
    return bool(_SEARCHES.search(names) or _SAYS_SEARCH.search(said))


def _form(page: Page, form: html.HtmlElement, field: str) -> SearchForm:
    action = urljoin(page.url, form.get("action") or "")
    sent = {
        str(one.get("name")): str(one.get("value") or "")
        for one in form.iter("input")
        if one.get("name") and (one.get("type") or "").lower() == "hidden"
    }
    method = "post" if (form.get("method") or "").lower() == "post" else "get"
    # A page in a Chinese encoding sends its form in that encoding, too.
    return SearchForm(ID, action, {**sent, ":field": field, ":method": method, ":charset": page.encoding or "utf-8"})


def ask(form: SearchForm, words: str, number: int) -> Ask | None:
    """The form as a visitor sends it; only its first page has an address of its own."""
    if number > 1:
        return None
    params = dict(form.params)
    field, method, charset = (params.pop(name, usual) for name, usual in ((":field", "q"), (":method", "get"), (":charset", "utf-8")))
    fields = params | {field: words}
    if method == "post":
        return Ask(form.url, tuple(fields.items()))
    parts = urlsplit(form.url)
    return Ask(
        urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query_of(form.url) | fields, encoding=charset, errors="replace"), ""))
    )
