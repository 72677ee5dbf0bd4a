"""Time to read one report, beside the library alone on the same bytes: `python tests/bench/bench_reading.py`; printed, never asserted."""

from __future__ import annotations

import io
import platform
import statistics
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import pypdfium2
from lxml import etree, html

from crawler.demo.filled_form import Wanted, make_facts, render_docx, render_html, render_pdf, render_text
from crawler.parsing.report import parse

SEEDS = range(8)
ROUNDS = 5


def _html(data: bytes) -> None:
    html.document_fromstring(data, parser=html.HTMLParser(encoding="utf-8"))


def _docx(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        etree.fromstring(package.read("word/document.xml"))


def _pdf(data: bytes) -> None:
    document = pypdfium2.PdfDocument(data)
    for page in document:
        page.get_textpage().get_text_bounded()
    document.close()


def _nothing(data: bytes) -> None:
    data.decode("utf-8")


CARRIERS: dict[str, tuple[Callable[..., bytes], Callable[[bytes], None], float]] = {
    "HTML, Word-pasted": (lambda facts: render_html(facts, style="word").encode(), _html, 5),
    "HTML, clean": (lambda facts: render_html(facts).encode(), _html, 5),
    "DOCX": (render_docx, _docx, 5),
    "PDF": (render_pdf, _pdf, 3),
    "text, tabs": (lambda facts: render_text(facts, "tab").encode(), _nothing, 0),
}


def _milliseconds(work: Callable[[bytes], object], files: list[bytes]) -> float:
    """Median over the files of the best of some rounds: what the work costs when nothing disturbs it."""
    best = []
    for data in files:
        times = []
        for _ in range(ROUNDS):
            started = time.process_time()
            work(data)
            times.append(time.process_time() - started)
        best.append(min(times) * 1000)
    return statistics.median(best)


def main() -> None:
    """Print one line per carrier."""
    print(f"{platform.machine()}, Python {platform.python_version()}; CPU milliseconds, {len(SEEDS)} generated reports")
    print(f"{'carrier':20} {'library':>9} {'reading':>9} {'ratio':>7} {'goal':>6} {'per s':>7}")
    for name, (render, library, goal) in CARRIERS.items():
        files = [render(make_facts(seed, Wanted("示例市民政局", 2024))) for seed in SEEDS]
        parse(files[0], source="warm-up")
        alone, whole = _milliseconds(library, files), _milliseconds(lambda data: parse(data, source="bench"), files)
        ratio, bar = (f"{whole / alone:.1f}", f"≤ {goal:g}") if goal else ("", "")
        print(f"{name:20} {alone:9.2f} {whole:9.2f} {ratio:>7} {bar:>6} {1000 / whole:7.0f}")


if __name__ == "__main__":
    main()
