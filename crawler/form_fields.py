"""What a browser sends of a form when a script submits it. Pure."""

from __future__ import annotations

from lxml import html

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
