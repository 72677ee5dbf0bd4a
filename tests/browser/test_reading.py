"""The pages in a real browser with JavaScript off: they can be read, filtered and printed, and ask no other host for anything."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from monitor.web.app import create_app
from storage.archive.store import open_archive
from storage.domain.clock import FixedClock
from storage.settings import load
from tests.unit.web.world import NOW, YEAR, fill

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
STARTUP_SECONDS = 30

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The filled pages behind a real server."""
    folder = tmp_path_factory.mktemp("browser")
    with fill(folder) as world, socket.create_server(("127.0.0.1", 0)) as listener:
        app = create_app(world.database, open_archive((folder / "archive").as_uri()), load(data_dir=folder), FixedClock(NOW))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + STARTUP_SECONDS
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        assert server.started
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, chromium_sandbox=os.geteuid() != 0)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page without JavaScript at the common screen size; it fails the test when anything else than our server is asked."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1366, "height": 768}, base_url=address)
    opened = context.new_page()
    asked: list[str] = []
    faults: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    yield opened
    context.close()
    assert [url for url in asked if not url.startswith(address)] == []
    assert faults == []


def test_from_overview_to_a_figure_and_its_evidence(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="未发现 1").click()
    assert "status=missing" in page.url
    assert page.get_by_role("row").filter(has_text="示例市农业局").count() == 1
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="年报").click()
    page.get_by_role("link", name="示例市审计局").click()
    page.wait_for_load_state("load")
    report = page.url
    cell = page.locator("#cell-requests-granted-natural")
    cell.locator("a.to-evidence").click()
    assert "/evidence?cell=requests/granted/natural" in page.url
    page.wait_for_load_state("load")
    # Straight to the address: going back while Chromium swaps the page's process fails now and then ("Not attached to an active page").
    page.goto(report)
    cell.locator("a.mark").first.click()
    assert page.url.partition("#")[2].startswith("finding-")
    assert page.locator(".finding:target").is_visible()
    with page.expect_download() as download:
        page.locator("a.hash").first.click()
    assert Path(download.value.path()).read_bytes() == b"<html><script>alert(1)</script></html>"


def test_filter_without_javascript(page: Page) -> None:
    page.goto("/reports")
    page.get_by_label("单位名称").fill("教育")
    page.get_by_role("button", name="筛选").click()
    assert page.locator("tbody tr").count() == 1
    page.get_by_role("link", name="清除条件").click()
    assert page.locator("tbody tr").count() == 3


def test_keyboard_reaches_the_content_first(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="跳到正文")
    box = skip.bounding_box()
    assert box is not None
    assert box["x"] >= 0, "the skip link shows itself when focused"


@pytest.mark.parametrize("path", ["/", "/reports", f"/reports/9901-02/{YEAR}"])
@pytest.mark.parametrize("width", [360, 683, 1366])
def test_only_tables_scroll_sideways(browser: Browser, address: str, path: str, width: int) -> None:
    """At phone width, and at 200 % zoom of 1366, the page itself never scrolls sideways."""
    context = browser.new_context(viewport={"width": width, "height": 768}, base_url=address)
    opened = context.new_page()
    opened.goto(path)
    wide, seen = opened.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    context.close()
    assert wide <= seen


@pytest.mark.parametrize("path", ["/", "/reports"])
def test_a_phone_shows_who_and_how_it_stands_and_keeps_the_name_in_sight(browser: Browser, address: str, path: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 768}, base_url=address)
    opened = context.new_page()
    opened.goto(path)
    rows = opened.locator(".list tbody tr")
    edges = rows.evaluate_all("rows => rows.map(row => row.querySelector('.status').getBoundingClientRect().right)")
    opened.locator(".scroll:has(.list)").evaluate("box => { box.scrollLeft = 200; }")
    lefts = rows.evaluate_all("rows => rows.map(row => row.querySelector('th').getBoundingClientRect().left)")
    context.close()
    assert edges
    assert max(edges) <= 390
    assert min(lefts) >= 0


def test_overview_prints_on_paper(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=address)
    opened = context.new_page()
    opened.goto("/")
    data = opened.pdf(format="A4", prefer_css_page_size=True)
    context.close()
    with pypdfium2.PdfDocument(data) as document:
        text = "".join(document[number].get_textpage().get_text_range() for number in range(len(document)))
        assert len(document) <= 2
    assert "数据截至" in text
    assert "筛选" not in text
