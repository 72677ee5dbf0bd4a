"""Filled report forms whose truth is known: the face of the generator.

`make_facts(seed, Wanted(body, year))` draws a report that agrees with itself; the functions of `crawler.demo.slips` break it; the renderers
print it in every carrier. What a right reading must find is `facts.truth()` for the cells and `figures_said(facts)` for the sentences.
"""

from __future__ import annotations

from crawler.demo.facts import Quirk, ReportFacts, Truth, truth_of
from crawler.demo.layout import Block, DrawnTable, Paragraph, Placed, lay_out
from crawler.demo.narrative import figures_said
from crawler.demo.render_docx import render_docx
from crawler.demo.render_html import body_html, image_only_body, render_html, render_image_only_html
from crawler.demo.render_ofd import render_ofd
from crawler.demo.render_pdf import render_pdf
from crawler.demo.render_rtf import render_rtf
from crawler.demo.render_text import Shape, render_text
from crawler.demo.render_xlsx import render_xlsx
from crawler.demo.sampling import Wanted, make_facts

__all__ = [
    "Block",
    "DrawnTable",
    "Paragraph",
    "Placed",
    "Quirk",
    "ReportFacts",
    "Shape",
    "Truth",
    "Wanted",
    "body_html",
    "figures_said",
    "image_only_body",
    "lay_out",
    "make_facts",
    "render_docx",
    "render_html",
    "render_image_only_html",
    "render_ofd",
    "render_pdf",
    "render_rtf",
    "render_text",
    "render_xlsx",
    "truth_of",
]
