"""What a browser sends of a form when a script submits it. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from lxml import html

from crawler.list_rows import absolute
from crawler.page import Page, base_url

_NOT_SENT = frozenset({"submit", "button", "image", "reset", "file", "checkbox", "radio"})


def sent_fields(form: html.HtmlElement) -> list[tuple[str, str]]:
    """Names and values in the form's order: no button, nothing unnamed, of a choice the chosen or the first."""
    found: list[tuple[str, str]] = []
    for field in form.iter("input", "select", "textarea"):
        name, kind = field.get("name") or "", (field.get("type") or "text").lower()
        if not name or (field.tag == "input" and kind in _NOT_SENT and field.get("checked") is None):
            continue
        if field.tag == "select":
            chosen = field.xpath(".//option[@selected]") or field.xpath(".//option")
            found += [(name, option.get("value") or option.text or "") for option in chosen[:1]]
        else:
            found.append((name, field.get("value") or "" if field.tag == "input" else field.text or ""))
    return found


def action_of(page: Page, form: html.HtmlElement) -> str:
    """Where the form is sent, the page itself where it says nothing; empty where that is another host."""
    address = absolute(base_url(page), form.get("action") or "") or page.url
    return address if urlsplit(address).hostname == urlsplit(page.url).hostname else ""
