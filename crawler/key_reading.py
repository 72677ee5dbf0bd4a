"""Where the rows of a page's script lie in the answer it got: found once by the rows the finished page shows, read again by that. Pure.

A reading is a few words: `kind` rows of JSON objects, or a piece of HTML; `path` to them inside JSON; the fields of title and date; how
the address is made of a field. It is taken only where it gives exactly the rows shown, in their order.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from crawler.list_answers import ends_here, fragment_page, json_shown, mapping, moment_day, placed, text_of, whole_number
from crawler.list_rows import absolute, rows
from crawler.listing import Item
from crawler.page import Page

JSON, HTML = "json", "html"
_TOTAL = re.compile(r"^(?:total\w*|count|\w*count|records|rows?num|sum)$", re.IGNORECASE)
_MAX_DEPTH = 8
_SLOT = "{}"

Path = tuple[str | int, ...]


def infer(answer: Page, shown: Sequence[Item], page_url: str) -> Mapping[str, str] | None:
    """How the rows shown are read from this answer, None where it does not hold them."""
    value = json_shown(answer)
    if value is not None:
        return _of_json(value, shown, page_url)
    return {"kind": HTML} if _same_rows(answer, shown, page_url, whole=True) else None


def _of_json(value: object, shown: Sequence[Item], page_url: str) -> Mapping[str, str] | None:
    for path, one in _walk(value):
        found = None
        if isinstance(one, list) and len(one) == len(shown) and all(isinstance(row, dict) for row in one):
            found = _fields([mapping(row) for row in one], shown, page_url)
        elif isinstance(one, str) and "<a" in one.lower() and _same_rows(_answer(page_url, one), shown, page_url, whole=False):
            found = {"inner": HTML}
        if found is not None:
            return {**found, "kind": JSON, "path": json.dumps(path), "total": json.dumps(_total_path(value, path, len(shown)))}
    return None


def _answer(url: str, markup: str) -> Page:
    return fragment_page(Page(url, 200, b"", {}), markup)


def _same_rows(answer: Page, shown: Sequence[Item], page_url: str, *, whole: bool) -> bool:
    found = _read_html(answer, page_url, whole=whole)
    return found is not None and [_print(item) for item in found[0]] == [_print(item) for item in shown]


def _walk(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    yield path, value
    if len(path) >= _MAX_DEPTH:
        return
    children: Sequence[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list) and len(value) <= 3:
        children = list(enumerate(value))
    for name, one in children:
        yield from _walk(one, (*path, name))


def _fields(objects: Sequence[Mapping[str, object]], shown: Sequence[Item], page_url: str) -> Mapping[str, str] | None:
    """The fields of title, address and date that give the rows shown."""
    names = sorted(set.intersection(*(set(one) for one in objects))) if objects else []
    every = sorted({name for one in objects for name in one})
    title = next((name for name in names if [text_of(one[name]) for one in objects] == [item.title for item in shown]), None)
    link = _link(objects, names, shown, page_url)
    day = _day(objects, every, shown)
    return None if title is None or link is None or day is None else {"title": title, **link, "day": day}


def _link(objects: Sequence[Mapping[str, object]], names: Sequence[str], shown: Sequence[Item], page_url: str) -> dict[str, str] | None:
    """The field that is the address, or the one that stands in it between the same words in every row."""
    for name in names:
        if [absolute(page_url, text_of(one[name])) for one in objects] == [item.url for item in shown]:
            return {"link": name, "around": _SLOT}
    if len(shown) < 2:
        # One row agrees with anything.
        return None
    for name in names:
        value = text_of(objects[0][name])
        if not value:
            continue
        for found in re.finditer(re.escape(value), shown[0].url):
            around = shown[0].url[: found.start()] + _SLOT + shown[0].url[found.end() :]
            made = [around.replace(_SLOT, text_of(one[name])) for one in objects]
            if made == [item.url for item in shown] and len(set(made)) == len(made):
                return {"link": name, "around": around}
    return None


def _day(objects: Sequence[Mapping[str, object]], names: Sequence[str], shown: Sequence[Item]) -> str | None:
    """The field of the date; empty where no row shows one, None where they do and no field holds it."""
    wanted = [item.listed_on for item in shown]
    if not any(wanted):
        return ""
    return next((name for name in names if [moment_day(one.get(name))[1] for one in objects] == wanted), None)


def _total_path(value: object, rows_path: Path, count: int) -> Path | None:
    """Where the answer counts the rows of the whole list: a number not smaller than the rows here, the nearest to them."""
    found: list[Path] = []
    for path, one in _walk(value):
        number = whole_number(one) if not isinstance(one, dict | list) else None
        if path and number is not None and number >= count and _TOTAL.match(str(path[-1])) and path[:-1] == rows_path[: len(path) - 1]:
            found.append(path)
    return max(found, key=len, default=None)


def read(answer: Page, reading: Mapping[str, str], page_url: str) -> tuple[tuple[Item, ...], int | None] | None:
    """The rows of an answer and how many the whole list has, if it says; None where the answer has no place for rows any more."""
    if reading["kind"] == HTML:
        return _read_html(answer, page_url, whole=True)
    value = json_shown(answer)
    found = _at(value, json.loads(reading["path"]))
    place = json.loads(reading.get("total") or "null")
    total = whole_number(_at(value, place)) if place else None
    if reading.get("inner"):
        inner = _read_html(_answer(page_url, found), page_url, whole=False) if isinstance(found, str) else None
        return None if inner is None else (inner[0], total)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        return None
    made = [_item(mapping(one), reading, page_url) for one in found]
    return None if None in made else (placed(item for item in made if item is not None), total)


def _read_html(answer: Page, page_url: str, *, whole: bool) -> tuple[tuple[Item, ...], int | None] | None:
    base = Page(page_url, answer.status, answer.body, answer.headers, answer.text, requested_url=page_url)
    found = rows(fragment_page(base, answer.text) if whole else base)[0]
    return (found, None) if found or ends_here(answer) else None


def _item(one: Mapping[str, object], reading: Mapping[str, str], page_url: str) -> Item | None:
    title, value = text_of(one.get(reading["title"])), text_of(one.get(reading["link"]))
    around = reading["around"]
    url = absolute(page_url, value) if around == _SLOT else (around.replace(_SLOT, value) if value else "")
    raw, day = moment_day(one.get(reading["day"])) if reading["day"] else ("", None)
    return Item(url, title, raw, day) if url and title else None


def _at(value: object, path: Sequence[str | int]) -> object:
    for name in path:
        if isinstance(value, dict) and isinstance(name, str):
            value = value.get(name)
        elif isinstance(value, list) and isinstance(name, int) and name < len(value):
            value = value[name]
        else:
            return None
    return value


def _print(item: Item) -> tuple[str, str, date | None]:
    return item.url, item.title, item.listed_on
