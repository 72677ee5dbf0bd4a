"""The pager prober: where the following page of a server-written list may be, from what the list says itself.

Pagers that look alike number their files differently, so nothing is believed before it is seen: several addresses are offered, likeliest
first and never many, the reader keeps the first that brings rows not met before, and the page so found has to be the place it was asked
for and of the same column. Only the way that proved itself is used from there on. Where the page does not say that there is more, nothing
is asked; a page that loads more as it is scrolled says so, and is asked what its script asks for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from crawler.column_name import column_name
from crawler.list_pager import Told, last_link, next_link, numbered_link, told
from crawler.list_scroll import loads_on_scroll
from crawler.listing import Ask, Item
from crawler.page import Page, base_url
from crawler.script_addresses import NUMBER, joined_addresses
from storage.domain.errors import LayoutChanged

MAX_PROBES = 6
"""Most addresses offered for one following page."""

QUERY_NAMES = ("page", "pageIndex", "currentPage", "cur_page", "curPage", "currPage", "currpage", "pageNo", "pageNum", "pageDec", "pn", "p")
_FILE = re.compile(r"^(?P<name>.*?)(?P<ext>\.(?:s?html?|jsp|aspx?|php))$", re.IGNORECASE)
_BEFORE_A_NUMBER = re.compile(rf"(?:[?&](?:{'|'.join(QUERY_NAMES)})=|[_\-/])$")
_PAGE_WORDS = re.compile(r"[（(]?第?\s*\d+\s*(?:/\s*\d+\s*)?页[）)]?$")
_NUMBER_FOLDER = re.compile(r"[a-z]{0,2}\d+(?:[_-]\d+)*|[0-9a-f-]{16,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Way:
    """An address with a place for the page's number, and the number to put there; a plain address where nothing is to be put."""

    template: str
    number: int

    @property
    def url(self) -> str:
        """The address."""
        return self.template.replace(NUMBER, str(self.number))


def probe(page: Page, items: Sequence[Item], params: Mapping[str, str]) -> tuple[tuple[Ask, ...], dict[str, str]]:
    """Addresses to try for the following page, best first, and what `continues` and the next `probe` must be told.

    `params` is what the page before gave, empty for the first page.
    """
    first = "offered" not in params
    rows_each = len(items) if first else int(params["rows_each"])
    said = _counted(told(page), rows_each)
    place = said.place or (1 if first else int(params["place"]) + 1)
    carry = dict(params)
    if first:
        scrolled = "1" if said.pages is None and loads_on_scroll(page) else ""
        carry = {"names": _name(page), "folders": json.dumps(sorted(_folders(items))), "scrolled": scrolled}
    ways = [way for way in _ways(page, said, place, carry) if way.url not in {page.url, page.requested_url}] if items else []
    unique = list({way.url: way for way in ways}.values())[:MAX_PROBES]
    carry |= {
        "offered": json.dumps([[way.template, way.number] for way in unique]),
        "place": str(place),
        "tells_place": "1" if said.place is not None else "",
        "rows_each": str(rows_each),
    }
    return tuple(Ask(way.url, referer=page.url) for way in unique), carry


def continues(page: Page, items: Sequence[Item], params: Mapping[str, str]) -> None:
    """Check that a page that was probed for is the one looked for.

    Raises:
        LayoutChanged: it says that it is another place of the list; its rows are of another column.
    """
    if "offered" not in params:
        return
    wanted, place = int(params["place"]) + 1, told(page).place
    if params.get("tells_place") and place is not None and place != wanted:
        raise LayoutChanged(f"要的是第 {wanted} 页，得到的是第 {place} 页", advice="请核对栏目的翻页方式")
    before, named = set(json.loads(params.get("folders", "[]"))), params.get("names", "")
    own = _folders(items)
    if before and own and not before & own and not (named and named == _name(page) and "columnname" in page.text.lower()):
        raise LayoutChanged("下一页给出的是别的栏目的条目", advice="请核对栏目的翻页方式")


