"""A list whose interface wants a word that only the page's script makes: read through a browser, page after page."""

import asyncio
import subprocess
from datetime import UTC, datetime

import pytest

from crawler.browser import find_browser
from crawler.demo.http_server import SimulatedPortals
from crawler.demo.portal import styles
from crawler.demo.publications import Publications
from crawler.fetching import Reply
from crawler.list_reading import Reading, read_all
from crawler.listing import Ask, Start
from crawler.page import page
from storage.settings import load
from tests.unit.crawling.style_reading import DAY, entries, site

BROWSER = find_browser(load())
NOW = datetime(2025, 4, 10, tzinfo=UTC)
pytestmark = [pytest.mark.browser, pytest.mark.skipif(BROWSER is None, reason="no Chromium")]


def _rendered(port: int, url: str, profile: str) -> str:
    """The page as it stands after its scripts have run."""
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--virtual-time-budget=8000")
    rules = f"--host-resolver-rules=MAP *.gov.test 127.0.0.1:{port}, MAP * ~NOTFOUND"
    command = [str(BROWSER), *flags, rules, f"--user-data-dir={profile}", "--dump-dom", url]
    return subprocess.run(command, capture_output=True, text=True, timeout=90, check=True).stdout


def test_a_list_behind_a_token_is_read_whole_by_a_browser(tmp_path):
    plan, lines = site("ucap", "/zwgk/c10004/zfxxgknb/xxgk_list.shtml", "token"), entries(12)
    content = Publications({plan.host: lines})
    portals = SimulatedPortals(lambda day, host, request: styles()["ucap"](plan, content, day, request), [plan.host], DAY)
    with portals as serving:

        async def ask_page(ask):
            text = await asyncio.to_thread(_rendered, serving.port, ask.url, str(tmp_path))
            return Reply(page(ask.url, 200, text.encode(), {"content-type": "text/html; charset=utf-8"}), None, NOW, NOW)

        async def read():
            first = await ask_page(Ask(plan.column_url))
            return await read_all(Start(plan.column_url), first.page, reading, ask_page)

        reading = Reading(lambda listing, before: None, 10)
        facts = asyncio.run(read())
    assert [(item.title, item.listed_on) for item in reading.items] == [(line.title, line.published_on) for line in lines]
    assert (reading.family_id, facts.ended, facts.stop) == ("ucap", True, None)
