"""What the pages say over a filled and an empty database, and that they neither load nor run anything from elsewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from lxml import html
from sqlalchemy import update

from monitor.web.app import create_app
from monitor.web.queries import quality_of
from storage.archive.store import open_archive
from storage.database import Database, open_database
from storage.domain.clock import FixedClock
from storage.schema import findings
from storage.settings import load
from tests.unit.web.world import NOW, YEAR, Client, Filled, fill

ADDRESSES = (
    "/",
    "/reports",
    f"/reports/9901-01/{YEAR}",
    f"/reports/9901-02/{YEAR}",
    f"/reports/9901-03/{YEAR}",
    "/?status=missing",
    "/nowhere",
)
WITH_TABLES = tuple(f"/reports/9901-0{number}/{YEAR}" for number in (1, 2))


def _text(page: str) -> str:
    return " ".join(html.fromstring(page).text_content().split())


def test_overview_counts_add_up_and_link(pages: Client) -> None:
    text = _text(pages.get("/").text)
    assert "数据截至 2025-02-05 08:08" in text
    assert "应发布 6 ｜ 已发布 3（按时率 33.3%） ｜ 未发现 1 ｜ 无法判断 1 ｜ 已撤下 1 ｜ 免报 1、未到期 0（不计）" in text
    assert "2025年1月31日截止 已过 5 天" in text
    assert "6 个单位" in text
    document = html.fromstring(pages.get("/").text)
    link = next(a for a in document.iter("a") if "未发现" in a.text_content() and "status-missing" in a.get("class", ""))
    narrowed = _text(pages.get(link.get("href")).text)
    assert "示例市农业局" in narrowed
    assert "示例市教育局" not in narrowed


def test_missing_and_unknown_are_told_apart(pages: Client) -> None:
    rows = html.fromstring(pages.get("/").text).xpath("//table//tbody/tr")
    states = {row.xpath("string(th)").strip(): row.xpath("string(td[1])").strip() for row in rows}
    assert states["示例市农业局"].endswith("未发现")
    assert states["示例市公安局"].endswith("无法判断")
    assert "逾期 4 天" in states["示例市审计局"]


def test_quality_is_its_own_axis(pages: Client) -> None:
    rows = html.fromstring(pages.get("/").text).xpath("//table//tbody/tr")
    quality = {row.xpath("string(th)").strip(): row.xpath("string(td[2])").strip() for row in rows}
    assert quality["示例市教育局"].endswith("通过")
    assert quality["示例市审计局"].endswith("不一致")
    assert quality["示例市卫生局"].endswith("未校验")
    assert quality["示例市农业局"] == "—"


def test_a_doubtful_reading_is_never_called_consistent(tmp_path: Path) -> None:
    """However small the remark by severity: what could not be read for sure has not passed."""
    with fill(tmp_path) as own:
        with own.database.write() as connection:
            connection.execute(update(findings).where(findings.c.body_id == "9901-02").values(certainty="doubtful_reading", severity="S4"))
        with own.database.read() as connection:
            assert quality_of(connection, "9901-02", YEAR) == "doubtful"


def test_report_list_filters_by_text_quality_and_status(pages: Client) -> None:
    assert "共 3 份" in _text(pages.get("/reports").text)
    assert "示例市审计局" in _text(pages.get("/reports?quality=inconsistent").text)
    assert "示例市教育局" not in _text(pages.get("/reports?quality=inconsistent").text)
    assert "共 1 份" in _text(pages.get("/reports?q=审计").text)
    assert "共 1 份" in _text(pages.get("/reports?status=late").text)
    assert "没有符合条件的年报" in _text(pages.get("/reports?q=%25").text)
    assert "1999年度尚无年报" not in pages.get("/reports?year=2019").text
    assert "2019年度尚无年报" in _text(pages.get("/reports?year=2019").text)


def test_every_kind_of_cell_looks_different(pages: Client) -> None:
    document = html.fromstring(pages.get(f"/reports/9901-02/{YEAR}").text)

    def shown(path: str) -> str:
        (cell,) = document.xpath(f"//td[@id='cell-{path}']")
        return " ".join(cell.text_content().split())

    looks = {
        "zero": shown("litigation-direct-total"),
        "blank": shown("litigation-direct-upheld"),
        "dash": shown("litigation-direct-corrected"),
        "unreadable": shown("litigation-direct-other"),
        "conflict": shown("litigation-direct-pending"),
    }
    assert looks["zero"].startswith("0")
    assert looks["blank"].startswith("空白")
    assert looks["dash"].startswith("/")
    assert "无法读取" in looks["unreadable"]
    assert looks["conflict"].startswith("1 / 7")
    assert len({look.split(" ")[0] for look in looks.values()}) == 5


def test_failed_check_is_marked_and_leads_to_its_finding(pages: Client) -> None:
    document = html.fromstring(pages.get(f"/reports/9901-02/{YEAR}").text)
    (cell,) = document.xpath("//td[@id='cell-requests-granted-natural']")
    assert "mark-inconsistent" in cell.get("class")
    (target,) = {a.get("href").removeprefix("#") for a in cell.xpath(".//a[@class='mark']")}
    (finding,) = document.xpath(f"//li[@id='{target}']")
    assert "报告不一致" in finding.text_content()
    assert not document.xpath("//td[@id='cell-requests-new_received-business'][contains(@class, 'mark-')]")


@pytest.mark.parametrize("address", WITH_TABLES)
def test_every_figure_resolves_to_its_headings(pages: Client, address: str) -> None:
    document = html.fromstring(pages.get(address).text)
    ids = [element.get("id") for element in document.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for table in document.xpath("//table[contains(@class, 'official')]"):
        assert table.xpath("caption")
        assert all(th.get("scope") for th in table.iter("th"))
        own = {th.get("id") for th in table.iter("th")}
        cells = table.xpath(".//td[@headers]")
        assert cells
        assert all(set(cell.get("headers").split()) <= own for cell in cells)
    labels = {th.get("id"): th.text_content() for th in document.iter("th")}
    (cell,) = document.xpath("//td[@id='cell-requests-denied_internal-welfare']")
    assert [labels[name] for name in cell.get("headers").split()] == [
        "三、本年度办理结果",
        "（三）不予公开",
        "5.属于三类内部事务信息",
        "社会公益组织",
    ]


@pytest.mark.parametrize("address", WITH_TABLES)
def test_rows_of_the_official_tables_are_complete(pages: Client, address: str) -> None:
    """With spans expanded every row is as wide as the table: nothing is shifted."""
    for table in html.fromstring(pages.get(address).text).xpath("//table[contains(@class, 'official')]"):
        rows = list(table.iter("tr"))
        taken: dict[tuple[int, int], bool] = {}
        for number, row in enumerate(rows):
            column = 0
            for cell in row:
                while (number, column) in taken:
                    column += 1
                for down in range(int(cell.get("rowspan", 1))):
                    for across in range(int(cell.get("colspan", 1))):
                        assert (number + down, column + across) not in taken
                        taken[number + down, column + across] = True
                column += int(cell.get("colspan", 1))
        widths = {number: sum(1 for row, _ in taken if row == number) for number in range(len(rows))}
        assert len(set(widths.values())) == 1
        assert max(row for row, _ in taken) == len(rows) - 1


def test_pictures_only_says_what_to_do(pages: Client) -> None:
    text = _text(pages.get(f"/reports/9901-03/{YEAR}").text)
    assert "没有读出表格数据，未作校验" in text
    assert "三张表格均为图片" in text
    assert "没有发现问题" not in text


def test_original_is_an_attachment_that_cannot_run(pages: Client, filled: Filled) -> None:
    answer = pages.get(f"/originals/{filled.original}")
    assert answer.status_code == 200
    assert answer.content == b"<html><script>alert(1)</script></html>"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert "html" not in answer.headers["content-type"]


def test_damaged_original_is_said_to_be_and_not_handed_out(tmp_path: Path) -> None:
    with fill(tmp_path) as own:
        archive = open_archive((tmp_path / "archive").as_uri())
        client = Client(create_app(own.database, archive, load(data_dir=tmp_path), FixedClock(NOW)))
        files = [path for path in (tmp_path / "archive").rglob("*") if path.is_file()]
        (blob,) = [path for path in files if own.original[:12] in path.as_posix().replace("/", "")]
        blob.chmod(0o644)
        blob.write_bytes(b"something else")
        answer = client.get(f"/originals/{own.original}")
        assert answer.status_code == 500
        assert "存档校验失败" in answer.text
        assert "something else" not in answer.text
        blob.unlink()
        assert client.get(f"/originals/{own.original}").status_code == 404


@pytest.mark.parametrize(
    "address", ["/originals/" + "0" * 64, "/originals/..%2f..%2fetc", "/reports/none/2024", "/reports/9901-01/2001", "/x"]
)
def test_what_is_not_there_is_a_page(pages: Client, address: str) -> None:
    answer = pages.get(address)
    assert answer.status_code == 404
    assert "返回总览" in answer.text


@pytest.mark.parametrize("address", ["/?year=abc", "/?page=0", "/reports?year=99999", "/reports/9901-01/x"])
def test_bad_addresses_are_a_page(pages: Client, address: str) -> None:
    answer = pages.get(address)
    assert answer.status_code == 422
    assert "地址" in answer.text


def test_text_of_portals_is_text(pages: Client) -> None:
    page = pages.get(f"/reports/9901-01/{YEAR}").text
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


class Loads(HTMLParser):
    """Collects every address a browser would load by itself, and everything a strict policy forbids."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.forbidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"link", "img", "script", "iframe", "source", "form"}:
            self.loaded += [value for key in ("href", "src", "srcset", "action") if (value := given.get(key))]
        if tag == "script" or "style" in given or any(key.startswith("on") for key in given):
            self.forbidden.append(f"<{tag} {attrs}>")


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_load_nothing_from_elsewhere_and_stay_small(pages: Client, address: str) -> None:
    answer = pages.get(address)
    found = Loads()
    found.feed(answer.text)
    assert found.loaded
    assert all(value.startswith("/") and not value.startswith("//") for value in found.loaded)
    assert found.forbidden == []
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert len(answer.content) < 250_000
    for value in found.loaded:
        assert pages.get(value).status_code == 200


