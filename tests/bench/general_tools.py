"""What the usual general tools take for the tables (HTML and DOCX: and the text) of the same files, where they are installed.

They give cells without meaning: no form, no second reading, no prose. The product itself needs neither BeautifulSoup nor pdfplumber:
`pip install "beautifulsoup4==4.15.*" "pdfplumber==0.11.*"`.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable
from types import ModuleType

Work = Callable[[bytes], object]


def _module(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def soup(data: bytes) -> list[list[str]]:
    """The rows of all tables of a page, through BeautifulSoup on lxml."""
    page = importlib.import_module("bs4").BeautifulSoup(data, "lxml")
    page.get_text(" ")
    return [[cell.get_text(strip=True) for cell in row.find_all(["td", "th"])] for row in page.find_all("tr")]


def word(data: bytes) -> list[list[str]]:
    """Paragraphs and the rows of all tables, through python-docx."""
    document = importlib.import_module("docx").Document(io.BytesIO(data))
    _ = [paragraph.text for paragraph in document.paragraphs]
    return [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]


def plumber(data: bytes) -> list[list[list[list[str | None]]]]:
    """The tables of all pages, through pdfplumber."""
    with importlib.import_module("pdfplumber").open(io.BytesIO(data)) as document:
        return [page.extract_tables() for page in document.pages]


TOOLS: dict[str, tuple[str, str, Work]] = {
    "html": ("BeautifulSoup", "bs4", soup),
    "docx": ("python-docx", "docx", word),
    "pdf": ("pdfplumber", "pdfplumber", plumber),
}


def tool(kind: str) -> tuple[str, Work] | None:
    """Name and work of the general tool for a kind of file; None where there is none or it is not installed."""
    if kind not in TOOLS:
        return None
    name, module, work = TOOLS[kind]
    return (name, work) if _module(module) else None
