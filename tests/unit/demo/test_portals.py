from __future__ import annotations

import csv
import http.client
import io
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import docx
import lxml.html
import pypdfium2
import pytest

from crawler.demo.portal import SELF_TEST_HOSTS
from crawler.demo.registry import COLUMNS
from crawler.demo.scenario import BODIES, SITES, TODAY
from crawler.demo.server import DemoPortals
from crawler.demo.sites.script import DATA, key_for
from crawler.families import hanweb_jpage, trs_static
from crawler.listing import Item, Start
from crawler.page import Page
from crawler.page import page as make_page

TRS = "http://fgw.shili.gov.test/zwgk/zfxxgk/zfxxgknb/"
COUNTY = "http://www.yangben.gov.test/zfxxgk/gknb/"
CENTRAL = "http://xxgk.shili.gov.test/col/col1401/index.html"


@pytest.fixture
def portals() -> Iterator[DemoPortals]:
    with DemoPortals() as running:
        yield running


def ask(portals: DemoPortals, url: str, headers: dict[str, str] | None = None, form: str | None = None) -> Page:
    parts = urlsplit(url)
    host, port = portals.hosts[parts.netloc].split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        connection.request("POST" if form else "GET", path, body=form, headers={"Host": parts.netloc, **kind, **(headers or {})})
        answer = connection.getresponse()
        return make_page(url, answer.status, answer.read(), dict(answer.getheaders()))
    finally:
        connection.close()


def reports(items: tuple[Item, ...]) -> list[str]:
    return [item.title for item in items if item.title.endswith("政府信息公开工作年度报告")]


def whole_trs_list(portals: DemoPortals, url: str) -> list[Item]:
    listing = trs_static.read_list(ask(portals, trs_static.first_requests(Start(url))[0].url), {})
    items = list(listing.items)
    while listing.next:
        listing = trs_static.read_list(ask(portals, listing.next[0].url), {})
        items += listing.items
    return items


def whole_hanweb_list(portals: DemoPortals, url: str) -> list[Item]:
    listing = hanweb_jpage.read_list(ask(portals, url), {})
    items = list(listing.items)
    while listing.next:
        form = urlencode(listing.next[0].form)
        listing = hanweb_jpage.read_list(ask(portals, listing.next[0].url, form=form or None), listing.carry)
        items += listing.items
    return items


def test_a_static_list_is_read_whole_page_by_page(portals: DemoPortals) -> None:
    items = whole_trs_list(portals, COUNTY)
    assert len(items) > 10
    assert len({item.url for item in items}) == len(items)
    # None of the county's lines is undated: what has no date there is a fault of this server.
    assert all(item.listed_on for item in items)


def test_the_hanweb_list_gives_one_page_at_a_time_and_all_in_the_end(portals: DemoPortals) -> None:
    first = hanweb_jpage.read_list(ask(portals, CENTRAL), {})
    items = whole_hanweb_list(portals, CENTRAL)
    assert len(first.items) == 15
    assert len(items) == first.declared_total
    assert len({item.url for item in items}) == len(items)


def test_the_proxy_never_gives_more_than_a_page(portals: DemoPortals) -> None:
    url = "http://xxgk.shili.gov.test/module/web/jpage/dataproxy.jsp?startrecord=1&endrecord=500&perpage=500&columnid=1401"
    assert ask(portals, url).text.count("<record>") == 15


def test_every_line_of_every_readable_list_leads_to_its_page_with_the_official_tags(portals: DemoPortals) -> None:
    lines = whole_trs_list(portals, COUNTY) + whole_trs_list(portals, TRS) + whole_hanweb_list(portals, CENTRAL)
    for item in lines:
        page = ask(portals, item.url)
        assert page.status == 200, item.url
        tags = {tag.get("name"): tag.get("content") for tag in lxml.html.document_fromstring(page.text).xpath("//meta[@name]")}
        assert tags["ArticleTitle"] == item.title
        assert tags["SiteIDCode"]
        assert (tags.get("PubDate") or "")[:10] == (str(item.listed_on) if item.listed_on else "")


def test_the_gb18030_page_says_gb2312_and_reads_right(portals: DemoPortals) -> None:
    page = ask(portals, "http://sjj.shili.gov.test/zwgk/zfxxgk/zfxxgknb/")
    assert b'charset="gb2312"' in page.body
    assert "示例市审计局2024年政府信息公开工作年度报告" in reports(trs_static.read_list(page, {}).items)


