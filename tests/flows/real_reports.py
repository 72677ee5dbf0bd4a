"""The example reports of the shared corpus, published again at run time: as text, HTML, DOCX and PDF on a portal of each kind.

Nothing of the corpus is kept in the project: narrative and figures are read from there when a test runs. The tables are set in the official
layout from the figures read by hand (`gold.json`), the narrative is the report's own; a report whose tables are pictures gets pictures.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import docx

from crawler.demo.facts import Quirk, ReportFacts
from crawler.demo.layout import Block, DrawnTable, Paragraph, litigation_table, proactive_table, requests_table
from crawler.demo.render_docx import render_docx
from crawler.demo.render_html import body_html
from crawler.demo.render_image import draw_table
from crawler.demo.render_pdf import render_pdf
from crawler.parsing.readers import text as text_reader
from crawler.parsing.sections import split
from storage.domain.document import TextBlock
from storage.domain.enums import Edition
from storage.domain.ids import CellPath
from storage.forms.loader import form

COLUMN_KEYS = ("natural", "business", "research", "welfare", "legal", "other", "total")
OUTCOME_KEYS = ("upheld", "corrected", "other", "pending", "total")
CARRIERS = ("text", "html", "docx", "pdf")


@dataclass(frozen=True)
class Example:
    """One report of the corpus, with the figures read from it by hand."""

    folder: Path

    @cached_property
    def meta(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "meta.json").read_text(encoding="utf8")))

    @cached_property
    def gold(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "gold.json").read_text(encoding="utf8")))

    @property
    def slug(self) -> str:
        return self.folder.name

    @property
    def body(self) -> str:
        return str(self.meta["body"]).split("（")[0]

    @property
    def year(self) -> int:
        return int(self.meta["year"])

    @property
    def title(self) -> str:
        return f"{self.body}{self.year}年政府信息公开工作年度报告"

    @property
    def pictured(self) -> bool:
        """Whether the tables are pictures, so that no figure of them is known."""
        return self.gold["proactive"]["edition"] is None

    @cached_property
    def raw(self) -> bytes:
        return (self.folder / "original.txt").read_bytes()

    @cached_property
    def printed(self) -> dict[CellPath, str]:
        """What is printed in each cell, by the hand-read figures; an empty cell is empty."""
        cells: dict[CellPath, str] = {}
        for key, value in self.gold["proactive"].items():
            if key != "edition":
                cells[CellPath(f"proactive/{key}")] = _printed(value)
        for row, values in self.gold["requests"].items():
            if row != "other_single":
                cells |= {CellPath(f"requests/{row}/{c}"): _printed(v) for c, v in zip(COLUMN_KEYS, values, strict=True)}
        for group, values in self.gold["litigation"].items():
            cells |= {CellPath(f"litigation/{group}/{o}"): _printed(v) for o, v in zip(OUTCOME_KEYS, values, strict=True)}
        return cells

    @property
    def header_misread(self) -> bool:
        """A table 4 of which one head is lost: the hand-read row has a hole in the middle, not an empty group."""
        return any(None in values and any(v is not None for v in values) for values in self.gold["litigation"].values())

    @cached_property
    def facts(self) -> ReportFacts:
        cells = dict(self.printed)
        quirks = frozenset[Quirk]()
        if self.header_misread:
            # The source prints fifteen figures under fourteen heads; they are printed so again, from the left.
            figures = [v for values in self.gold["litigation"].values() for v in values if v is not None]
            figures += [0] * (15 - len(figures))
            paths = list(form(Edition.E2021).litigation.paths())
            cells |= {path: str(value) for path, value in zip(paths, figures, strict=True)}
            quirks = frozenset({Quirk.HEADER4_MISALIGNED})
        return ReportFacts(self.body, self.year, Edition.E2021, cells, quirks=quirks)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Title and narrative as in the source, each table behind the heading of its section."""
        document = text_reader.read(self.raw)
        tables = {2: proactive_table(self.facts), 3: requests_table(self.facts), 4: litigation_table(self.facts)}
        heads = {str(section.at): section.number for section in split(document) if section.number in tables}
        blocks: list[Block] = [Paragraph(self.title, "title")]
        for block in document.blocks:
            if isinstance(block, TextBlock) and block.text.strip():
                blocks.append(Paragraph(block.text.strip()))
                if (number := heads.pop(str(block.at), None)) is not None:
                    blocks.append(tables[number])
        assert not heads, f"no heading line for sections {sorted(heads.values())} in {self.slug}"
        return tuple(blocks)

    @property
    def pictures(self) -> list[bytes]:
        return [draw_table(block) for block in self.blocks if isinstance(block, DrawnTable)]

    def files(self, carrier: str) -> dict[str, tuple[str, bytes]]:
        """What the portal serves for this report beside its page: name → (media type, bytes)."""
        name = f"P020{self.year + 1}0120{self.slug[-3:]}"
        if carrier == "text":
            return {f"{name}.txt": ("text/plain; charset=utf-8", self.raw)}
        if carrier == "docx":
            data = self._pictured_docx() if self.pictured else render_docx(self.facts, blocks=self.blocks)
            return {f"{name}.docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", data)}
        if carrier == "pdf":
            data = self._pictured_pdf() if self.pictured else render_pdf(self.facts, blocks=self.blocks)
            return {f"{name}.pdf": ("application/pdf", data)}
        return {f"{name}_{n}.png": ("image/png", data) for n, data in enumerate(self.pictures)} if self.pictured else {}

    def article(self, carrier: str) -> str:
        """The content of the report's page."""
        files = self.files(carrier)
        if carrier != "html":
            name = next(iter(files))
            return f'<p>{escape(self.title)}</p><p><a href="./{name}">附件：{escape(self.title)}{Path(name).suffix}</a></p>'
        if not self.pictured:
            return body_html(self.facts, blocks=self.blocks)
        pictures = iter(files)
        return "".join(
            f"<p>{escape(block.text)}</p>" if isinstance(block, Paragraph) else f'<p><img src="./{next(pictures)}"></p>'
            for block in self.blocks
        )

    def _pictured_docx(self) -> bytes:
        document = docx.Document()
        for block in self.blocks:
            if isinstance(block, Paragraph):
                document.add_paragraph(block.text)
            else:
                document.add_picture(io.BytesIO(draw_table(block)))
        target = io.BytesIO()
        document.save(target)
        return target.getvalue()

    def _pictured_pdf(self) -> bytes:
        from reportlab.lib.styles import ParagraphStyle
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.cidfonts import UnicodeCIDFont
        from reportlab.platypus import Image, SimpleDocTemplate
        from reportlab.platypus import Paragraph as FlowParagraph

        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
        style = ParagraphStyle("text", fontName="STSong-Light", fontSize=11, leading=17, wordWrap="CJK")
        flow = [
            FlowParagraph(escape(block.text), style)
            if isinstance(block, Paragraph)
            else Image(io.BytesIO(draw_table(block)), width=430, height=300, kind="proportional")
            for block in self.blocks
        ]
        target = io.BytesIO()
        SimpleDocTemplate(target).build(flow)
        return target.getvalue()


def _printed(value: object) -> str:
    return "" if value is None else str(value)


def examples(corpus: Path) -> tuple[Example, ...]:
    """The example reports given as text, in the order of their folders."""
    return tuple(Example(folder) for folder in sorted(corpus.glob("seed-00*")) if (folder / "original.txt").is_file())
