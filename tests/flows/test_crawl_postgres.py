"""A crawl on a real PostgreSQL that is killed again and again: nothing lost, nothing doubled, the same rows as a whole one on SQLite."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storage.archive.store import open_archive
from storage.archive.verify import verify
from storage.schema import captures, originals, report_versions, reports, sightings, visits
from tests import servers
from tests.flows.crawl_office import CrawlOffice, moment
from tests.flows.crawl_server import Web

pytestmark = pytest.mark.flow
HOSTS = tuple(f"w{number}.yunxi.gov.test" for number in range(3))
YEARS = range(2016, 2025)
NOON = moment(date(2025, 2, 3))
WORDS = "".join(f"<p>{words}</p>" for words in ("总体情况", "主动公开政府信息情况", "收到和处理政府信息公开申请情况"))
DEATHS = ("archive.log-synced:4", "commit:3")
"""Bytes and log lines without rows; rows written and not yet committed, which the server must take back."""


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        server._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that was killed leaves a torn connection
        for host in HOSTS:
            rows = "".join(
                f'<li><a href="t{year}.html">云溪县教育局{year}年政府信息公开工作年度报告</a><span>{year + 1}-01-15</span></li>'
                for year in YEARS
            )
            server.put(f"{host}/nb/", f"<html><title>政府信息公开年报</title><body><ul>{rows}</ul></body></html>", ETag=f'"{host}"')
            for year in YEARS:
                server.put(
                    f"{host}/nb/t{year}.html", f'<html><body><div class="TRS_Editor">{WORDS}<p>{host} {year}</p></div></body></html>'
                )
        yield server


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    if servers.postgres_bin() is None:
        pytest.skip("PostgreSQL is not installed")
    with servers.postgres() as server:
        yield server.url("postgres")


def _office(folder: Path, web: Web, **extra: object) -> CrawlOffice:
    folder.mkdir()
    office = CrawlOffice(folder, dict.fromkeys(HOSTS, web.target), extra)
    for host in HOSTS:
        office.add("云溪县教育局", f"http://{host}/nb/")
    return office


def _found(office: CrawlOffice) -> dict[str, Counter[Any]]:
    """What the crawl knows, whatever the numbers of its rows and its instants are."""
    version = (report_versions.c.url, report_versions.c.number, report_versions.c.main_sha256, report_versions.c.text_sha256)
    line = (sightings.c.url, sightings.c.title, sightings.c.decision, sightings.c.body_id, sightings.c.report_year, sightings.c.position)
    with office.open() as database, database.read() as connection:
        return {
            "versions": Counter(tuple(row) for row in connection.execute(select(*version, report_versions.c.gone_since))),
            "reports": Counter(tuple(row) for row in connection.execute(select(reports.c.body_id, reports.c.report_year))),
            "lines": Counter(tuple(row) for row in connection.execute(select(*line))),
            "originals": Counter(tuple(row) for row in connection.execute(select(originals.c.sha256, originals.c.size, originals.c.key))),
        }


def _killed(office: CrawlOffice, minutes: int, death: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIANBAO_FAILPOINT", death)
    with office.start(NOON + timedelta(minutes=minutes), death) as child:
        child.communicate(timeout=120)
    monkeypatch.delenv("NIANBAO_FAILPOINT")
    assert child.returncode == -signal.SIGKILL, death
    archive = open_archive(office.settings.archive_url)
    with office.open() as database, database.read() as connection:
        open_visits = select(visits.c.qualified).where(visits.c.finished_at.is_(None))
        assert not any(connection.execute(open_visits).scalars())
        assert all(archive.exists(sha256) for sha256 in connection.execute(select(originals.c.sha256)).scalars())


def test_killed_crawls_on_postgresql_end_as_a_whole_one_on_sqlite(
    web: Web, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _office(tmp_path / "whole", web)
    assert {line["outcome"] for line in whole.crawl(NOON).values()} == {"complete"}
    office = _office(tmp_path / "killed", web, database_url=postgres_url)
    for minutes, death in enumerate(DEATHS):
        _killed(office, minutes, death, monkeypatch)
    later = NOON + timedelta(hours=1)
    lines = office.crawl(later, "whole")
    assert {line["outcome"] for line in lines.values()} == {"complete"}
    assert _found(office) == _found(whole)
    assert set(_found(office)["versions"].values()) == {1}
    assert sum(_found(office)["versions"].values()) == len(HOSTS) * len(YEARS)
    with office.open() as database, database.write() as connection:
        keys = Counter(connection.execute(select(captures.c.natural_key)).scalars())
        assert set(keys.values()) == {1}
        assert verify(open_archive(office.settings.archive_url), connection, now=later).sound
    web.hits.clear()
    again = office.crawl(later + timedelta(hours=1), "again")
    assert {(line["outcome"], line["new_versions"]) for line in again.values()} == {("complete", 0)}
    assert len(web.hits) <= 2 * len(HOSTS)
