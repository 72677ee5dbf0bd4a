"""Bytes to ParsedReport: the one entry point of reading. Pure; bad input gives quality none with the reason, never an exception."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from crawler.parsing import claims, dates, detect, identity, pictures, sections, tables
from crawler.parsing.continuations import joined
from crawler.parsing.stream import Stream
from crawler.parsing.version import PARSER_VERSION
from storage.domain.document import Document, GridBlock, Problem, TextBlock
from storage.domain.enums import Edition, ReadingQuality
from storage.domain.errors import ReadError
from storage.domain.ids import CellPath
from storage.domain.reports import ABSENT_CELL, Cell, ParsedReport, Reading
from storage.forms.loader import form


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known of a report before it is read; evidence in it still wins.

    `pictures` are those its page shows and keeps as files of their own: address or name, and bytes. `further` are the further pages of a
    report split over several, in their order.
    """

    body_names: tuple[str, ...] = ()
    publisher: str = ""
    report_year: int | None = None
    published_on: date | None = None
    pictures: tuple[tuple[str, bytes], ...] = ()
    further: tuple[bytes, ...] = ()


_NO_HINTS = Hints()


def parse(data: bytes, *, source: str, hints: Hints = _NO_HINTS) -> ParsedReport:
    """Read one report."""
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        document = pictures.recognised(joined(detect.read(data), [detect.read(page) for page in hints.further]), hints.pictures)
    except ReadError as error:
        return unread(source, sha256, Problem(error.code.replace("_", "-"), error.message), hints)
    except (RecursionError, MemoryError) as error:
        return unread(source, sha256, Problem("too-large", f"文件结构过于复杂：{type(error).__name__}"), hints)
    except Exception as error:  # noqa: BLE001 - foreign bytes break vendors in ways no list foresees; the reason is kept and shown
        return unread(source, sha256, Problem("reader-failed", f"读取时出错：{type(error).__name__}"), hints)
    return of_document(document, source=source, sha256=sha256, hints=hints)


def of_document(document: Document, *, source: str, sha256: str, hints: Hints = _NO_HINTS) -> ParsedReport:
    """The report in a document already read."""
    outline = sections.outline(document)
    parts = sections.split(document, outline)
    title = identity.title(document)
    body = identity.body(document, parts, hints.publisher, hints.body_names, title)
    year, evidence = identity.report_year(document, title, hints.report_year)
    stream = Stream(document)
    edition = tables.edition(document, stream)
    reading = tables.read(document, form(edition or _usual_edition(year)), stream)
    quality = tables.overall(reading.quality)
    return ParsedReport(
        source=source,
        sha256=sha256,
        media_type=document.media_type,
        parser_version=PARSER_VERSION,
        reading=Reading(quality, (*document.problems, *reading.problems), reading.quality),
        title=title,
        body=body,
        report_year=year,
        year_evidence=evidence,
        form=edition,
        form_cited=identity.form_cited(document),
        cells=reading.cells,
        sections=parts,
        claims=claims.find(parts, body=body.name if body else "", report_year=year),
        dates=dates.find(document, sections.end_of_text(document, outline)),
        text=_text(document),
        meta=dict(document.meta),
    )


def unread(source: str, sha256: str, problem: Problem, hints: Hints = _NO_HINTS) -> ParsedReport:
    """The report of a file that could not be read, with the reason."""
    paths = form(_usual_edition(hints.report_year)).paths()
    cells: dict[CellPath, Cell] = dict.fromkeys(paths, ABSENT_CELL)
    quality = dict.fromkeys(tables.TABLES, ReadingQuality.NONE)
    return ParsedReport(source, sha256, "", PARSER_VERSION, Reading(ReadingQuality.NONE, (problem,), quality), cells=cells)


def _usual_edition(year: int | None) -> Edition:
    """The form to lay absent cells out on when no table is printed: 2019 for report years 2019 and 2020, else the one in force."""
    return Edition.E2019 if year in (2019, 2020) else Edition.E2021


def _text(document: Document) -> str:
    lines: list[str] = []
    for block in document.blocks:
        if isinstance(block, TextBlock):
            lines.append(block.text)
        elif isinstance(block, GridBlock):
            lines.append("\t".join(" ".join(cell.text.split()) for cell in block.cells))
    return "\n".join(lines)