def test_the_script_list_is_empty_without_its_script_and_full_with_its_key(portals: DemoPortals) -> None:
    url = "http://yjj.shili.gov.test/zwgk/nb/index.html"
    page = ask(portals, url)
    assert "示例市应急管理局2024年" not in page.text
    word = lxml.html.document_fromstring(page.text).xpath("//ul/@data-word")[0]
    assert ask(portals, f"http://yjj.shili.gov.test{DATA}?key=1").status == 403
    rows = json.loads(ask(portals, f"http://yjj.shili.gov.test{DATA}?key={key_for(word)}").text)
    assert any(row["title"] == "示例市应急管理局2024年政府信息公开工作年度报告" for row in rows)
    assert all(ask(portals, f"http://yjj.shili.gov.test{row['url']}").status == 200 for row in rows)


@pytest.mark.parametrize(("host", "suffix"), [("jyj", ".docx"), ("czj", ".pdf"), ("wjw", ".png")])
def test_files_stand_beside_their_article(portals: DemoPortals, host: str, suffix: str) -> None:
    column = f"http://{host}.shili.gov.test/zwgk/zfxxgk/zfxxgknb/"
    item = next(item for item in whole_trs_list(portals, column) if item.title.endswith("2024年政府信息公开工作年度报告"))
    page = ask(portals, item.url)
    document = lxml.html.document_fromstring(page.text, base_url=item.url)
    document.make_links_absolute()
    links = [link for link in document.xpath("//a/@href | //img/@src") if link.endswith(suffix)]
    assert len(links) == (3 if suffix == ".png" else 1)
    data = ask(portals, links[0])
    assert data.status == 200
    if suffix == ".docx":
        assert len(docx.Document(io.BytesIO(data.body)).tables) == 3
    elif suffix == ".pdf":
        opened = pypdfium2.PdfDocument(data.body)
        assert len(opened) >= 2
        opened.close()
    else:
        assert data.media_type == "image/png"


def test_unchanged_pages_answer_304_and_edited_ones_do_not(portals: DemoPortals) -> None:
    item = next(item for item in whole_hanweb_list(portals, CENTRAL) if "民政局2024年政府信息公开" in item.title)
    first = ask(portals, item.url)
    validators = {"If-None-Match": first.headers["etag"]}
    assert ask(portals, item.url, validators).status == 304
    assert ask(portals, item.url, {"If-Modified-Since": first.headers["last-modified"]}).status == 304
    portals.advance(date(2025, 2, 6))
    second = ask(portals, item.url, validators)
    assert second.status == 200
    assert second.text != first.text
    dates = [lxml.html.document_fromstring(page.text).xpath('//meta[@name="PubDate"]/@content') for page in (first, second)]
    assert dates[0] == dates[1], "the edit is silent"


def test_only_what_is_published_by_that_day_is_served(portals: DemoPortals) -> None:
    def titles() -> str:
        return "\n".join(reports(tuple(whole_hanweb_list(portals, CENTRAL))))

    portals.advance(date(2025, 2, 3))
    assert "水利局2024年" not in titles()
    assert "统计局2024年" in titles()
    withdrawn = next(item.url for item in whole_hanweb_list(portals, CENTRAL) if "统计局2024年政府信息公开" in item.title)
    assert ask(portals, withdrawn).status == 200
    portals.advance(TODAY)
    assert "水利局2024年" in titles()
    assert "统计局2024年" not in titles()
    assert ask(portals, withdrawn).status == 404
    assert "农业农村局2023年" in titles()
    assert "农业农村局2024年" not in titles()


def test_addresses_stay_the_same_as_time_goes_on(portals: DemoPortals) -> None:
    portals.advance(date(2024, 6, 1))
    before = {item.title: item.url for item in whole_hanweb_list(portals, CENTRAL)}
    portals.advance(date(2025, 4, 1))
    after = {item.title: item.url for item in whole_hanweb_list(portals, CENTRAL)}
    assert before.items() <= after.items()
    assert len(after) > len(before)


def test_the_undated_report_shows_no_date_anywhere(portals: DemoPortals) -> None:
    item = next(item for item in whole_hanweb_list(portals, CENTRAL) if "文化和旅游局2024年政府信息公开" in item.title)
    page = ask(portals, item.url)
    assert item.listed_on is None
    assert "last-modified" not in page.headers
    assert "2025" not in page.text + item.url


