"""Files made to harm: entities, bombs, endless structures, tricks with names. Each ends as a reading problem, soon, and tells nothing."""

import io
import struct
import threading
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from carriers import facts, flat_package, rar4, rar5, word_2003, zipped
from printing import score

from crawler.demo.filled_form import render_docx
from crawler.demo.render_ofd import render_ofd
from crawler.demo.render_rtf import render_rtf
from crawler.demo.render_xlsx import render_xlsx
from crawler.parsing import libarchive, number_formats
from crawler.parsing.report import parse
from storage.domain.enums import CellKind, ReadingQuality

pytestmark = pytest.mark.timeout(60)
needs_libarchive = pytest.mark.skipif(libarchive._library() is None, reason="libarchive is not installed")


def code_of(data: bytes) -> str:
    report = parse(data, source="x")
    assert report.reading.quality is ReadingQuality.NONE
    return report.reading.problems[0].code


def changed(data: bytes, name: str, change) -> bytes:
    """A package with one member changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return zipped(*((n, change(file.read(n)) if n == name else file.read(n)) for n in file.namelist()))


def after_declaration(data: bytes, inserted: str) -> bytes:
    head, _, rest = data.partition(b"?>")
    return head + b"?>" + inserted.encode() + rest


PACKAGES = {
    "docx": (render_docx, "word/document.xml"),
    "xlsx": (render_xlsx, "xl/worksheets/sheet1.xml"),
    "xlsx-book": (render_xlsx, "xl/workbook.xml"),
    "ofd": (render_ofd, "OFD.xml"),
    "ofd-page": (render_ofd, "Doc_0/Pages/Page_0/Content.xml"),
    "word-2003": (word_2003, ""),
    "flat": (flat_package, ""),
}
LAUGHS = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
DECLARATIONS = {
    "billion laughs": f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]>',
    "quadratic": f'<!DOCTYPE x [<!ENTITY a "{"x" * 100_000}">]>',
    "local file": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
    "parameter entity": '<!DOCTYPE x [<!ENTITY % p SYSTEM "URL/p.dtd"> %p;]>',
    "external subset": '<!DOCTYPE x SYSTEM "URL/x.dtd">',
}


@contextmanager
def listening():
    """A server that counts who calls."""
    calls = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            calls.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", calls
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("carrier", PACKAGES)
@pytest.mark.parametrize("trick", DECLARATIONS)
@pytest.mark.parametrize("code", ["utf-8", "utf-16"])
def test_declared_entities_are_refused_unread(carrier, trick, code):
    render, member = PACKAGES[carrier]
    with listening() as (url, calls):

        def harm(data: bytes) -> bytes:
            text = after_declaration(data, DECLARATIONS[trick].replace("URL", url)).decode()
            return text.replace('encoding="UTF-8"', f'encoding="{code}"').replace('standalone="yes"', "").encode(code)

        whole = render(facts(1))
        data = changed(whole, member, harm) if member else harm(whole)
        assert code_of(data) in {"corrupt", "unknown-format"}
    assert calls == []


def test_inclusions_are_not_followed():
    def include(data: bytes) -> bytes:
        element = b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
        return data.replace(b"<w:body>", b"<w:body><w:p><w:r><w:t>" + element + b"</w:t></w:r></w:p>")

    assert "root:" not in parse(changed(render_docx(facts(1)), "word/document.xml", include), source="x").text


def test_linked_pictures_and_templates_are_not_fetched():
    with listening() as (url, calls):
        relation = f'<Relationship Id="rIdX" Type="x/attachedTemplate" Target="{url}/t.dotm" TargetMode="External"/></Relationships>'
        docx = changed(render_docx(facts(1)), "word/_rels/document.xml.rels", lambda d: d.replace(b"</Relationships>", relation.encode()))
        page = f'<html><body><img src="{url}/a.png"><link rel="stylesheet" href="{url}/c.css"><p>文字</p></body></html>'
        for data in (docx, page.encode(), render_rtf(facts(1)).replace(b"{\\colortbl;}", f"{{\\*\\template {url}/t.dot}}".encode())):
            parse(data, source="x")
    assert calls == []


def test_macros_are_ignored():
    report = facts(1)
    for render in (render_docx, render_xlsx):
        whole = render(report)
        folder = "word" if render is render_docx else "xl"
        data = zipped(*_members(whole), (f"{folder}/vbaProject.bin", b"\xd0\xcf\x11\xe0" + b"x" * 500))
        assert score(data, report.truth()) == {"right": len(report.truth())}


def _members(data: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return [(name, file.read(name)) for name in file.namelist()]


@pytest.mark.parametrize("member", ["word/document.xml", "xl/workbook.xml", "OFD.xml", "report.txt"])
def test_a_member_that_unpacks_beyond_bounds_is_refused(member):
    assert code_of(zipped((member, b"<w>" + b" " * (70 * 1024 * 1024)))) == "too-large"


def test_many_members_that_unpack_beyond_bounds_together_are_refused():
    assert code_of(zipped(*((f"{i}.txt", b" " * (30 * 1024 * 1024)) for i in range(10)))) == "too-large"


def test_a_directory_of_a_million_entries_is_not_walked():
    entry = b"PK\x01\x02" + b"\x14\x00" * 2 + b"\0" * 20 + struct.pack("<H", 1) + b"\0" * 16 + b"a"
    count = 1_000_000
    directory = entry * count
    local = b"PK\x03\x04" + b"\x14\x00" + b"\0" * 20 + struct.pack("<HH", 1, 0) + b"a"
    data = local + directory + b"PK\x05\x06" + b"\0" * 4 + struct.pack("<HHIIH", 65535, 65535, len(directory), len(local), 0)
    assert code_of(data) == "too-large"


def test_entries_that_share_their_bytes_are_not_unpacked_over_and_over():
    whole = zipped(("a.txt", b"0" * 20_000_000))
    end = whole.rindex(b"PK\x05\x06")
    start = struct.unpack("<I", whole[end + 16 : end + 20])[0]
    directory = whole[start:end] * 200
    data = whole[:start] + directory + b"PK\x05\x06" + b"\0" * 4 + struct.pack("<HHIIH", 200, 200, len(directory), start, 0)
    assert code_of(data) in {"too-large", "corrupt"}


def test_a_size_that_lies_is_damage():
    whole = bytearray(zipped(("a.txt", ("报告" * 100_000).encode())))
    at = whole.index(b"PK\x01\x02")
    whole[at + 24 : at + 28] = struct.pack("<I", 10)
    assert code_of(bytes(whole)) in {"corrupt", "unknown-format"}


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/x", "a\\..\\b", "CON", "\u202ecod.exe", "x" * 4000])
def test_names_in_archives_are_no_paths(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    report = facts(1)
    assert score(zipped((name, render_docx(report))), report.truth()) == {"right": len(report.truth())}
    assert list(tmp_path.iterdir()) == []


def test_archives_in_archives_are_not_opened():
    inner = zipped(("a.docx", render_docx(facts(1))))
    assert code_of(zipped(("inner.zip", inner))) == "unknown-format"
    assert code_of(zipped(("inner.rar", rar5(("a.docx", render_docx(facts(1))))))) == "unknown-format"


@needs_libarchive
def test_rar_archives_with_harm_in_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    report = facts(1)
    inner = render_docx(report)
    assert code_of(rar5(("a", inner), ("b", render_ofd(report)))) == "unknown-format"
    assert code_of(rar5(("a.rar", rar5(("a", inner))))) == "unknown-format"
    assert code_of(rar4(("a", inner))[:2000]) == "corrupt"
    assert code_of(rar5(("a", inner))[:2000]) == "corrupt"
    assert code_of(b"Rar!\x1a\x07\x01\x00" + b"\xff" * 5000) == "corrupt"
    assert score(rar5(("../../../x", inner)), report.truth()) == {"right": len(report.truth())}
    assert list(tmp_path.iterdir()) == []


def test_without_libarchive_the_report_says_what_is_missing(monkeypatch):
    monkeypatch.setattr(libarchive, "_library", lambda: None)
    report = parse(rar5(("a", render_docx(facts(1)))), source="x")
    assert report.reading.problems[0].code == "needs-libarchive"
    assert "libarchive" in report.reading.problems[0].message


NESTED = {
    "rtf groups": b"{\\rtf1 " + b"{" * 200_000 + b"x" + b"}" * 200_001,
    "rtf tables": b"{\\rtf1 " + b"\\pard\\intbl\\itap99999 x\\nestcell" * 20_000 + b"\\par}",
    "ofd blocks": zipped(("OFD.xml", b"<a>" * 100_000 + b"</a>" * 100_000)),
    "word xml": word_2003(facts(1)).replace(b"<w:body>", b"<w:body>" + b"<w:sdt><w:sdtContent>" * 5000),
    "mime": b"MIME-Version: 1.0\r\n" + b'Content-Type: multipart/mixed; boundary="a"\r\n\r\n--a\r\n' * 5000,
    "html": b"<html><body>" + b"<div><table><tr><td>" * 20_000 + b"x",
}


@pytest.mark.parametrize("carrier", NESTED)
def test_deep_nesting_ends(carrier):
    report = parse(NESTED[carrier], source="x")
    assert report.reading.quality is ReadingQuality.NONE


def test_rtf_binary_lengths_and_cut_ends():
    assert code_of(b"{\\rtf1 \\bin999999999 x}") == "corrupt"
    assert code_of(b"{\\rtf1 \\bin-5 x") == "corrupt"
    assert code_of(render_rtf(facts(1))[:20_000]) == "corrupt"
    assert code_of(b"{\\rtf1 \\trowd" + b"\\cellx1" * 100_000 + b"\\pard\\intbl" + b" 1\\cell" * 300_000 + b"\\row}") == "too-large"


def sheet(data: bytes, change) -> bytes:
    return changed(data, "xl/worksheets/sheet1.xml", lambda d: change(d.decode()).encode())


def test_merges_over_the_whole_sheet_end():
    whole = render_xlsx(facts(1))
    assert parse(sheet(whole, lambda x: x.replace("<mergeCells>", '<mergeCells><mergeCell ref="A1:XFD1048576"/>')), source="x")
    many = '<mergeCell ref="A1:XFD1048576"/>' * 5000
    assert parse(sheet(whole, lambda x: x.replace("<mergeCells>", "<mergeCells>" + many)), source="x")
    far = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c><c r="A1048576"><v>1</v></c></row></sheetData>'
    assert code_of(sheet(whole, lambda x: x.replace("</sheetData>", far))) == "too-large"


def test_what_a_sheet_hides_is_not_read_and_what_it_has_not_computed_is_no_figure():
    report = facts(1)
    path = "requests/granted/total"
    place = str(parse(render_xlsx(report), source="x").cells[path].at).rpartition("/")[2]

    def uncomputed(text: str) -> str:
        before, _, after = text.partition(f'<c r="{place}">')
        return f'{before}<c r="{place}"><f>SUM(A1:A2)</f></c>{after.partition("</c>")[2]}'

    read = parse(sheet(render_xlsx(report), uncomputed), source="x")
    assert read.cells[path].value is None
    assert read.cells[path].kind is not CellKind.BLANK
    assert "formula-not-computed" in {problem.code for problem in read.reading.problems}
    hidden = sheet(render_xlsx(report), lambda x: x.replace("<row ", '<row hidden="1" '))
    assert code_of(hidden) == "corrupt"


@pytest.mark.parametrize(
    ("stored", "code", "text"),
    [
        ("12", "", "12"), ("12.0", "", "12"), ("1234", "#,##0", "1,234"), ("85.5", "0.00", "85.50"), ("0.30000000000000004", "", "0.3"),
        ("12.3456", "0.00_ ", "12.35"), ("0.125", "0.0%", "12.5%"), ("3", '0"件"', "3件"), ("1E3", "", "1000"), ("nan", "0", "nan"),
        ("1e999999", "0", "1e999999"), ("7", "[$-804]General", "7"),
    ],
)  # fmt: skip
def test_a_figure_shows_as_its_format_says(stored, code, text):
    assert number_formats.shown(stored, code) == text


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
@pytest.mark.parametrize("carrier", ["xlsx", "ofd", "rtf", "word-2003", "flat"])
def test_a_truncated_file_is_damaged_not_misread(carrier, share):
    renders = {"rtf": render_rtf, **{name: render for name, (render, _) in PACKAGES.items()}}
    data = renders[carrier](facts(1))
    assert code_of(data[: int(len(data) * share)]) in {"corrupt", "unknown-format"}
