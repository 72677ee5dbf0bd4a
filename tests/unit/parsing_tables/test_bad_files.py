import io
import random
import zipfile

import pytest
from printing import facts, printed
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from crawler.parsing import detect
from crawler.parsing.report import parse
from storage.domain.enums import ReadingQuality
from storage.domain.errors import Corrupt, Empty, Encrypted, TooLarge, UnknownFormat


def package(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return out.getvalue()


@pytest.mark.parametrize("carrier", ["html", "word", "docx", "pdf", "tab"])
def test_exactly_one_reader_takes_a_file(carrier):
    data = printed(facts(1), carrier)
    assert sum(reader.sniff(data) for reader in detect.all_readers().values()) == 1


@pytest.mark.parametrize("data", [b"", b"\n\n  ", b"\xef\xbb\xbf", b"\x00" * 100])
def test_an_empty_file_is_empty(data):
    with pytest.raises(Empty):
        detect.read(data)


def test_noise_is_of_no_known_format():
    with pytest.raises(UnknownFormat):
        detect.read(random.Random(1).randbytes(1_000_000))


@pytest.mark.parametrize("carrier", ["docx", "pdf"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_file_is_damaged_not_misread(carrier, share):
    data = printed(facts(1), carrier)
    report = parse(data[: int(len(data) * share)], source="x")
    assert report.reading.quality is ReadingQuality.NONE
    assert report.reading.problems


def test_a_locked_pdf_says_so():
    out = io.BytesIO()
    canvas = Canvas(out, encrypt=StandardEncryption("secret", canPrint=0))
    canvas.drawString(100, 100, "x")
    canvas.save()
    with pytest.raises(Encrypted):
        detect.read(out.getvalue())


def test_a_package_that_unpacks_beyond_bounds_is_refused():
    with pytest.raises(TooLarge):
        detect.read(package(word__document_xml=b"<w>" + b" " * (70 * 1024 * 1024)))


def test_a_zip_with_one_report_is_that_report():
    inner = printed(facts(1), "docx")
    report = parse(package(report=inner, picture=b"\x89PNG\r\n\x1a\n" + b"\x00" * 40), source="x")
    assert report.reading.quality is ReadingQuality.HIGH
    assert report.cells == parse(inner, source="x").cells


def test_a_zip_with_two_reports_is_not_chosen_from():
    with pytest.raises(UnknownFormat):
        detect.read(package(one=printed(facts(1), "docx"), two=printed(facts(2), "html")))


def test_entities_are_not_expanded():
    bomb = b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">]><d>&a;</d>'
    with pytest.raises(Corrupt):
        detect.read(package(word__document_xml=bomb))


@pytest.mark.parametrize("carrier", ["html", "docx", "pdf", "tab", "glued"])
def test_damaged_bytes_never_raise(carrier):
    rng = random.Random(7)
    whole = printed(facts(1), carrier)
    for _ in range(15):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 40)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        assert parse(bytes(data), source="x").reading.quality in ReadingQuality


def test_gbk_declared_as_gb2312_is_read():
    page = '<html><head><meta charset="gb2312"></head><body><p>镕基、喆、嬅</p></body></html>'.encode("gb18030")
    assert parse(page, source="x").text == "镕基、喆、嬅"


def test_tables_that_are_pictures_are_said_to_be():
    report = parse("二、主动公开政府信息情况\n[image: ]\n三、收到和处理政府信息公开申请情况\n[image: ]\n".encode(), source="x")
    assert {problem.code for problem in report.reading.problems} == {"tables-are-images"}
    assert report.reading.quality is ReadingQuality.NONE
