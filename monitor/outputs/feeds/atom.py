"""A feed as Atom (RFC 4287)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from lxml import etree

from monitor.outputs.feeds.entries import Entry, Feed, line, plain

MEDIA_TYPE = "application/atom+xml"

_ATOM = "http://www.w3.org/2005/Atom"
GENERATOR = "nianbao"


def atom(feed: Feed) -> bytes:
    """The document in UTF-8. All texts are of type `text`: nothing that a portal wrote can become markup."""
    names: Any = {None: _ATOM}
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap=names)
    root.set("{http://www.w3.org/XML/1998/namespace}lang", "zh-CN")
    _add(root, "id", feed.id)
    _add(root, "title", line(feed.title))
    _add(root, "updated", _stamp(feed.updated))
    _author(root, GENERATOR)
    _add(root, "generator", GENERATOR)
    _link(root, "alternate", feed.home, "text/html")
    if feed.address:
        _link(root, "self", feed.address, MEDIA_TYPE)
    for entry in feed.entries:
        _entry(root, entry)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _entry(root: etree._Element, entry: Entry) -> None:
    made = etree.SubElement(root, f"{{{_ATOM}}}entry")
    _add(made, "id", entry.id)
    _add(made, "title", line(entry.title))
    _add(made, "published", _stamp(entry.published))
    _add(made, "updated", _stamp(entry.updated))
    if entry.author:
        _author(made, line(entry.author))
    _link(made, "alternate", entry.url, "text/html")
    for tag in entry.tags:
        etree.SubElement(made, f"{{{_ATOM}}}category", {"term": line(tag)})
    _add(made, "summary", plain(entry.text))


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{_ATOM}}}{name}").text = text


def _author(parent: etree._Element, name: str) -> None:
    _add(etree.SubElement(parent, f"{{{_ATOM}}}author"), "name", name)


def _link(parent: etree._Element, relation: str, address: str, media_type: str) -> None:
    etree.SubElement(parent, f"{{{_ATOM}}}link", {"rel": relation, "type": media_type, "href": address})


def _stamp(instant: datetime) -> str:
    """RFC 3339, to the second, in UTC."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
