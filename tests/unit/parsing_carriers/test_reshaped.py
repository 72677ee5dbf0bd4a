"""The same figures in other shapes are read; harm that destroys or moves figures is flagged, in every carrier."""

import random

import pytest
from printing import score

from crawler.demo import damage, harm, reshape
from crawler.demo.filled_form import (
    Wanted,
    lay_out,
    make_facts,
    render_docx,
    render_html,
    render_ofd,
    render_pdf,
    render_rtf,
    render_text,
    render_xlsx,
    truth_of,
)
from crawler.demo.layout import DrawnTable
from crawler.demo.render_aligned import render_aligned
from crawler.parsing.report import parse
from storage.domain.enums import Edition

STRUCTURED = {
    "html": lambda report, blocks: render_html(report, blocks=blocks).encode(),
    "docx": lambda report, blocks: render_docx(report, blocks=blocks),
    "pdf": lambda report, blocks: render_pdf(report, blocks=blocks),
    "rtf": lambda report, blocks: render_rtf(report, blocks=blocks),
    "xlsx": lambda report, blocks: render_xlsx(report, blocks=blocks),
    "ofd": lambda report, blocks: render_ofd(report, blocks=blocks),
    "tab": lambda report, blocks: render_text(report, "tab", blocks=blocks).encode(),
    "pipe": lambda report, blocks: render_text(report, "pipe", blocks=blocks).encode(),
}
CARRIERS = {
    **STRUCTURED,
    "lines": lambda report, blocks: render_text(report, "lines", blocks=blocks).encode(),
    "glued": lambda report, blocks: render_text(report, "glued", blocks=blocks).encode(),
    "aligned": lambda report, blocks: render_aligned(report, blocks=blocks).encode(),
}
PADS = frozenset({"docx", "pdf", "xlsx", "ofd"})  # these print an empty cell at the end of a row that is a cell short


def report_of(seed):
    rng = random.Random(seed)
    edition = Edition.E2019 if seed % 4 == 3 else Edition.E2021
    wanted = Wanted("示例市发展局", 2023, edition=edition, requests=rng.choice((4, 30, 90, 1200)), mixed=seed % 5 == 2)
    return make_facts(rng, wanted), rng


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("shape", [*reshape.RESHAPE, damage.page_breaks_with_heads, damage.cells_for_spans], ids=lambda s: s.__name__)
def test_other_shapes_are_read_or_flagged(shape, carrier):
    for seed in (3,):
        report, rng = report_of(seed)
        counts = score(CARRIERS[carrier](report, shape(lay_out(report), rng)), report.truth())
        assert counts["silent"] == 0
        squeezed = shape is reshape.requests_on_the_side and carrier in ("pdf", "ofd")  # labels run out of cells one character wide
        if carrier in STRUCTURED and not squeezed:
            assert counts["flagged"] == 0


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("harmed", harm.HARM, ids=lambda h: h.__name__)
def test_harm_to_figures_is_never_silent(harmed, carrier):
    for seed in range(100, 101 if carrier in PADS else 102):
        report, rng = report_of(seed)
        blocks, lost = harmed(lay_out(report), rng)
        padded = harmed is harm.cell_lost and carrier in PADS
        assert not _silent(CARRIERS[carrier](report, blocks), blocks, report, () if padded else lost) or padded, seed


def _silent(data, blocks, report, lost):
    """Cells read with confidence as neither printed nor meant."""
    printed = {cell.path: cell.text for block in blocks if isinstance(block, DrawnTable) for cell in block.cells if cell.path}
    truth = report.truth()
    wrong = []
    for path, cell in parse(data, source="x").cells.items():
        if cell.value is None or not cell.trusted:
            continue
        want = truth[path] if path in lost else truth_of(printed[path]) if path in printed else None
        if want is None or cell.value != want.value:
            wrong.append((path, want, cell.raw))
    return wrong
