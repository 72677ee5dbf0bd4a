"""Names of files as servers send them: decoded whatever way they were written, shown, and never a path."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.file_names import MAX_NAME, extension, file_name, header_text
from crawler.fetching import Reply
from crawler.page import page
from crawler.report_pages import fetch_report
from storage.domain.ids import Sha256
from storage.domain.visits import ListLine

from .style_reading import NOW

NAME = "教育局2024年年报.docx"
QUOTED = "%E6%95%99%E8%82%B2%E5%B1%802024%E5%B9%B4%E5%B9%B4%E6%8A%A5.docx"
QUOTED_GBK = "%BD%CC%D3%FD%BE%D62024%C4%EA%C4%EA%B1%A8.docx"
ARTICLE = '<html><body><div id="zoom"><p>见附件。</p><a href="/system/_content/download.jsp?wbfileid=7">附件1</a></div></body></html>'


@pytest.mark.parametrize(
    "header",
    [
        f"attachment; filename*=UTF-8''{QUOTED}",
        f"attachment; filename=report.docx; filename*=utf-8'zh-CN'{QUOTED}",
        f"attachment; filename*=GBK''{QUOTED_GBK}",
        f'attachment; filename="{QUOTED}"',
        f"attachment;filename={QUOTED_GBK}",
        f'attachment; filename="{NAME}"',
        f"inline; FileName = {NAME}",
        "attachment; filename==?UTF-8?B?5pWZ6IKy5bGAMjAyNOW5tOW5tOaKpS5kb2N4?=",
        f'attachment; filename="{NAME.encode("gb18030").decode("latin-1")}"',
        f'attachment; filename="{NAME.encode().decode("latin-1")}"',
        header_text(f'attachment; filename="{NAME}"'.encode("gb18030")),
        header_text(f'attachment; filename="{NAME}"'.encode()),
        f'attachment; filename="../../etc/{NAME}"',
        f'attachment; filename="C:\\\\files\\\\{NAME}"',
        f'attachment; filename="{NAME[:3]}\u202e{NAME[3:]}\x07"',
    ],
)
def test_a_name_is_read_whichever_way_it_is_written(header):
    assert file_name(header) == NAME


@pytest.mark.parametrize("header", ["", "inline", "attachment; filename=", 'attachment; filename=""', "attachment; filename*=klingon''a"])
def test_no_name_is_no_name(header):
    assert file_name(header) == ""


def test_a_long_name_keeps_its_extension():
    shown = file_name(f'attachment; filename="{"年" * 500}.pdf"')
    assert len(shown) == MAX_NAME
    assert extension(shown) == "pdf"


@given(st.text(max_size=300), st.sampled_from(["{}", 'attachment; filename="{}"', "attachment; filename*=utf-8''{}", "a; filename={}"]))
def test_whatever_is_sent_no_name_is_a_path(text, form):
    shown = file_name(form.format(text))
    assert not {"/", "\\", "\x00", "\n"} & {*shown}
    assert shown not in {".", ".."}
    assert len(shown) <= MAX_NAME


def _fetch(body, headers):
    async def ask_file(ask, role):
        found = (ARTICLE.encode(), {"content-type": "text/html"}) if role == "page" else (body, headers)
        return Reply(page(ask.url, 200, *found), None, NOW, NOW), Sha256(f"{role:0<64}")

    line = ListLine("http://a.gov.test/x/t1.html", "云溪县教育局2024年政府信息公开工作年度报告")
    return asyncio.run(fetch_report(line, ask_file, referer=""))


def test_a_file_of_an_address_without_a_name_has_the_one_the_server_gives():
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
    found = _fetch(ole, {"content-type": "application/octet-stream", "content-disposition": 'attachment; filename="年报.doc"'})
    assert (found.version.carrier, found.version.main_sha256) == ("doc", Sha256(f"{'document':0<64}"))


def test_the_bytes_are_believed_before_the_name():
    found = _fetch(b"%PDF-1.7 ...", {"content-type": "application/msword", "content-disposition": 'attachment; filename="年报.doc"'})
    assert found.version.carrier == "pdf"


def test_a_page_where_a_download_address_should_give_a_file_is_tried_again():
    found = _fetch(b"<html><body><form>captcha</form></body></html>", {"content-type": "text/html"})
    assert (found.version, found.passing) == (None, True)
