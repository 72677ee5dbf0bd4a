"""The impact statement promises what the settings and the code hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crawler.exploring import MAX_PAGES
from crawler.gap_visit import MAX_QUERIES
from crawler.gapfilling import APART, SEARCH_DELAY, WITHIN
from crawler.spiders.wire import DOCUMENT_TIMEOUT_FACTOR, MAX_PAGE_BYTES
from monitor.chores import DAY, NEGLECTED, NIGHT
from storage.discoveries import SEASON_EVERY
from storage.settings import Settings

TEXT = (Path(__file__).parents[2] / "IMPACT.md").read_text(encoding="utf-8")
ROWS = {name: row for row in TEXT.splitlines() if row.startswith("|") for name in re.findall(r"`(\w+)`", row)}
WORDS = {1: "once", 2: "twice", 3: "three"}


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("crawl_delay_seconds", lambda value: f"{value:g} s"),
        ("crawl_budget_portal", lambda value: f"| {value} |"),
        ("crawl_budget_platform", lambda value: f"| {value} |"),
        ("crawl_max_bytes", lambda value: f"{MAX_PAGE_BYTES // 2**20} MiB / {value // 2**20} MiB"),
        ("crawl_timeout_seconds", lambda value: f"{value:g} s / {value * DOCUMENT_TIMEOUT_FACTOR:g} s"),
        ("crawl_retries", lambda value: WORDS[value]),
    ],
)
def test_each_limit_is_the_settings_default(setting, words):
    assert words(Settings.model_fields[setting].default) in ROWS[setting]


def test_what_is_said_of_searches_is_what_the_code_does():
    said = " ".join(TEXT.split())
    assert f"{MAX_PAGES} pages at most" in said
    assert {WITHIN.days: "sixty days"}[60] in said
    assert (APART.days, SEARCH_DELAY, MAX_QUERIES, SEASON_EVERY.days, NEGLECTED.days) == (3, 6.0, 8, 10, 35)
    for promise in ("every three days", "six seconds apart", "eight questions a visit", "every ten days", "five weeks"):
        assert promise in said
    assert f"between {DAY[0]} and {DAY[1]} o'clock" in said
    assert f"from {NIGHT[0]} to {NIGHT[1]} o'clock" in said
