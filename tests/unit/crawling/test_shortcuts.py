"""What is left undone because it cannot matter: each short cut gives what the long way gives."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from crawler.discovery.troubles import fingerprint
from crawler.page import page
from crawler.recording import Recorder
from storage import bodies, portals
from storage.archive.store import open_archive
from storage.database import open_database
from storage.domain.clock import FixedClock
from storage.domain.enums import BodyKind, BodyLevel
from storage.domain.ids import BodyId, EntryPointId, PortalId
from storage.domain.registry import Body, Portal
from storage.domain.visits import Decision, ListLine

NOW = datetime(2025, 2, 1, tzinfo=UTC)
_PASSING = re.compile(r"[\d\s]+|https?://\S+|[\w\-./]+\.(?:html?|shtml|jsp)")
_PIECES = st.sampled_from(
    ["很抱歉", " 2025-01-02 ", "http://a.gov.test/x", "/zwgk/a_b-1.html", "t1.shtml", "x.jsp", "页.htm", "找不到", "a.b", "１２"]
)


@given(st.lists(_PIECES, max_size=400))
def test_a_print_is_that_of_all_the_words(pieces: list[str]) -> None:
    words = " ".join("".join(pieces).split())
    shown = page(
        "http://a.gov.test/", 404, f"<html><body>{''.join(pieces)}</body></html>".encode(), {"content-type": "text/html; charset=utf-8"}
    )
    assert fingerprint(shown) == _PASSING.sub("", words)[:2000]


def test_what_is_committed_hurries_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A visit that looks after pieces of long ago leaves the newest to wait for company: one transaction, not one for each."""
    monkeypatch.setattr("crawler.writing.LINGER", 60.0)
    with open_database(f"sqlite:///{tmp_path / 'n.sqlite3'}") as database:
        with database.write() as connection:
            bodies.upsert(connection, Body(BodyId("b"), "甲县", BodyKind.GOVERNMENT, BodyLevel.COUNTY, "990101"), NOW)
            portals.upsert(connection, Portal(PortalId("p"), "p", "http://a.gov.test/", "p"), NOW)
            entry = portals.add_entry_point(connection, PortalId("p"), "http://a.gov.test/nb/", now=NOW, body_ids=[BodyId("b")])
        recorder = Recorder(database, open_archive(str(tmp_path / "archive")), FixedClock(NOW))
        assert asyncio.run(_rows_of_a_visit(recorder, EntryPointId(entry), database)) == 1


async def _rows_of_a_visit(recorder: Recorder, entry: EntryPointId, database: object) -> int:
    """Transactions that eight lines take whose visit asks after an old one each time."""
    visit_id = await recorder.start(entry)
    old = recorder.record_list(visit_id, entry, [_line(0)])
    await recorder.settled(old)
    commits: list[object] = []
    event.listen(database._writer, "commit", commits.append)  # type: ignore[attr-defined]
    pieces = []
    for number in range(1, 9):
        pieces.append(recorder.record_list(visit_id, entry, [_line(number)]))
        await recorder.settled(old)
        await asyncio.sleep(0)
    for piece in pieces:
        await recorder.settled(piece)
    return len(commits)


def _line(number: int) -> ListLine:
    return ListLine(f"http://a.gov.test/nb/t{number}.html", "标题", decision=Decision.NOT_REPORT, reason="r", position=number)
