from __future__ import annotations

import random
import re
from collections import Counter

import pytest

from crawler.demo import damage, slips
from crawler.demo.damage import BLOCK_DAMAGE, BlockDamage
from crawler.demo.facts import ReportFacts, Truth
from crawler.demo.filled_form import (
    DrawnTable,
    Wanted,
    lay_out,
    make_facts,
    render_docx,
    render_html,
    render_pdf,
    render_text,
)
from crawler.demo.samples import sample, samples
from crawler.parsing.report import parse
from storage.domain.enums import CellKind, Edition, ReadingQuality
from storage.domain.reports import Cell, ParsedReport

CHUNKS, CHUNK = 8, 65
"""520 generated reports: at least 500 over all carriers and damages."""

FLAGS = {CellKind.ABSENT, CellKind.UNREADABLE, CellKind.CONFLICT, CellKind.MERGED, CellKind.TEXT}
STRUCTURED = {"html", "word", "docx", "pdf"}


def verdict(truth: Truth, cell: Cell, quality: ReadingQuality) -> str:
    """right, flagged (not read, and said so) or silent (wrong without a flag); a blank, a dash and a 0 are three different things."""
    if cell.value == truth.value and (truth.value is not None or cell.kind is truth.kind):
        return "right"
    doubtful = cell.confidence < 0.9 or quality in {ReadingQuality.LOW, ReadingQuality.NONE}
    return "flagged" if doubtful or cell.kind in FLAGS else "silent"


def verdicts(facts: ReportFacts, parsed: ParsedReport) -> dict[str, str]:
    return {path: verdict(truth, parsed.cell(path), parsed.reading.quality) for path, truth in facts.truth().items()}


def unread(facts: ReportFacts, data: bytes) -> dict[str, str]:
    parsed = parse(data, source="sample")
    return {path: found for path, found in verdicts(facts, parsed).items() if found != "right"}


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_generated_report_is_read_wrong_in_silence(chunk: int) -> None:
    numbers = range(chunk * CHUNK, (chunk + 1) * CHUNK)
    silent: list[str] = []
    counts: Counter[str] = Counter()
    for number in numbers:
        one = sample(number)
        found = verdicts(one.facts, parse(one.data, source="sample"))
        silent += [f"{number} {one.carrier} {one.damage} {path}" for path, said in found.items() if said == "silent"]
        if one.carrier in STRUCTURED and not one.destroys:
            counts.update(found.values())
    assert silent == []
    assert counts["right"] / counts.total() >= 0.97


@pytest.mark.parametrize("mixed", [False, True])
@pytest.mark.parametrize("edition", list(Edition))
@pytest.mark.parametrize("seed", range(3))
def test_an_undamaged_report_is_read_whole_from_every_carrier(seed: int, edition: Edition, mixed: bool) -> None:
    facts = make_facts(seed, Wanted("示例市水务局", 2024, edition=edition, mixed=mixed))
    files = {
        "html": render_html(facts).encode(),
        "word": render_html(facts, style="word").encode(),
        "docx": render_docx(facts),
        "pdf": render_pdf(facts),
        **{shape: render_text(facts, shape).encode() for shape in ("tab", "pipe", "lines")},
    }
    assert {carrier: found for carrier, data in files.items() if (found := unread(facts, data))} == {}


@pytest.mark.parametrize("seed", range(4))
def test_sentences_that_state_the_same_figures_cast_no_doubt_on_the_tables(seed: int) -> None:
    before = make_facts(seed, Wanted("示例市水务局", 2023))
    facts = make_facts(seed + 100, Wanted("示例市水务局", 2024, previous=before))
    parsed = parse(render_html(facts).encode(), source="sample")
    assert [problem.message for problem in parsed.reading.problems] == []
    assert parsed.reading.quality is ReadingQuality.HIGH


