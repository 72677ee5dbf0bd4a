"""What changed from one version of a report to the next: figures, text, attachments, each by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.revisions import revision
from storage.domain.enums import CellKind, ReadingQuality
from storage.domain.ids import BodyId, CellPath, Sha256
from storage.domain.originals import NewVersion, Part, ReportVersion
from storage.domain.reports import Cell, ParsedReport, Reading

NOW = datetime(2025, 2, 1, tzinfo=UTC)
PATH = CellPath("requests/granted/total")
READ = ParsedReport(
    "x", "a" * 64, "text/html", "1", Reading(ReadingQuality.HIGH), cells={PATH: Cell(CellKind.NUMBER, "3", 3)}, text="共 3 件"
)
EDITED = replace(READ, cells={PATH: Cell(CellKind.NUMBER, "5", 5)})


def version(*parts: tuple[str, str], number: int = 1) -> ReportVersion:
    files = tuple(Part(Sha256(sha * 64), f"http://a.gov.test/{name}", "attachment", name) for name, sha in parts)
    found = NewVersion("http://a.gov.test/r.html", Sha256("a" * 64), parts=files)
    return ReportVersion(number, 1, BodyId("b1"), 2024, number, found, NOW, NOW)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ((READ, ()), (EDITED, ()), "表格有1处不同"),
        ((READ, ()), (replace(READ, text="共3件"), ()), "表格数字未见不同"),
        ((READ, ()), (replace(READ, text="共 5 件"), ()), "表格数字未见不同，文字有改动"),
        ((READ, (("1.pdf", "b"),)), (READ, (("1.pdf", "c"),)), "表格数字未见不同，附件替换1个"),
        ((READ, (("1.pdf", "b"),)), (READ, (("2.pdf", "b"),)), "表格数字未见不同"),
        ((READ, (("1.pdf", "b"),)), (READ, (("2.pdf", "c"), ("3.pdf", "d"))), "表格数字未见不同，附件增加2个，附件减少1个"),
        (
            (READ, ()),
            (replace(EDITED, reading=Reading(ReadingQuality.NONE)), (("1.pdf", "b"),)),
            "有一版无法读取，未能比对表格，附件增加1个",
        ),
    ],
)
def test_each_kind_of_change_is_named(old: tuple[ParsedReport, tuple], new: tuple[ParsedReport, tuple], said: str) -> None:  # type: ignore[type-arg]
    before, after = (version(*old[1]), old[0]), (version(*new[1], number=2), new[0])
    assert revision(before, after).in_words() == said
