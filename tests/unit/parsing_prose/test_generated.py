"""The generator's fictional reports: every figure it says is read, nothing it does not say; and hostile text ends quickly."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.demo.narrative import figures_said, opening_sections
from crawler.demo.sampling import Wanted, make_facts
from crawler.parsing import claims, dates, identity, sections
from storage.domain.document import Document, Locator, TextBlock
from storage.domain.reports import Section

ZERO_WORDS = ("no_", "natural_applicants_only", "all_handled")


def paragraphs(*texts: str) -> tuple[Section, ...]:
    return (Section(1, "", "", "\n".join(texts), Locator("line:1")),)


def test_every_generated_figure_is_read() -> None:
    for seed in range(200):
        facts = make_facts(seed, Wanted(body="示例市发展局", report_year=2023, requests=seed % 7 * 20))
        _, section = opening_sections(facts)
        said = figures_said(facts)
        found = [
            c
            for c in claims.find(paragraphs(*section), body=facts.body, report_year=facts.report_year)
            if not c.metric.startswith(ZERO_WORDS)
        ]
        plain = {c.metric: c.value for c in found}
        assert {m: v for m, v in plain.items() if m in said} == said
        assert {m for m in plain if m not in said} <= {"reconsideration_cases", "litigation_cases", "requests_received"}
        assert all(c.value == 0 for c in found if c.metric not in said)


HOSTILE = [
    "共计" * 2000, "收到政府信息公开申请" * 390 + "5件", "，".join(["其中1件"] * 700), "上年结转" * 900 + "3件", "未" * 3900 + "复议",
    "(" * 3900, "其中" * 1900 + "1件", "自然人" * 1200 + "5件", "9" * 3900, "一" * 3900 + "件", "2" * 5000 + "件申请",
]  # fmt: skip
ALPHABET = "收到办结申请复议诉讼维持上年结转件，。（）、公开不予85２三十%元未无占全部市区2023年 \n"


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: t[:8])
def test_hostile_text_is_read_in_linear_time(text: str) -> None:
    begun = time.process_time()
    claims.find(paragraphs(text + "。"), body="某县示例局", report_year=2023)
    assert time.process_time() - begun < 5


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(alphabet=ALPHABET, max_size=60), max_size=12))
def test_any_text_gives_claims_with_known_metrics_and_true_quotes(lines: list[str]) -> None:
    document = Document("text/plain", tuple(TextBlock(x, Locator(f"line:{i}")) for i, x in enumerate(lines)))
    parts = sections.split(document)
    name = identity.body(document, parts)
    year, _ = identity.report_year(document, identity.title(document))
    dates.find(document)
    for claim in claims.find(parts, body=name.name if name else "", report_year=year):
        assert claim.metric in claims.METRICS or claim.metric.endswith(("_share_pct", "_growth_pct"))
        assert any(claim.quote in part.text for part in parts)
