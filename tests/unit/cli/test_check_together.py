"""Several files at once: years and carriers of one body are held against each other; and the answer as a page of its own."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from crawler.demo.filled_form import ReportFacts, Wanted, make_facts, render_docx, render_html
from crawler.demo.slips import balance_error
from tests.unit.cli.calling import Nianbao

NAME = "示例市档案馆"
LEFT, BROUGHT = "requests/carried_out/total", "requests/carried_in/total"


def facts(year: int, seed: int = 5) -> ReportFacts:
    return make_facts(seed, Wanted(NAME, year))


def rules(out: str) -> dict[str, list[dict[str, Any]]]:
    return {Path(entry["source"]).name: entry["findings"] for entry in json.loads(out)["reports"]}


def named(found: list[dict[str, Any]], rule: str) -> list[dict[str, Any]]:
    return [finding for finding in found if finding["rule"] == rule]


def test_years_of_one_body_are_judged_across(nianbao: Nianbao, tmp_path: Path) -> None:
    before = facts(2022)
    now = facts(2023)
    while now.number(BROUGHT) == before.number(LEFT):  # another body's figures would not carry over; make sure these do not
        before = facts(2022, seed=before.number(LEFT) + 7)
    (tmp_path / "a.html").write_text(render_html(before), encoding="utf8")
    (tmp_path / "b.html").write_text(render_html(now), encoding="utf8")
    alone = rules(nianbao("check", "b.html", "--format", "json").out)
    assert named(alone["b.html"], "XY-01") == []
    both = rules(nianbao("check", ".", "--format", "json").out)
    (carried,) = named(both["b.html"], "XY-01")
    assert str(before.number(LEFT)) in carried["message"]
    assert named(both["a.html"], "XY-01") == []
    order = nianbao("check", "b.html", "a.html", "--format", "json")
    assert rules(order.out) == both
    assert [entry["source"] for entry in json.loads(order.out)["reports"]] == ["b.html", "a.html"]


def test_a_year_that_follows_on_raises_nothing(nianbao: Nianbao, tmp_path: Path) -> None:
    before = facts(2022)
    now = make_facts(8, Wanted(NAME, 2023, previous=before))
    (tmp_path / "a.html").write_text(render_html(before), encoding="utf8")
    (tmp_path / "b.html").write_text(render_html(now), encoding="utf8")
    found = rules(nianbao("check", ".", "--format", "json").out)
    assert [finding for finding in found["b.html"] if finding["severity"] in {"S1", "S2"}] == []


def test_carriers_of_one_report_stay_two_entries_and_are_compared(nianbao: Nianbao, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(render_html(facts(2023)), encoding="utf8")
    (tmp_path / "a.docx").write_bytes(render_docx(facts(2023)))
    same = rules(nianbao("check", ".", "--format", "json").out)
    assert {name: found for name, found in same.items() if found} == {}
    assert len(same) == 2
    (tmp_path / "a.docx").write_bytes(render_docx(balance_error(facts(2023))))
    found = rules(nianbao("check", ".", "--format", "json").out)
    assert named(found["a.html"], "TX-21")
    assert named(found["a.docx"], "TX-21")
    assert "网页" in named(found["a.docx"], "TX-21")[0]["message"] or "html" in named(found["a.docx"], "TX-21")[0]["message"]


def test_the_same_file_twice_is_no_twin(nianbao: Nianbao, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(render_html(facts(2023)), encoding="utf8")
    (tmp_path / "b.html").write_text(render_html(facts(2023)), encoding="utf8")
    assert {name: found for name, found in rules(nianbao("check", ".", "--format", "json").out).items() if found} == {}


def test_other_bodies_are_not_mixed_up(nianbao: Nianbao, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(render_html(make_facts(1, Wanted("样本县教育局", 2022))), encoding="utf8")
    (tmp_path / "b.html").write_text(render_html(facts(2023)), encoding="utf8")
    found = rules(nianbao("check", ".", "--format", "json").out)
    assert not [finding for entry in found.values() for finding in entry if finding["rule"].startswith("XY")]


class _Page(HTMLParser):
    """Everything the page points at, its ids, and its elements."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.refers: list[str] = []
        self.loads: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name == "headers":
                self.refers += (value or "").split()
            if name == "href" and (value or "").startswith("#"):
                self.refers.append((value or "")[1:])
            elif name in {"src", "href", "action", "srcset", "data"}:
                self.loads.append(value or "")


@pytest.fixture
def written(nianbao: Nianbao, tmp_path: Path) -> str:
    (tmp_path / "a.html").write_text(render_html(balance_error(facts(2022))), encoding="utf8")
    (tmp_path / "b.html").write_text(render_html(facts(2023)), encoding="utf8")
    (tmp_path / "<script>alert(1)<script>.txt").write_bytes(b"")
    nianbao("check", ".", "--html", "../out.html")
    return (tmp_path.parent / "out.html").read_text(encoding="utf8")


def test_the_page_needs_nothing_else(written: str) -> None:
    page = _Page()
    page.feed(written)
    assert page.loads == []
    assert not page.tags & {"script", "link", "img", "iframe", "object", "form"}
    assert not re.search(r"url\(|@import", written)
    assert len(page.ids) == len(set(page.ids))
    assert set(page.refers) <= set(page.ids)


def test_the_page_shows_tables_marks_sentences_and_findings(written: str) -> None:
    assert written.count("<caption>") >= 10
    assert "报告不一致" in written
    assert "T3-02" in written
    assert 'class="mark"' in written
    assert "<mark title=" in written
    assert "没有发现问题" not in written.split('id="r2"')[1].split("</article>", maxsplit=1)[0]


def test_a_page_that_cannot_be_written_is_said(nianbao: Nianbao, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(render_html(facts(2023)), encoding="utf8")
    answer = nianbao("check", "a.html", "--html", "no/such/folder/out.html")
    assert answer.code == 2
    assert "未能写入" in answer.err
