"""What the specifications ask of feeds and calendars, as checks that name the clause. Parsers of others are asked beside them."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import feedparser
import icalendar
import ics
import vobject
from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
FEED_ONCE, ENTRY_ONCE = {"id", "title", "updated"}, {"id", "title", "updated", "published", "summary"}


def absolute(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.scheme and (parts.netloc or parts.path)) and not re.search(r"[\s<>\"{}|\\^`]", address)


def check_atom(data: bytes) -> list[etree._Element]:
    """RFC 4287; the entries."""
    read = feedparser.parse(data)
    assert not read.bozo, read.bozo_exception
    assert read.version == "atom10"
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, huge_tree=False))
    assert root.tag == f"{ATOM}feed"
    _once(root, FEED_ONCE, needed=FEED_ONCE)  # 4.1.1
    entries = root.findall(f"{ATOM}entry")
    assert root.find(f"{ATOM}author") is not None or all(entry.find(f"{ATOM}author") is not None for entry in entries)
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids)
    for entry in entries:
        _once(entry, ENTRY_ONCE, needed=FEED_ONCE)  # 4.1.2
        assert [link for link in entry.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
    for one in root.iter(f"{ATOM}id"):
        assert absolute(one.text or "")  # 4.2.6
    for link in root.iter(f"{ATOM}link"):
        assert absolute(link.get("href", ""))
    for stamp in [*root.iter(f"{ATOM}updated"), *root.iter(f"{ATOM}published")]:
        assert RFC3339.fullmatch(stamp.text or "")  # 3.3
    for author in root.iter(f"{ATOM}author"):
        assert author.findtext(f"{ATOM}name")  # 3.2
    for text in [*root.iter(f"{ATOM}title"), *root.iter(f"{ATOM}summary")]:
        assert text.get("type", "text") == "text"
        assert len(text) == 0
    assert len(read.entries) == len(entries)
    return entries


def _once(element: etree._Element, names: set[str], *, needed: set[str]) -> None:
    for name in names:
        count = len(element.findall(ATOM + name))
        assert count <= 1, name
        assert count or name not in needed, name


def check_json_feed(data: bytes) -> dict[str, Any]:
    """JSON Feed 1.1; the document."""
    read: dict[str, Any] = json.loads(data)
    assert read["version"] == "https://jsonfeed.org/version/1.1"
    assert set(read) <= {"version", "title", "home_page_url", "feed_url", "language", "authors", "items", "description"}
    assert isinstance(read["title"], str)
    assert read["title"]
    ids = [item["id"] for item in read["items"]]
    assert len(set(ids)) == len(ids)
    for address in (read["home_page_url"], *(item["url"] for item in read["items"])):
        assert absolute(address)
    for item in read["items"]:
        assert isinstance(item["id"], str)
        assert isinstance(item["content_text"], str)
        assert "content_html" not in item
        for name in ("date_published", "date_modified"):
            assert RFC3339.fullmatch(item[name])
            datetime.fromisoformat(item[name])
        assert all(isinstance(tag, str) for tag in item.get("tags", []))
        assert all(author["name"] for author in item.get("authors", []))
    return read


def check_calendar(data: bytes) -> list[Any]:
    """RFC 5545, by its own grammar of lines and by three readers of others; the events."""
    text = data.decode()
    assert text.endswith("\r\n")
    for line in data.split(b"\r\n")[:-1]:
        assert len(line) <= 75  # 3.1, octets
        line.decode()  # no character is cut
        assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line)
    for whole in text.replace("\r\n ", "").split("\r\n")[:-1]:
        assert re.match(r"[A-Z0-9-]+([;][^:]*)?:", whole), whole
        name, _, value = whole.partition(":")
        if name in {"SUMMARY", "DESCRIPTION", "NAME", "X-WR-CALNAME"}:
            assert not re.search(r"(?<!\\)(?:\\\\)*[,;]", value)  # 3.3.11
            assert not re.search(r"\\[^nN,;\\]", value.replace("\\\\", ""))
    read = icalendar.Calendar.from_ical(data)
    assert not read.errors
    assert read.subcomponents  # 3.6: at least one component
    events = list(read.walk("VEVENT"))
    for event in events:
        assert not event.errors
        assert {"UID", "DTSTAMP", "DTSTART"} <= set(event)
    assert len({str(event["UID"]) for event in events}) == len(events)
    assert {event.uid for event in ics.Calendar(text).events} == {str(event["UID"]) for event in events}
    if events:
        vobject.readOne(text).validate(raiseException=True)
    return events