def _counted(said: Told, rows_each: int) -> Told:
    """The same with the pages counted from the rows, where the page names only those."""
    if said.pages is not None or said.rows is None or not rows_each:
        return said
    return replace(said, pages=max(1, -(-said.rows // rows_each)))


def _ways(page: Page, said: Told, place: int, params: Mapping[str, str]) -> Iterator[Way]:
    if said.pages is not None and place >= said.pages:
        return
    onward, numbered, proven = next_link(page), numbered_link(page, place + 1), _proven(page, params)
    if onward or numbered:
        yield Way(onward or numbered, 0)
    if proven is not None:
        if said.pages is not None or onward or params.get("scrolled"):
            yield Way(proven.template, proven.number + 1)
    elif not onward and "offered" not in params and params.get("scrolled"):
        yield from _from_scripts(page, said)
    elif not onward and "offered" not in params and said.pages is not None:
        found = [*_from_last(page, said), *_from_scripts(page, said)]
        yield from found or _guesses(page, said)


def _proven(page: Page, params: Mapping[str, str]) -> Way | None:
    """The way that led here, if it was one with a number to count on from."""
    for template, number in json.loads(params.get("offered", "[]")):
        way = Way(str(template), int(number))
        if NUMBER in way.template and way.url in {page.requested_url, page.url}:
            return way
    return None


def _from_last(page: Page, said: Told) -> Iterator[Way]:
    """From the address of the last page: the number in it is that of the last page, or one less where they are counted from 0."""
    address = last_link(page)
    if not address or said.pages is None or said.pages < 2:
        return
    for found in reversed(list(re.finditer(r"(?<=[_/=])\d{1,5}(?=\.|&|$|/$)", address))):
        number = int(found.group())
        if number in {said.pages, said.pages - 1}:
            yield Way(address[: found.start()] + NUMBER + address[found.end() :], 2 - (said.pages - number))
            return


def _from_scripts(page: Page, said: Told) -> Iterator[Way]:
    """From a script that puts an address together around a number."""
    for found in joined_addresses(page.text):
        template = urljoin(base_url(page), found.template)
        if urlsplit(template).hostname != urlsplit(page.url).hostname or not _BEFORE_A_NUMBER.search(template.partition(NUMBER)[0]):
            continue
        for number in (1,) if found.less else _numbers(said):
            yield Way(template, number)


def _numbers(said: Told) -> tuple[int, ...]:
    """The number of the second page: a page that says its place can be checked, else the lower one must come first, or a page is lost."""
    return (2, 1) if said.place is not None else (1, 2)


def _guesses(page: Page, said: Told) -> Iterator[Way]:
    """The usual names, for a page that says that there is more and not where."""
    parts = urlsplit(page.url)
    folder, _, file = parts.path.rpartition("/")
    named = _FILE.match(file)
    stems = [(named["name"], named["ext"])] if named else [("index", ".html"), ("index", ".shtml")] if not file else []
    if not parts.query:
        for name, ext in stems:
            for number in (1, 2):
                # Lower first: a file of that number that holds new rows is the second page, whatever the other one is.
                yield Way(urlunsplit(parts._replace(path=f"{folder}/{name}_{NUMBER}{ext}")), number)
    for name in ("page", "pageIndex"):
        kept = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key != name]
        query = f"{urlencode(kept)}&{name}={NUMBER}" if kept else f"{name}={NUMBER}"
        for number in _numbers(said):
            yield Way(urlunsplit(parts._replace(query=query)), number)


def _name(page: Page) -> str:
    return _PAGE_WORDS.sub("", column_name(page)).strip()


def _folders(items: Sequence[Item]) -> set[str]:
    """Where the rows' documents lie, folders of dates and numbers left out."""
    return {_folder(item.url) for item in items}


def _folder(url: str) -> str:
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/")[:-1] if segment and not _NUMBER_FOLDER.fullmatch(segment)]
    return f"{parts.hostname}/{'/'.join(segments)}"
