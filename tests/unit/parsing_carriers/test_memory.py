"""A reading takes little memory: measured in an interpreter of its own, over what an empty one takes."""

from pathlib import Path

import pytest

from crawler.demo.filled_form import Wanted, make_facts, render_docx, render_html, render_pdf
from tests.bench.peak_memory import peak

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"
MOST = 100  # MB; what is promised is 200, and growth should be seen before it is broken


@pytest.mark.parametrize(
    "render", [lambda facts: render_html(facts, style="word").encode(), render_docx, render_pdf], ids=["html", "docx", "pdf"]
)
def test_a_generated_report(render, tmp_path):
    original = tmp_path / "report"
    original.write_bytes(render(make_facts(3, Wanted("示例市民政局", 2024))))
    most, program, quality = peak(original)
    assert quality == "high"
    assert program < most < MOST


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real reports is not here")
def test_the_largest_real_report():
    most, program, quality = peak(max(CORPUS.glob("*/original.*"), key=lambda path: path.stat().st_size))
    assert quality == "high"
    assert program < most < MOST
