"""Conversion through LibreOffice: bounded, kept where the caller wants it, and said to be missing where it is."""

import struct

import pytest
from carriers import OFFICE, by_office, facts
from printing import score

from crawler.demo.filled_form import render_docx
from crawler.parsing import convert, detect
from crawler.parsing.report import parse
from crawler.parsing.sandbox import parse_isolated
from storage.domain.enums import ReadingQuality
from storage.domain.errors import Corrupt, Encrypted, NeedsLibreOffice

needs_office = pytest.mark.skipif(not OFFICE, reason="LibreOffice is not installed")


def old_word(data: bytes, *, version: int = 0x68, flags: int = 0) -> bytes:
    """A DOC whose header says it is of another version."""
    at = data.index(b"\xec\xa5")
    changed = bytearray(data)
    changed[at + 2 : at + 4] = struct.pack("<H", version)
    changed[at + 10] |= flags & 0xFF
    changed[at + 11] |= flags >> 8
    return bytes(changed)


@pytest.fixture(scope="module")
def doc(tmp_path_factory):
    return by_office({"1.docx": render_docx(facts(1))}, "doc", tmp_path_factory.mktemp("office"))["1"]


def test_without_libreoffice_the_report_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NeedsLibreOffice, match="LibreOffice"):
        convert.to_docx(b"x", "doc")
    with convert.cached_in({}), pytest.raises(NeedsLibreOffice):
        convert.to_docx(b"x", "doc")


def test_a_result_that_is_kept_is_not_made_again(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    kept = {"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881": b"made before"}  # SHA-256 of "x"
    with convert.cached_in(kept):
        assert convert.to_docx(b"x", "doc") == b"made before"


@needs_office
def test_a_conversion_is_kept_by_its_original(doc):
    results = {}
    with convert.cached_in(results):
        first = convert.to_docx(doc, "doc")
        assert convert.to_docx(doc, "doc") is first
    assert len(results) == 1
    assert score(first, facts(1).truth()) == {"right": len(facts(1).truth())}


@needs_office
@pytest.mark.parametrize(
    "limits",
    [convert.ConversionLimits(wall_seconds=0.2), convert.ConversionLimits(memory_mb=64), convert.ConversionLimits(output_mb=0)],
)
def test_a_conversion_beyond_its_bounds_is_a_reading_error(doc, limits):
    with pytest.raises(Corrupt):
        convert.to_docx(doc, "doc", limits)


@needs_office
def test_an_old_version_goes_through_the_converter_inside_the_limits_of_the_parser(doc):
    # The header lies, the content is of today: what matters is the way it takes, and that the parser's child survives it.
    report = parse_isolated(old_word(doc), source="x")
    assert report.meta["converted-by"] == "libreoffice"
    assert report.cells == parse(doc, source="x").cells


@needs_office
def test_a_locked_document_says_so(doc):
    with pytest.raises(Encrypted):
        detect.read(old_word(doc, version=0xC1, flags=0x0100))


@needs_office
@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9, 0.98])
def test_a_truncated_document_is_damaged_not_misread(doc, share):
    truth = facts(1).truth()
    report = parse(doc[: int(len(doc) * share)], source="x")
    read = {path: cell.value for path, cell in report.cells.items() if path in truth}
    assert report.reading.quality is ReadingQuality.NONE or read == {path: want.value for path, want in truth.items()}
