"""Claims, body and year on the shared corpus of real reports, read at run time and never copied; figures come from its gold files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.parsing import claims, identity, sections
from crawler.parsing.readers import html, pdf, text
from storage.domain.document import Document
from storage.domain.reports import Claim

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"
READERS = {".txt": text.read, ".md": text.read, ".html": html.read, ".pdf": pdf.read}
FILES = sorted(CORPUS.glob("*/original.*")) if CORPUS.is_dir() else []

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not FILES, reason="the shared corpus is not here")]

# Gold names that are no metric of ours: an office's own figure has the scope `office` instead of a name of its own.
RENAMED = {"requests_received_gov_office_only": "requests_received"}
# Comparable by rules: these must agree with gold wherever gold states the metric.
COMPARED = ("", "new", "incl_carried", "processed", "none", "all")


def read(path: Path) -> tuple[Document, str, int | None, tuple[Claim, ...]]:
    document = READERS[path.suffix](path.read_bytes())
    parts = sections.split(document)
    name = identity.body(document, parts)
    year, _ = identity.report_year(document, identity.title(document))
    found = claims.find(parts, body=name.name if name else "", report_year=year)
    return document, name.name if name else "", year, found


def gold(path: Path) -> list[tuple[str, object]]:
    told = json.loads((path.parent / "gold.json").read_text("utf8"))["narrative_claims"]
    return [(RENAMED.get(c["claim"], c["claim"]), c["value"]) for c in told]


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}{p.suffix}")
def test_six_sections_body_and_year(path: Path) -> None:
    document, name, year, _ = read(path)
    meta = json.loads((path.parent / "meta.json").read_text("utf8"))
    numbers = [s.number for s in sections.split(document) if s.number]
    printed = "".join(getattr(b, "text", "") for b in document.blocks)
    assert numbers == [n for n in range(1, 7) if n in numbers]
    assert len(numbers) == 6 or "总体情况" not in printed
    assert year == meta["year"]
    assert name
    assert name in meta["body"]


def test_recall_of_figures_in_prose() -> None:
    """At least 97 of 100 gold figures are found with metric and value, over all files."""
    missed = []
    total = 0
    for path in FILES:
        found = {(c.metric, c.value) for c in read(path)[3]}
        for metric, value in gold(path):
            total += 1
            if (metric, value) not in found:
                missed.append((path.parent.name, metric, value))
    print(f"recall of claims: {total - len(missed)} of {total}; missed {missed}")
    assert len(missed) <= 0.03 * total


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}{p.suffix}")
def test_no_figure_contradicts_gold(path: Path) -> None:
    told: dict[str, set[object]] = {}
    for metric, value in gold(path):
        told.setdefault(metric, set()).add(value)
    found = [c for c in read(path)[3] if c.metric in told and c.qualifier in COMPARED and not c.period]
    assert [(c.metric, c.value, c.quote) for c in found if c.value not in told[c.metric]] == []
