"""What stands behind a line of a list: the page, its files, and what is not a file although it answers for one."""

import asyncio
from datetime import UTC, date, datetime

from crawler.fetching import Reply
from crawler.page import page
from crawler.report_pages import fetch_report
from storage.domain.enums import DateKind
from storage.domain.ids import Sha256
from storage.domain.visits import ListLine

NOW = datetime(2025, 2, 3, tzinfo=UTC)
LINE = ListLine("http://a.gov.test/x/t1.html", "云溪县教育局2024年政府信息公开工作年度报告")
ARTICLE = '<html><body><div id="zoom"><p>请见附件。</p><a href="./report.pdf">附件</a></div></body></html>'


def _portal(file: tuple[bytes, str], *, modified: str = ""):
    """A portal whose article has one attachment, answered with these bytes under this media type."""

    async def ask_file(ask, role):
        body, media_type = (ARTICLE.encode(), "text/html") if role == "page" else file
        headers = {"content-type": media_type} | ({"last-modified": modified} if modified and role != "page" else {})
        return Reply(page(ask.url, 200, body, headers), None, NOW, NOW), Sha256(f"{role:0<64}")

    return ask_file


def test_the_file_is_the_report_where_the_page_only_points_to_it():
    found = asyncio.run(fetch_report(LINE, _portal((b"%PDF-1.7 ...", "application/pdf")), referer=""))
    assert found.version is not None
    assert found.version.carrier == "pdf"


def test_a_page_in_place_of_the_file_is_tried_again_and_never_the_report():
    login = (b"<html><body>please sign in</body></html>", "text/html")
    found = asyncio.run(fetch_report(LINE, _portal(login), referer=""))
    assert found.version is None
    assert found.passing
    again = asyncio.run(fetch_report(LINE, _portal(login), referer="", accept_gaps=True))
    assert again.version is not None
    assert again.version.carrier == "html"
    assert again.passing


def test_since_when_the_file_stands_on_its_server_is_evidence_in_the_time_of_china():
    portal = _portal((b"%PDF-1.7 ...", "application/pdf"), modified="Fri, 31 Jan 2025 16:00:00 GMT")
    found = asyncio.run(fetch_report(LINE, portal, referer=""))
    assert [(mention.kind, mention.value) for mention in found.version.dates] == [(DateKind.HTTP, date(2025, 2, 1))]
    assert found.version.published_on is None