def test_the_stream_is_the_same_each_time_and_whatever_its_length() -> None:
    short = list(samples(12))
    assert short == list(samples(16))[:12]
    assert [one.data for one in short] == [sample(number).data for number in range(12)]
    assert short != list(samples(12, seed=2))


def test_the_stream_covers_every_carrier_and_every_damage() -> None:
    met: Counter[str] = Counter()
    for number in range(0, 520, 3):
        one = sample(number)
        met.update([one.carrier, one.facts.edition.value, *one.damage])
    wanted = {kind.__name__ for kind in BLOCK_DAMAGE} | {"html", "word", "docx", "pdf", "tab", "pipe", "lines", "glued", "2019", "2021"}
    assert wanted <= set(met)


def figures(text: str) -> Counter[str]:
    """All runs of digits, brought to plain digits without grouping."""
    plain = text.translate(str.maketrans("０１２３４５６７８９", "0123456789"))
    return Counter(re.findall(r"\d+", re.sub(r"(?<=\d),(?=\d{3})", "", plain)))


@pytest.mark.parametrize("kind", BLOCK_DAMAGE, ids=lambda kind: kind.__name__)
def test_damage_to_the_layout_keeps_every_figure_and_tiles_its_tables(kind: BlockDamage) -> None:
    facts = make_facts(21, Wanted("示例市水务局", 2024, requests=1200))
    before = lay_out(facts)
    after = kind(before, random.Random(4))
    assert after != before
    paths = [cell.path for block in after if isinstance(block, DrawnTable) for cell in block.cells if cell.path]
    assert sorted(paths) == sorted(facts.cells)
    for table in (block for block in after if isinstance(block, DrawnTable)):
        area = [
            (r, c)
            for cell in table.cells
            for r in range(cell.row, cell.row + cell.rowspan)
            for c in range(cell.column, cell.column + cell.colspan)
        ]
        assert sorted(area) == [(r, c) for r in range(table.rows) for c in range(table.columns)]


@pytest.mark.parametrize("kind", [damage.lost_leading_tabs, damage.lost_trailing_tabs, damage.spaces_for_tabs])
def test_damage_to_tabs_keeps_every_figure(kind: object) -> None:
    assert callable(kind)
    text = render_text(make_facts(22, Wanted("示例市水务局", 2024)))
    after = kind(text, random.Random(1))
    assert after != text
    assert figures(after) == figures(text)


def test_dropped_lines_are_admitted_to_destroy_figures() -> None:
    text = render_text(make_facts(23, Wanted("示例市水务局", 2024)), "lines")
    after = damage.repeated_lines_dropped(text, random.Random(1))
    assert figures(after)["0"] < figures(text)["0"]
    assert "repeated_lines_dropped" in damage.DESTROYS


@pytest.mark.parametrize("carrier", ["html", "docx", "pdf", "tab", "pipe", "lines"])
def test_the_reading_follows_a_changed_digit_and_never_repairs_it(carrier: str) -> None:
    rng = random.Random(f"digits/{carrier}")
    for seed in range(6):
        facts = make_facts(seed, Wanted("示例市水务局", 2024))
        path = rng.choice([path for path in facts.cells if path.split("/")[0] in {"requests", "litigation"}])
        changed = facts.with_cells({path: str(facts.number(path) + rng.choice((1, 2, 9)))})
        data: dict[str, object] = {"html": render_html, "docx": render_docx, "pdf": render_pdf}
        render = data.get(carrier)
        raw = render(changed) if callable(render) else render_text(changed, carrier)  # type: ignore[arg-type]
        found = unread(changed, raw if isinstance(raw, bytes) else str(raw).encode())
        assert found == {}, (seed, path)


def test_blank_dash_and_zero_stay_three_things() -> None:
    facts = make_facts(5, Wanted("示例市水务局", 2024))
    for broken in (slips.blank_zeros(facts), slips.dashes_for_zeros(facts), facts):
        assert unread(broken, render_html(broken).encode()) == {}
        assert unread(broken, render_docx(broken)) == {}
