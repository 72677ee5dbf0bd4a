"""The same filled form in every further carrier: renderers, wrappers of other carriers, and office programs where they are installed."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from crawler.demo.filled_form import ReportFacts, Wanted, make_facts, render_docx, render_html, render_text
from crawler.demo.render_ofd import render_ofd
from crawler.demo.render_rtf import render_rtf
from crawler.demo.render_xlsx import render_xlsx
from storage.domain.enums import Edition

W_2003, W_TODAY = "http://schemas.microsoft.com/office/word/2003/wordml", "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def facts(seed: int) -> ReportFacts:
    """A report; every fourth of the old edition, every fifth of the new one mixed."""
    edition = Edition.E2019 if seed % 4 == 3 else Edition.E2021
    return make_facts(seed, Wanted("示例市发展局", 2023, edition=edition, mixed=seed % 5 == 2))


def word_2003(report: ReportFacts) -> bytes:
    """Word 2003 XML: the document part in the old namespace, in a section wrapper."""
    body = document_part(report).replace(W_TODAY, W_2003).replace("w:vMerge", "w:vmerge")
    inner = body[body.index("<w:body>") + 8 : body.index("</w:body>")]
    hint = "http://schemas.microsoft.com/office/word/2003/auxHint"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<?mso-application progid="Word.Document"?>\n'
        f'<w:wordDocument xmlns:w="{W_2003}" xmlns:wx="{hint}"><w:body><wx:sect>{inner}</wx:sect></w:body></w:wordDocument>'
    ).encode()


def flat_package(report: ReportFacts) -> bytes:
    """The package written as one XML file."""
    part = document_part(report).partition("?>")[2]
    return (
        '<?xml version="1.0" standalone="yes"?>\n<?mso-application progid="Word.Document"?>\n'
        '<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage"><pkg:part pkg:name="/word/document.xml">'
        f"<pkg:xmlData>{part}</pkg:xmlData></pkg:part></pkg:package>"
    ).encode()


def document_part(report: ReportFacts) -> str:
    """The document part of a DOCX, without prefixes of other namespaces."""
    with zipfile.ZipFile(io.BytesIO(render_docx(report))) as file:
        return file.read("word/document.xml").decode()


def web_archive(report: ReportFacts) -> bytes:
    """MHT as word processors save it: quoted-printable GBK."""
    page = render_html(report, style="word").encode("gb18030")
    quoted = re.sub(rb"[=\x80-\xff]", lambda m: b"=%02X" % m[0][0], page)
    # soft line breaks that never cut an escape
    lines = b"=\r\n".join(re.findall(rb"(?:=[0-9A-F]{2}|[^=]){1,24}", quoted))
    return (
        b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="----=_NextPart"\r\n\r\n------=_NextPart\r\n'
        b"Content-Location: file:///C:/report.htm\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        b'Content-Type: text/html; charset="gb2312"\r\n\r\n'
        + lines
        + b"\r\n------=_NextPart\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + b"iVBORw0KGgo=\r\n------=_NextPart--\r\n"
    )


def excel_2003(report: ReportFacts) -> bytes:
    """Excel 2003 XML with the tables' merges."""
    from crawler.demo.layout import DrawnTable, lay_out
    from crawler.demo.render_xlsx import _INTEGER

    rows = []
    for block in lay_out(report):
        if not isinstance(block, DrawnTable):
            rows.append(f'<Row><Cell ss:MergeAcross="9"><Data ss:Type="String">{block.text}</Data></Cell></Row>')
            continue
        for number in range(block.rows):
            cells = []
            for c in block.row(number):
                kind = "Number" if _INTEGER.match(c.text) else "String"
                data = f'<Data ss:Type="{kind}">{c.text}</Data>' if c.text else ""
                cells.append(
                    f'<Cell ss:Index="{c.column + 1}" ss:MergeAcross="{c.colspan - 1}" ss:MergeDown="{c.rowspan - 1}">{data}</Cell>'
                )
            rows.append(f"<Row>{''.join(cells)}</Row>")
        rows.append("<Row/>")
    return (
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        f'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="表1"><Table>{"".join(rows)}'
        "</Table></Worksheet></Workbook>"
    ).encode()


def zipped(*members: tuple[str, bytes]) -> bytes:
    """A ZIP file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members:
            file.writestr(name, data)
    return out.getvalue()


def rar4(*members: tuple[str, bytes]) -> bytes:
    """A RAR archive of version 4 whose members are stored."""
    parts = [b"Rar!\x1a\x07\x00", _block4(0x73, 0, b"\0" * 6)]
    for name, data in members:
        head = (
            len(data).to_bytes(4, "little") * 2 + b"\x03" + zlib.crc32(data).to_bytes(4, "little") + b"\x00\x00\x21\x58" + b"\x14\x30"
            + len(name.encode()).to_bytes(2, "little") + (0o100644).to_bytes(4, "little") + name.encode()
        )  # fmt: skip
        parts += [_block4(0x74, 0x8000, head), data]
    return b"".join([*parts, _block4(0x7B, 0x4000, b"")])


def _block4(kind: int, flags: int, rest: bytes) -> bytes:
    body = bytes([kind]) + flags.to_bytes(2, "little") + (7 + len(rest)).to_bytes(2, "little") + rest
    return (zlib.crc32(body) & 0xFFFF).to_bytes(2, "little") + body


def rar5(*members: tuple[str, bytes]) -> bytes:
    """A RAR archive of version 5 whose members are stored."""
    parts = [b"Rar!\x1a\x07\x01\x00", _block5(bytes([1, 0, 0]))]
    for name, data in members:
        size = _variable(len(data))
        head = b"\x02\x02" + size + b"\x04" + size + _variable(0o100644) + zlib.crc32(data).to_bytes(4, "little") + b"\x00\x01"
        parts += [_block5(head + _variable(len(name.encode())) + name.encode()), data]
    return b"".join([*parts, _block5(bytes([5, 0, 0]))])


def _variable(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _block5(body: bytes) -> bytes:
    sized = _variable(len(body)) + body
    return zlib.crc32(sized).to_bytes(4, "little") + sized


CARRIERS: dict[str, Callable[[ReportFacts], bytes]] = {
    "rtf": render_rtf,
    "rtf-unicode": lambda report: render_rtf(report, escapes="unicode"),
    "xlsx": render_xlsx,
    "ofd": render_ofd,
    "word-2003-xml": word_2003,
    "flat-package": flat_package,
    "excel-2003-xml": excel_2003,
    "mht": web_archive,
    "text-utf-16": lambda report: render_text(report, "tab").encode("utf-16"),
    "html-utf-16": lambda report: render_html(report).encode("utf-16"),
    "zip": lambda report: zipped(("报告.docx", render_docx(report)), ("说明.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40)),
}
ARCHIVES: dict[str, Callable[[ReportFacts], bytes]] = {
    "rar4": lambda report: rar4(("报告.ofd", render_ofd(report))),
    "rar5": lambda report: rar5(("报告.docx", render_docx(report))),
}
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def by_office(files: dict[str, bytes], target: str, folder: Path) -> dict[str, bytes]:
    """Files converted by LibreOffice to another format; names without suffix as keys."""
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    assert OFFICE
    command = [
        OFFICE,
        f"-env:UserInstallation=file://{folder}/profile",
        "--headless",
        "--convert-to",
        target,
        "--outdir",
        str(folder / "out"),
    ]
    subprocess.run([*command, *(str(folder / name) for name in files)], check=True, capture_output=True, timeout=120)
    return {path.stem: path.read_bytes() for path in (folder / "out").iterdir()}
