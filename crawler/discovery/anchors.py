"""Links of a page and how likely each leads towards the column of annual reports. Pure.

The name of the area and of its parts is prescribed (国办公开办函〔2019〕61号), so words decide; paths only help where words are missing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from lxml import html

from crawler.addresses import refreshes
from crawler.discovery.naming import subject_of
from crawler.list_rows import absolute, address_of, clickable, looks_like_article, rows
from crawler.page import Page, base_url, tree, visible_text
from crawler.script_addresses import named_in_scripts

COLUMN = 0.6
"""From this score on a link is taken for the column itself, below it for a page on the way."""

_WORDS: tuple[tuple[float, re.Pattern[str]], ...] = (
    (1.0, re.compile(r"政府信息公开(?:工作)?(?:年度(?:工作)?报告|年报)")),
    (0.95, re.compile(r"信息公开(?:工作)?(?:年度(?:工作)?报告|年报)")),
    (0.9, re.compile(r"公开年报|公开年度报告")),
    (0.85, re.compile(r"^(?:历年|往年|历史|各年度?)?(?:年报|年度报告)(?:汇总|专栏)?$")),
    (0.8, re.compile(r"^(?:20\d\d)年?度?(?:年报|年度报告)$")),
    (0.55, re.compile(r"政府信息公开(?:专栏|平台|专区)?$|^信息公开$")),
    (0.5, re.compile(r"法定主动公开(?:内容)?|主动公开")),
    (0.45, re.compile(r"信息公开")),
    (0.4, re.compile(r"政务公开|政府公开|^公开$|年报|年度报告")),
    (0.15, re.compile(r"网站地图|站点地图|更多")),
)
_OTHER = re.compile(
    r"工作年度报表|年度报表|网站(?:工作)?年|法治|依法行政|预算|决算|统计|企业|质量|环境|社会责任|审计|信用|事业单位|解读|图解|申请|意见箱|"
    r"监督保障|公开指南$|公开制度$|登录|注册"
)
_YEAR_WORDS = re.compile(r"20\d\d\s*年|信息公开.*(?:报告|年报)")
_YEAR = re.compile(r"^(?:20\d\d)\s*年?度?$")
_GROUP = re.compile(
    r"(?:\S{0,12}政府(?:本级|办公室)?|\S{0,8}(?:部门|委办局|委局|局办|单位|机构)|\S{0,6}(?:乡镇|镇乡|镇街|街镇|街道|街乡|乡村|园区|开发区|区县|县区|县市|市县|市州|市区))"
    r"(?:[（(]?(?:街道|镇|乡|园区|办事处|管委会|场)[）)]?)?(?:年报|年度报告)?"
)
"""Into what the column of a whole county is divided: the government itself, its departments, its towns."""

_OFFICE = re.compile(r"[一-鿿]{2,16}(?:局|委员会|委|办公室|厅|街道|街道办事处|镇|乡|人民政府)(?:年报|年度报告)?")
"""A link of an index that leads to one publisher's own list. What it publishes about (审计、统计、环境) may be in its very name."""

_OF_YEAR, _OF_GROUP = "year:", "group:"
_PATH = re.compile(
    r"(?:^|[/_\-])(?:\d{2,4})?(?:zf)?(?:xx)?g(?:ong)?k(?:gz)?(?:nd)?(?:nb|bg)\w{0,6}(?=[/._\-]|$)|(?:^|/)(?:\d{2,4})?(?:ndbg|nb)(?:_\w+)?(?=[/._]|$)"
)
_AREA_PATH = re.compile(r"(?:^|/)(?:zf)?xxgk(?:pt|zl|ml)?(?:_\w+)?(?=/|$)|/gkmlpt/")
_FRAMES = ("iframe", "frame")
_ADDRESS = re.compile(r"(?:https?://|\.{0,2}/)\S{1,300}|[\w\-./]{1,200}\.(?:s?html?|jhtml|jsp|aspx?|php)(?:\?\S{0,200})?|\?\S{1,200}")
_JUMP = re.compile(r"""(?:window\.|self\.|top\.|document\.)?location(?:\.href)?\s*=\s*["']([^"']{1,300})["']""")


@dataclass(frozen=True, slots=True)
class Link:
    """One way from a page: absolute address, its words, a score from 0 to 1, and the evidence for it."""

    url: str
    words: str
    score: float
    why: str


