"""Time and memory to read one report, beside the library alone and the usual general tools on the same bytes; printed, never asserted.

`python tests/bench/bench_reading.py` reads generated reports, `python tests/bench/bench_reading.py FILE…` these files.

Generated pages pasted from Word have 143 KB; two that portals published have 71 and 111 KB. A dressed DOCX has 133 KB of XML;
these two pages saved as DOCX by LibreOffice have 196 and 221 KB.
"""

from __future__ import annotations

import io
import platform
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import pypdfium2
from lxml import etree, html

from crawler.demo.filled_form import ReportFacts, Wanted, make_facts, render_docx, render_html, render_pdf, render_text
from crawler.parsing import detect
from crawler.parsing.report import parse
from tests.bench.general_tools import tool
from tests.bench.peak_memory import peak

SEEDS = range(8)
ROUNDS = 7
_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_W = f"{{{_NAMESPACE}}}"
_DRESS = (
    f'<w:rPr xmlns:w="{_NAMESPACE}"><w:rFonts w:ascii="宋体" w:hAnsi="宋体" w:cs="宋体" w:hint="eastAsia"/><w:color w:val="000000"/>'
    '<w:sz w:val="18"/><w:szCs w:val="18"/></w:rPr>'
)
_BORDERS = (
    f'<w:tcBorders xmlns:w="{_NAMESPACE}"><w:top w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
    '<w:bottom w:val="single" w:sz="4" w:space="0" w:color="auto"/></w:tcBorders>'
)


@dataclass(frozen=True, slots=True)
class Carrier:
    """One kind of file: how many times the library's time is the goal, which library and which general tool it is held against."""

    name: str
    files: Sequence[bytes]
    kind: str
    goal: float = 0


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


LIBRARY: dict[str, tuple[str, Callable[[bytes], None]]] = {"html": ("lxml", _html), "docx": ("lxml", _docx), "pdf": ("pypdfium2", _pdf)}


def dressed(data: bytes) -> bytes:
    """The same DOCX with fonts on every run and borders on every cell, as word processors write them."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        for name in package.namelist():
            member = package.read(name)
            if name == "word/document.xml":
                root = etree.fromstring(member)
                for run in root.iter(f"{_W}r"):
                    run.insert(0, etree.fromstring(_DRESS))
                for properties in root.iter(f"{_W}tcPr"):
                    properties.append(etree.fromstring(_BORDERS))
                member = etree.tostring(root, encoding="UTF-8", standalone=True)
            written.writestr(name, member)
    return target.getvalue()


def _generated() -> list[Carrier]:
    facts: list[ReportFacts] = [make_facts(seed, Wanted("示例市民政局", 2024)) for seed in SEEDS]
    return [
        Carrier("HTML, Word-pasted", [render_html(one, style="word").encode() for one in facts], "html", 5),
        Carrier("HTML, clean", [render_html(one).encode() for one in facts], "html"),
        Carrier("DOCX, dressed", [dressed(render_docx(one)) for one in facts], "docx", 5),
        Carrier("DOCX, bare", [render_docx(one) for one in facts], "docx"),
        Carrier("PDF", [render_pdf(one) for one in facts], "pdf", 3),
        Carrier("text, tabs", [render_text(one, "tab").encode() for one in facts], "text"),
    ]


def _given(paths: Sequence[str]) -> list[Carrier]:
    found = []
    for path in map(Path, paths):
        data = path.read_bytes()
        found.append(Carrier(f"{path.parent.name}/{path.name}"[-24:], [data], detect.detect(data)[0]))
    return found


def _milliseconds(work: Callable[[bytes], object], files: Sequence[bytes], rounds: int = ROUNDS) -> float:
    """Median over the files of the best of some rounds: what the work costs when nothing disturbs it."""
    best = []
    for data in files:
        times = []
        for _ in range(rounds):
            started = time.process_time()
            work(data)
            times.append(time.process_time() - started)
        best.append(min(times) * 1000)
    return statistics.median(best)


def _memory(data: bytes) -> float:
    with tempfile.NamedTemporaryFile() as original:
        original.write(data)
        original.flush()
        return peak(Path(original.name))[0]


def _line(carrier: Carrier) -> str:
    parse(carrier.files[0], source="warm-up")
    whole = _milliseconds(lambda data: parse(data, source="bench"), carrier.files)
    name, library = LIBRARY.get(carrier.kind, ("", None))
    alone = _milliseconds(library, carrier.files) if library else 0.0
    beside = f"{name} {alone:.1f}" if library else ""
    ratio = f"{whole / alone:.1f}" if library else ""
    goal = f"≤ {carrier.goal:g}" if carrier.goal else ""
    other = tool(carrier.kind)
    general, times = "", ""
    if other:
        taken = _milliseconds(other[1], carrier.files, rounds=2)
        general, times = f"{other[0]} {taken:.0f}", f"{taken / whole:.1f}"
    size = statistics.median(len(data) for data in carrier.files) / 1000
    return (
        f"{carrier.name:24} {size:6.0f} {beside:>15} {whole:8.1f} {ratio:>6} {goal:>5} {1000 / whole:6.0f} "
        f"{_memory(carrier.files[0]):7.0f} {general:>18} {times:>6}"
    )


def main(paths: Sequence[str]) -> None:
    """Print one line per carrier, or per file given."""
    print(f"{platform.machine()}, Python {platform.python_version()}; CPU ms per report on one core, peak MB over an empty interpreter")
    columns = ("KB", "library alone", "reading", "ratio", "goal", "per s", "peak MB", "general tool", "times")
    print("{:24} {:>6} {:>15} {:>8} {:>6} {:>5} {:>6} {:>7} {:>18} {:>6}".format("carrier", *columns))
    for carrier in _given(paths) if paths else _generated():
        print(_line(carrier), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
