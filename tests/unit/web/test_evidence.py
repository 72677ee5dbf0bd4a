"""The evidence page over real originals: every value links to a picture of its place, and the picture cannot harm its viewer."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from crawler.demo.filled_form import Wanted, make_facts, render_html, render_pdf, render_text
from crawler.parsing.report import parse
from monitor.judge import Subject, judge
from monitor.web.app import create_app
from storage import bodies, findings, originals, readings, reports
from storage.archive.store import open_archive
from storage.database import open_database
from storage.domain.clock import FixedClock
from storage.domain.enums import BodyKind, BodyLevel
from storage.domain.ids import BodyId
from storage.domain.originals import NewVersion
from storage.domain.registry import Body
from storage.findings import Judged
from storage.settings import load
from tests.unit.web.world import NOW, YEAR, Client

FACTS = make_facts(11, Wanted("示例市水务局", YEAR))


def _broken(text: str) -> str:
    """Other figures in the first cell of two rows."""
    for label in ("一、本年新收", "（二）部分公开"):
        text = re.sub(rf"({label}[^<]*(?:<[^>]*>\s*)+)\d+", r"\g<1>999", text, count=1)
    return text


ORIGINALS = {
    "p-html": ("html", render_html(FACTS).replace("</body>", "<script>alert(1)</script></body>").encode()),
    "p-pdf": ("pdf", render_pdf(FACTS)),
    "p-glued": ("text", render_text(FACTS, "glued").encode()),
    "p-broken": ("html", _broken(render_html(FACTS)).encode()),
}
CELL = "requests/granted/natural"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Four bodies with a report in a carrier each, read by the real parser."""
    folder: Path = tmp_path_factory.mktemp("evidence")
    database = open_database(f"sqlite:///{folder / 'n.sqlite3'}")
    archive = open_archive((folder / "archive").as_uri())
    for name, (carrier, data) in ORIGINALS.items():
        parsed = parse(data, source=name)
        stored = archive.put(data, media_type=parsed.media_type, now=NOW)
        with database.write() as c:
            originals.record(c, stored)
            bodies.upsert(c, Body(BodyId(name), f"示例市{name}", BodyKind.DEPARTMENT, BodyLevel.PREFECTURE, "990100"), NOW)
            found = NewVersion(f"https://www.shili.gov.test/{name}", stored.sha256, title=parsed.title, carrier=carrier)
            version, _ = reports.record_version(c, BodyId(name), YEAR, found, NOW)
            reading = readings.record(c, version.id, parsed, NOW)
            judged = Judged(now=NOW, reading_id=reading, versions="test")
            findings.apply(c, BodyId(name), YEAR, judge(Subject(report=parsed)), parsed, judged)
    app = create_app(database, archive, load(data_dir=folder), FixedClock(NOW))
    yield Client(app)
    app.state.pictures.renderer.close()
    database.close()


def _evidence(pages: Client, body: str, cell: str = CELL) -> str:
    answer = pages.get(f"/reports/{body}/{YEAR}/evidence?cell={cell}")
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("body", ["p-html", "p-pdf", "p-glued"])
def test_the_page_shows_picture_box_and_provenance(pages: Client, body: str) -> None:
    text = _evidence(pages, body)
    assert parse(ORIGINALS[body][1], source="").sha256 in text
    assert FACTS.text(CELL) in text
    source = re.search(r'<img src="(/evidence/\d+/\d+\.png)"', text)
    assert source is not None
    boxes = re.findall(r'<rect class="box" x="([\d.]+)%" y="([\d.]+)%" width="([\d.]+)%" height="([\d.]+)%"', text)
    assert len(boxes) == 2  # enlarged and whole
    x, y, width, height = map(float, boxes[0])
    assert width > 0
    assert height > 0
    assert x + width <= 100.01
    assert y + height <= 100.01
    answer = pages.get(source[1])
    assert answer.status_code == 200
    image = Image.open(io.BytesIO(answer.content)).convert("L")
    area = (x / 100 * image.width, y / 100 * image.height, (x + width) / 100 * image.width, (y + height) / 100 * image.height)
    assert image.crop([round(edge) for edge in area]).getextrema()[0] < 128  # something is printed there


def test_pictures_are_bounded_private_and_never_guessed_at(pages: Client) -> None:
    answer = pages.get("/evidence/2/1.png")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"].startswith("private")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert len(answer.content) <= 300_000


def test_the_page_needs_no_script_and_no_inline_style(pages: Client) -> None:
    text = _evidence(pages, "p-html")
    assert "<script" not in text
    assert " style=" not in text
    answer = pages.get(f"/reports/p-html/{YEAR}/evidence?cell={CELL}")
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_lost_borders_are_said(pages: Client) -> None:
    assert "分隔已丢失" in _evidence(pages, "p-glued")
    assert "分隔已丢失" not in _evidence(pages, "p-html")


def test_every_placed_value_of_a_report_links_to_its_evidence(pages: Client) -> None:
    text = pages.get(f"/reports/p-html/{YEAR}").text
    parsed = parse(ORIGINALS["p-html"][1], source="")
    placed = {str(path) for path, cell in parsed.cells.items() if cell.at is not None}
    assert set(re.findall(rf'href="/reports/p-html/{YEAR}/evidence\?cell=([^"]+)"', text)) == placed


def test_problems_are_walked_in_order(pages: Client) -> None:
    text = pages.get(f"/reports/p-broken/{YEAR}").text
    first = re.search(r'id="finding-1".*?#cell-requests-(\w+)-(\w+)', text, re.DOTALL)
    assert first is not None
    cell, seen = f"requests/{first[1]}/{first[2]}", []
    while cell not in seen:
        seen.append(cell)
        following = re.search(r'rel="next" href="[^"]*cell=([^"]+)"', _evidence(pages, "p-broken", cell))
        if following is None:
            break
        cell = following[1]
    assert len(seen) >= 2
    back = re.search(r'rel="prev" href="[^"]*cell=([^"]+)"', _evidence(pages, "p-broken", seen[-1]))
    assert back is not None
    assert back[1] == seen[-2]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/reports/p-html/{YEAR}/evidence?cell=requests/none/natural", 404),
        (f"/reports/p-html/{YEAR}/evidence?cell=../../etc/passwd", 422),
        (f"/reports/p-none/{YEAR}/evidence?cell={CELL}", 404),
        (f"/reports/p-html/{YEAR}/evidence?cell={CELL}&version=9", 404),
        ("/evidence/1/99.png", 404),
        ("/evidence/1/0.png", 404),
        ("/evidence/999/1.png", 404),
        ("/evidence/99999999999999999999/1.png", 404),
        ("/evidence/x/1.png", 422),
    ],
)
def test_addresses_that_lead_nowhere_say_so(pages: Client, path: str, status: int) -> None:
    assert pages.get(path).status_code == status
