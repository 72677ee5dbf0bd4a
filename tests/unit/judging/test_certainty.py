"""A hint never accuses, a clean report is left in peace, and no figure a sentence may state breaks a rule."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.demo.filled_form import ReportFacts, Wanted, make_facts, render_docx, render_html, render_pdf, render_text
from crawler.parsing.claims import METRICS
from crawler.parsing.report import parse
from monitor.certainty import certainty_of
from monitor.findings import collect
from monitor.judge import Rule, Subject, all_rules, judge
from storage.domain.document import Problem
from storage.domain.enums import Certainty, Edition, Outcome, Severity
from storage.domain.judgement import CheckResult, Finding
from tests.rules.builder import report, subject

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"
HINTS = {Severity.S3, Severity.S4}
BODIES = ("示例市教育局", "示例市公安局", "样本县卫生健康局", "示例市城市管理综合行政执法局", "样本县城关街道办事处")
SIZES = (0, 4, 30, 90, 1200)


def _failing(rule: Rule) -> Finding | None:
    """What becomes of one failing result of a rule, on a report that was read without doubt."""
    result = CheckResult(rule.id, "requests/granted", Outcome.FAIL, 9, 5, ())
    found = collect(Subject(report({})), {known.id: known for known in all_rules()}, [result])
    return found[0] if found else None


SPEAKING = [rule for rule in all_rules() if rule.severity in HINTS and not rule.factual and rule.grouping not in {"none", "arithmetic"}]


@pytest.mark.parametrize("rule", SPEAKING, ids=lambda rule: rule.id)
def test_a_hint_is_never_called_inconsistent(rule: Rule) -> None:
    finding = _failing(rule)
    assert finding is not None
    assert finding.certainty is not Certainty.INCONSISTENT or finding.severity not in HINTS  # a revised figure grades itself S2
    if finding.certainty is Certainty.SUSPECT:
        assert "待核实" in finding.message


def test_what_is_plausible_says_what_may_explain_it() -> None:
    case = {"previous": {}, "litigation": {"after_reconsideration": (9, 0, 0, 0, 9)}}
    (finding,) = [found for found in judge(subject(case)).findings if found.rule == "T4-03"]
    assert finding.certainty is Certainty.SUSPECT
    assert "可以例外，待核实" in finding.message


@pytest.mark.parametrize("code", ["text-by-ocr", "text-by-scanner"])
def test_a_recognised_sentence_contradicts_no_table(code: str) -> None:
    read = report({})
    told = CheckResult("TX-01", "requests/new_received", Outcome.FAIL, 9, 5, ("requests/new_received/total",), quote="收到申请9件")
    assert certainty_of(read, told) is Certainty.INCONSISTENT
    recognised = replace(read, reading=replace(read.reading, problems=(Problem(code, ""),)))
    assert certainty_of(recognised, told) is Certainty.DOUBTFUL_READING
    assert certainty_of(recognised, replace(told, quote="")) is Certainty.INCONSISTENT


def test_factual_hints_are_contradictions_in_print() -> None:
    assert {rule.id for rule in all_rules() if rule.factual} == {"CV-07", "ST-06", "ST-07", "TL-09", "TX-17", "TX-18"}


def _clean(seed: int) -> ReportFacts:
    edition = Edition.E2019 if seed % 4 == 0 else Edition.E2021
    year = 2019 + seed % 2 if edition is Edition.E2019 else 2021 + seed % 4
    wanted = Wanted(BODIES[seed % 5], year, edition=edition, requests=SIZES[(seed // 5) % 5], mixed=False)
    return make_facts(random.Random(f"clean/{seed}"), wanted)


def _carriers(facts: ReportFacts, seed: int) -> Iterator[tuple[str, bytes]]:
    yield "html", render_html(facts).encode()
    if seed % 3 == 0:
        yield "tab", render_text(facts, "tab").encode()
    if seed % 10 == 0:
        yield "docx", render_docx(facts)
        yield "pdf", render_pdf(facts)


@pytest.mark.parametrize("seed", range(60))
def test_a_clean_report_raises_nothing(seed: int) -> None:
    facts = _clean(seed)
    for carrier, data in _carriers(facts, seed):
        found = judge(Subject(parse(data, source=f"clean.{carrier}"))).findings
        assert not found, [(carrier, finding.rule, finding.message) for finding in found]


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.exists(), reason="the shared corpus is not here")
@pytest.mark.parametrize("name", ["seed-001", "seed-003"])
def test_consistent_real_reports_raise_nothing(name: str) -> None:
    for original in sorted((CORPUS / name).glob("original.*")):
        assert not judge(Subject(parse(original.read_bytes(), source=original.name))).findings


@pytest.mark.parametrize("edition", list(Edition))
@pytest.mark.parametrize("before", [*Edition, None])
@pytest.mark.parametrize("base", ["clean", "zero", "empty"])
def test_no_rule_breaks_on_any_figure(edition: Edition, before: Edition | None, base: str) -> None:
    told = [{"metric": metric, "value": 3, "section": 3} for metric in METRICS]
    case = {"form": edition.value, "base": base, "claims": told}
    other = report({"form": before.value, "base": base, "claims": told}) if before else None
    others = (other,) if other else ()
    made = replace(subject(case), previous=other, earlier=others, peers=others * 12, children=others, other_versions=others)
    assert judge(made).checks
