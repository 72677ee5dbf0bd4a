"""Dates in the properties of a file: made, saved, signed."""

from __future__ import annotations

from datetime import date

import pytest

from crawler.parsing.file_dates import local_day
from crawler.parsing.report import parse
from monitor.judge import judge
from monitor.outputs.check_json import report_entry
from monitor.subject import Subject
from storage.domain.enums import DateKind

SIGNATURE = "/Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /ByteRange [0 9 9 9] /Contents <00>"


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("D:20240122153000+08'00'", date(2024, 1, 22)),
        ("D:20240122153000+08'00", date(2024, 1, 22)),
        ("D:20240122153000", date(2024, 1, 22)),  # no zone: a clock on the wall
        ("20240122", date(2024, 1, 22)),
        ("D:20240131155959Z", date(2024, 1, 31)),
        ("D:20240131160000Z", date(2024, 2, 1)),  # midnight in China
        ("D:20240131110000-05'00'", date(2024, 2, 1)),
        ("D:20240131110000-05", date(2024, 2, 1)),
        ("D:2024", None),
        ("D:20241322", None),
        ("D:20240122153000+99'00'", None),
        ("D:99991231235959-12'00'", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_the_day_of_a_property_is_that_of_china(written: str, day: date | None) -> None:
    assert local_day(written) == day


def test_a_pdf_says_when_it_was_made_saved_and_signed() -> None:
    data = pdf(
        info="/CreationDate (D:20240110090000+08'00') /ModDate (D:20240118170000+08'00')", signed=("D:20240120100000+08'00'", "nonsense")
    )
    parsed = parse(data, source="r.pdf")
    found = [(mention.value.isoformat(), mention.raw.split()[0]) for mention in parsed.dates if mention.kind is DateKind.FILE]
    assert found == [("2024-01-10", "creationdate"), ("2024-01-18", "moddate"), ("2024-01-20", "signed")]


def test_a_clock_never_set_is_no_date() -> None:
    parsed = parse(pdf(info="/CreationDate (D:19800106000000Z) /ModDate (D:20000101000000+00'00')"), source="r.pdf")
    assert not [mention for mention in parsed.dates if mention.kind is DateKind.FILE]


def test_the_contract_with_outsiders_names_dates_of_the_report_alone() -> None:
    parsed = parse(pdf(info="/CreationDate (D:20240110090000+08'00')"), source="r.pdf")
    assert [mention.kind for mention in parsed.dates] == [DateKind.FILE]
    assert report_entry(parsed, judge(Subject(report=parsed)))["dates"] == []


def pdf(*, info: str = "", signed: tuple[str, ...] = ()) -> bytes:
    """One page with one word, its properties and its signatures, written out by hand."""
    word = "BT /F1 12 Tf 50 700 Td (Report) Tj ET"
    fields = [f"<< /FT /Sig /T (s{number}) /V << {SIGNATURE} /M ({when}) >> >>" for number, when in enumerate(signed)]
    names = " ".join(f"{6 + number} 0 R" for number in range(len(fields)))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R /AcroForm << /SigFlags 3 /Fields [{names}] >> >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 << /Type /Font /Subtype /Type1"
        " /BaseFont /Helvetica >> >> >> >>",
        f"<< /Length {len(word)} >>\nstream\n{word}\nendstream",
        f"<< {info} >>",
        *fields,
    ]
    text, offsets = "%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(text))
        text += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    text += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    text += f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{text.index('xref')}\n%%EOF\n"
    return text.encode("ascii")