def test_each_fault_shows_as_it_should(portals: DemoPortals) -> None:
    column = "/zwgk/zfxxgk/zfxxgknb/"
    challenge = ask(portals, f"http://gaj.shili.gov.test{column}")
    assert challenge.status == 412
    assert len(challenge.body) < 1000
    soft = [ask(portals, f"http://zjj.shili.gov.test{path}") for path in (column, "/no/such/page")]
    assert [page.status for page in soft] == [200, 200]
    assert "不存在" in soft[0].text
    layout = ask(portals, f"http://rsj.shili.gov.test{column}")
    assert layout.status == 200
    assert "年度报告" not in layout.text
    with pytest.raises(ConnectionRefusedError):
        ask(portals, f"http://zrzy.shili.gov.test{column}")


def test_what_is_not_there_is_404_on_healthy_portals(portals: DemoPortals) -> None:
    for site in SITES:
        if not site.fault:
            assert ask(portals, f"http://{site.host}/a7f3/nothing.html").status == 404
            assert ask(portals, site.column_url).status == 200
            assert site.column_path in ask(portals, site.home_url).text


def test_the_self_test_hosts_answer_and_foreign_hosts_do_not(portals: DemoPortals) -> None:
    assert [ask(portals, url).status for url in portals.self_test_urls] == [200] * len(SELF_TEST_HOSTS)
    connection = http.client.HTTPConnection("127.0.0.1", portals.port, timeout=10)
    connection.request("GET", "/", headers={"Host": "www.example.test"})
    assert connection.getresponse().status == 421
    connection.close()


def test_robots_are_served_where_the_portal_has_them(portals: DemoPortals) -> None:
    assert ask(portals, "http://xxgk.shili.gov.test/robots.txt").text.startswith("User-agent")
    assert ask(portals, "http://fgw.shili.gov.test/robots.txt").status == 404


def test_requests_are_logged_in_order_with_what_manners_need(portals: DemoPortals) -> None:
    ask(portals, TRS, {"User-Agent": "probe/1", "Referer": "http://fgw.shili.gov.test/"})
    ask(portals, TRS, {"User-Agent": "probe/1", "If-None-Match": '"other"'})
    log = portals.log
    assert [(one.host, one.method, one.path, one.status, one.conditional) for one in log] == [
        ("fgw.shili.gov.test", "GET", "/zwgk/zfxxgk/zfxxgknb/", 200, False),
        ("fgw.shili.gov.test", "GET", "/zwgk/zfxxgk/zfxxgknb/", 200, True),
    ]
    assert log[0].user_agent == "probe/1"
    assert all(one.at <= two.at for one, two in pairwise(log))


def test_two_servers_with_one_seed_serve_the_same_bytes() -> None:
    with DemoPortals(seed=5) as one, DemoPortals(seed=5) as two, DemoPortals(seed=6) as other:
        items = whole_trs_list(one, COUNTY)
        assert items == whole_trs_list(two, COUNTY)
        report = next(item.url for item in items if "县教育局2024年政府信息公开" in item.title)
        assert ask(one, report).body == ask(two, report).body
        assert ask(one, report).body != ask(other, report).body


def test_the_server_leaves_nothing_behind() -> None:
    with DemoPortals() as running:
        port = running.port
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    with pytest.raises(RuntimeError):
        _ = running.hosts


def test_the_registry_has_one_row_per_body_and_names_only_portals_of_the_demo() -> None:
    rows = list(csv.DictReader(io.StringIO(DemoPortals().registry_csv())))
    assert tuple(rows[0]) == COLUMNS
    assert [row["单位名称"] for row in rows] == [plan.name for plan in BODIES]
    columns = {site.column_url for site in SITES}
    assert {row["栏目网址"] for row in rows} == columns
    names = {row["单位名称"] for row in rows} | {""}
    assert all(row["上级"] in names for row in rows)


def test_it_runs_as_a_process_and_obeys_its_input(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "crawler.demo.server", "--today", "2025-02-05", "--ledger", str(tmp_path / "ledger.json")]
    command += ["--registry", str(tmp_path / "registry.csv")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        started = json.loads(process.stdout.readline())
        assert started["today"] == "2025-02-05"
        assert started["hosts"]["fgw.shili.gov.test"] == f"127.0.0.1:{started['port']}"
        process.stdin.write("advance 2025-02-06\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline()) == {"today": "2025-02-06"}
        process.stdin.close()
        assert process.wait(timeout=20) == 0
    assert json.loads((tmp_path / "ledger.json").read_text(encoding="utf-8"))["counts"]["on_time"] == 12
    assert (tmp_path / "registry.csv").read_text(encoding="utf-8").startswith("单位名称")