def links(page: Page, *, in_column: bool = False) -> tuple[Link, ...]:
    """Ways onward worth asking, best first, each address once. `in_column` means that the page is such a column: years are parts of it."""
    best: dict[str, Link] = {}
    dated = {item.url for item in rows(page)[0] if item.raw_date}
    for address, words in _targets(page):
        score, why = score_of(words, address, in_column=in_column)
        # A dated row is a document; so is an undated one that names a publisher.
        if score <= 0 or address in dated or (looks_like_article(address) and _YEAR_WORDS.search(words) and subject_of(words)):
            continue
        found = best.get(address)
        if found is None or score > found.score:
            best[address] = Link(address, words, score, why)
    # The newest year first: its reports are the awaited ones, and a search asks a bounded number of pages.
    years = sorted((link for link in best.values() if link.why.startswith(_OF_YEAR)), key=lambda link: link.words, reverse=True)
    for place, link in enumerate(years):
        best[link.url] = replace(link, score=max(link.score - place / 50, COLUMN))
    return tuple(sorted(best.values(), key=lambda link: -link.score))


def is_part_link(link: Link) -> bool:
    """Whether the link leads to a part of the column it stands in: a year, or a group of publishers."""
    return link.why.startswith((_OF_YEAR, _OF_GROUP))


def lies_below(address: str, column: str) -> bool:
    """Whether an address lies in the folder of a column."""
    return address != column and address.startswith(column.partition("?")[0].rpartition("/")[0] + "/")


def of_its_year(part: Link, way: Link) -> Link:
    """A group's link with the year of the page on which it stands."""
    if not (part.why.startswith(_OF_GROUP) and way.why.startswith(_OF_YEAR)):
        return part
    return replace(part, words=f"{way.words} {part.words}")


def score_of(words: str, address: str, *, in_column: bool = False) -> tuple[float, str]:
    """How likely a link leads to the column, and why; 0 where its words name something else."""
    bare = "".join(unicodedata.normalize("NFKC", words).split())
    if in_column and _OFFICE.fullmatch(bare) and not looks_like_article(address):
        return 0.79, f"{_OF_GROUP}{bare}"
    if in_column and _YEAR.match(bare):
        return 0.8, f"{_OF_YEAR}{bare}"
    if bare == _FRAME_WORD:
        return 0.5, "frame"
    if _OTHER.search(bare):
        return 0.0, "other-words"
    if in_column and _GROUP.fullmatch(bare):
        return 0.79, f"{_OF_GROUP}{bare}"
    score, why = 0.0, ""
    for value, pattern in _WORDS:
        if pattern.search(bare):
            score, why = value, f"words:{bare[:30]}"
            break
    path, area = _path_score(address)
    if path and (score >= 0.4 or not bare or len(bare) <= 12):
        return max(score, 0.65) + 0.02, f"{why or 'path'}; path" if why else "path"
    return (score, why) if score else (area, "path-area" if area else "")


def has_column_path(address: str) -> bool:
    """Whether the address itself says that it is a column of annual reports."""
    return bool(_path_score(address)[0])


_FRAME_WORD = "〔frame〕"


def _path_score(address: str) -> tuple[float, float]:
    path = urlsplit(address).path.lower()
    return (0.65 if _PATH.search(path) else 0.0), (0.3 if _AREA_PATH.search(path) else 0.0)


def _targets(page: Page) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    root = tree(page.text)
    for element in (*clickable(page), *root.iter("area", "option", *_FRAMES)):
        address = _chosen(page, element) if element.tag == "option" else _target(page, element)
        if address and address != page.url:
            found.append((address, _FRAME_WORD if element.tag in _FRAMES else _words(element)))
    found += [(one.target, _FRAME_WORD) for one in refreshes(page)]
    found += [(absolute(base_url(page), address), words) for address, words in named_in_scripts(page.text)]
    if len(page.text) < 2000:
        found += [(absolute(page.url, match.group(1)), _FRAME_WORD) for match in _JUMP.finditer(page.text)]
    return [(address, words) for address, words in found if address]


def _target(page: Page, element: html.HtmlElement) -> str:
    return absolute(base_url(page), element.get("src") or "") if element.tag in _FRAMES else address_of(page, element)


def _chosen(page: Page, option: html.HtmlElement) -> str:
    """Where choosing an option leads, if its value is an address: years are often chosen so."""
    value = (option.get("value") or "").strip()
    return absolute(base_url(page), value) if _ADDRESS.fullmatch(value) else ""


def _words(element: html.HtmlElement) -> str:
    shown = " ".join(visible_text(element).split())
    title = " ".join((element.get("title") or element.get("alt") or "").split())
    if not shown:
        shown = next((image.get("alt") or "" for image in element.iter("img") if image.get("alt")), "")
    return title if title and (not shown or shown.rstrip(".…") in title) else shown