@pytest.mark.parametrize("address", ADDRESSES)
def test_years_are_named_as_report_years(pages: Client, address: str) -> None:
    heading = html.fromstring(pages.get(address).text).xpath("string(//h1)")
    assert not re.search(r"\d{4}(?!年度|年发布|\d)", heading)


def test_health_and_readiness_and_metrics(pages: Client) -> None:
    assert pages.get("/healthz").json() == {"status": "ok"}
    assert pages.get("/readyz").json()["checks"]["database"]["ok"] is True
    metrics = pages.get("/metrics").text
    assert 'nianbao_duties{status="missing"} 1.0' in metrics
    assert "nianbao_entry_points" in metrics


@pytest.fixture
def empty(tmp_path: Path) -> Client:
    """Pages over a database with nothing in it."""
    database: Database = open_database(f"sqlite:///{tmp_path / 'e.sqlite3'}")
    archive = open_archive((tmp_path / "archive").as_uri())
    return Client(create_app(database, archive, load(data_dir=tmp_path), FixedClock(NOW)))


def test_empty_database_shows_the_way(empty: Client) -> None:
    assert "nianbao body import" in empty.get("/").text
    assert "尚无年报" in empty.get("/reports").text
    assert empty.get("/metrics").status_code == 200


def test_stale_data_is_said_to_be(filled: Filled) -> None:
    archive = open_archive((filled.folder / "archive").as_uri())
    clock = FixedClock(NOW.replace(day=9))
    client = Client(create_app(filled.database, archive, load(data_dir=filled.folder), clock))
    assert "数据已过期" in client.get("/").text


@pytest.mark.parametrize("path", ["/", "/reports"])
def test_a_page_number_beyond_the_last_shows_the_last_page(pages: Client, path: str) -> None:
    """A bookmark of a list that has become shorter must not say that there is nothing."""
    there = html.fromstring(pages.get(f"{path}?page=7").text).xpath("//table//tbody/tr/th")
    assert there
    assert len(there) == len(html.fromstring(pages.get(path).text).xpath("//table//tbody/tr/th"))


def test_overview_says_that_the_configuration_sends_nothing(filled: Filled, tmp_path: Path) -> None:
    settings = load(data_dir=tmp_path, alert_muted=True)
    muted = Client(create_app(filled.database, open_archive((tmp_path / "archive").as_uri()), settings, FixedClock(NOW)))
    assert "本系统已设为静音（配置项 alert_muted）" in _text(muted.get("/").text)
    assert "数据截至 2025-02-05 08:08" in _text(muted.get("/alerts").text)
