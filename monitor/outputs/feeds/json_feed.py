"""A feed as JSON Feed 1.1."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from monitor.outputs.feeds.entries import Entry, Feed, line, plain

MEDIA_TYPE = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(feed: Feed) -> bytes:
    """The document in UTF-8. Contents are `content_text`: nothing that a portal wrote can become markup."""
    document: dict[str, Any] = {"version": VERSION, "title": line(feed.title), "home_page_url": feed.home}
    if feed.address:
        document["feed_url"] = feed.address
    document |= {"language": "zh-CN", "authors": [{"name": "nianbao"}], "items": [_item(entry) for entry in feed.entries]}
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _item(entry: Entry) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.id,
        "url": entry.url,
        "title": line(entry.title),
        "content_text": plain(entry.text),
        "date_published": _stamp(entry.published),
        "date_modified": _stamp(entry.updated),
    }
    if entry.author:
        item["authors"] = [{"name": line(entry.author)}]
    if entry.tags:
        item["tags"] = [line(tag) for tag in entry.tags]
    return item


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
