"""A report split over several pages is one report: all its pages are fetched, kept in order, and read as one; half a report is none."""

import asyncio
import hashlib
from dataclasses import dataclass, field

import pytest

from crawler.demo.pages import not_found
from crawler.discovery.continuations import MAX_PARTS, further_pages, is_further
from crawler.discovery.troubles import trouble
from crawler.fetching import Reply
from crawler.listing import Ask
from crawler.page import page
from crawler.parsing.report import Hints, parse
from crawler.report_pages import fetch_report
from storage.domain.enums import ReadingQuality
from storage.domain.ids import Sha256
from storage.domain.originals import CONTINUATION
from storage.domain.visits import ListLine

from .style_reading import NOW, Portal, entries, site, with_report

FIRST = "http://a.gov.test/nb/202501/t20250116_12.html"
TITLE = "云溪县教育局2024年政府信息公开工作年度报告"


def _page(url, body, title=TITLE):
    text = f'<html><head><meta name="ArticleTitle" content="{title}"></head><body><div class="TRS_Editor">{body}</div></body></html>'
    return page(url, 200, text.encode(), {"content-type": "text/html; charset=utf-8"})


@dataclass
class Files:
    """A portal whose answers are kept by their hash; what is named in `away` is not there."""

    portal: Portal
    away: str = "nothing"
    kept: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)

    async def ask_file(self, ask, role):
        found = self.portal.get(ask)
        self.asked.append(ask.url)
        if self.away in ask.url:
            answer = not_found(self.portal.site)
            found = page(ask.url, answer.status, answer.body, {"content-type": answer.media_type})
        digest = Sha256(hashlib.sha256(found.body).hexdigest())
        self.kept[digest] = found.body
        return Reply(found, trouble(found), NOW, NOW), digest


def _fetched(variant, lines, **rest):
    portal = Portal(site("trs", "/zwgk/zfxxgk/zfxxgknb/", variant), lines)
    reading, _ = portal.read()
    first = reading.items[0]
    files = Files(portal, **{name: value for name, value in rest.items() if name == "away"})
    accept = rest.get("accept_gaps", False)
    return files, asyncio.run(fetch_report(ListLine(first.url, first.title), files.ask_file, referer="", accept_gaps=accept))


def _read(files, version):
    further = tuple(files.kept[part.sha256] for part in version.parts if part.role == CONTINUATION)
    return parse(files.kept[version.main_sha256], source=version.url, hints=Hints(report_year=2024, further=further))


@pytest.mark.parametrize("count", [2, 3])
def test_a_split_report_reads_like_the_whole_one(count):
    # The number of the newest line decides whether the pages are named by the pager's call or by links.
    lines = with_report(entries(count), "html")
    whole_files, whole = _fetched("", lines)
    files, split = _fetched("split", lines)
    assert [part.role for part in split.version.parts] == [CONTINUATION, CONTINUATION]
    assert [part.name for part in split.version.parts] == ["第2页", "第3页"]
    assert split.version.carrier == "html"
    one, other = _read(whole_files, whole.version), _read(files, split.version)
    assert one.reading.quality is ReadingQuality.HIGH
    assert other.reading == one.reading
    assert {path: cell.raw for path, cell in other.cells.items()} == {path: cell.raw for path, cell in one.cells.items()}
    assert [(section.number, section.text) for section in other.sections] == [(s.number, s.text) for s in one.sections]
    assert (other.title, other.report_year) == (one.title, one.report_year)


def test_the_first_page_alone_does_not_read_like_the_whole():
    files, split = _fetched("split", with_report(entries(2), "html"))
    alone = parse(files.kept[split.version.main_sha256], source=split.version.url, hints=Hints(report_year=2024))
    assert alone.reading.quality is not ReadingQuality.HIGH


def test_a_report_of_which_a_page_is_away_is_tried_again_before_it_counts():
    lines = with_report(entries(2), "html")
    _, found = _fetched("split", lines, away="_1.html")
    assert (found.version, found.passing) == (None, True)
    _, again = _fetched("split", lines, away="_2.html", accept_gaps=True)
    assert again.passing
    assert [part.role for part in again.version.parts] == [CONTINUATION]


def test_another_meaning_of_a_further_page_is_another_version():
    lines = with_report(entries(2), "html")
    files, split = _fetched("split", lines)
    assert split.version.text_sha256
    _, whole = _fetched("", lines)
    assert split.version.text_sha256 != whole.version.text_sha256 or split.version.parts != whole.version.parts
    assert len(files.asked) == 3


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<a href="t20250116_12_2.html">3</a><a href="t20250116_12_1.html">2</a>', ["_1.html", "_2.html"]),
        ('<a href="t20250116_13.html">下一篇</a><a href="t20250116_11.html">上一篇</a>', []),
        ('<a href="/nb/202402/t20250116_12_1.html">2</a>', []),
        ('<a href="http://b.gov.test/nb/202501/t20250116_12_1.html">2</a>', []),
        ('<a href="t20250116_12.html?page=2">下一页</a><a href="t20250116_12.html?print=1">打印</a>', [".html?page=2"]),
        ('<script>createPageHTML(3, 0, "index", "html")</script>', []),
        ('<script>createPageHTML(2, 0, "t20250116_12", "html")</script>', ["_1.html"]),
        ("<script>createPageHTML('paging', 2, 1, 't20250116_12', 'html', 9)</script>", ["_2.html"]),
    ],
)
def test_only_the_same_article_with_a_number_is_a_further_page(body, expected):
    stem = FIRST.removesuffix(".html")
    assert [address.removeprefix(stem) for address in further_pages(_page(FIRST, body), FIRST)] == expected


def test_a_page_of_another_title_or_of_the_same_words_does_not_go_on():
    first = _page(FIRST, "<p>一、总体情况</p>")
    assert is_further(_page(FIRST, "<p>二、主动公开</p>"), first)
    assert is_further(_page(FIRST, "<p>二、主动公开</p>", title=f"{TITLE}(2)"), first)
    assert not is_further(_page(FIRST, "<p>一、总体情况</p>"), first)
    assert not is_further(_page(FIRST, "<p>二、主动公开</p>", title=TITLE.replace("教育", "民政")), first)
    assert not is_further(_page(FIRST, ""), first)


def test_pages_without_end_are_not_followed_for_ever():
    asked = []

    async def ask_file(ask: Ask, role):
        asked.append(ask.url)
        links = "".join(f'<a href="t20250116_12_{number}.html">{number}</a>' for number in range(1, 99))
        return Reply(_page(ask.url, f"<p>{ask.url}</p>{links}"), None, NOW, NOW), Sha256(f"{len(asked):064d}")

    found = asyncio.run(fetch_report(ListLine(FIRST, TITLE), ask_file, referer=""))
    assert len(asked) == MAX_PARTS + 1
    assert found.version is None
    assert found.passing
