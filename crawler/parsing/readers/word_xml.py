"""Word documents saved as one XML file (Word 2003 XML, flat OPC), often under the name of a DOC: made DOCX and read as such."""

from __future__ import annotations

import io
import zipfile

from lxml import etree

from crawler.parsing import marks
from crawler.parsing.packages import secure_xml
from crawler.parsing.readers import docx
from storage.domain.document import Document
from storage.domain.errors import Corrupt

MEDIA_TYPES: tuple[str, ...] = ("application/xml", "application/vnd.ms-word.document+xml")

_OLD = "http://schemas.microsoft.com/office/word/2003/wordml"
_NEW = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_HINT = "{http://schemas.microsoft.com/office/word/2003/auxHint}"
_NOTE = "{http://schemas.microsoft.com/aml/2001/core}"
_PART = "{http://schemas.microsoft.com/office/2006/xmlPackage}"


def sniff(data: bytes) -> bool:
    """Whether this is one of the two single-file XML forms of Word."""
    return marks.of(data) == "word-xml"


def read(data: bytes) -> Document:
    """Read a Word XML file. Raises Corrupt, TooLarge."""
    root = secure_xml(data)
    body, styles = root.find(f"{{{_OLD}}}body"), root.find(f"{{{_OLD}}}styles")
    if body is not None:
        _plain(body)
        document = etree.tostring(body).replace(_OLD.encode(), _NEW.encode())
    else:
        styles = root.find(f"{_PART}part/{_PART}xmlData/{{{_NEW}}}styles")
        found = root.find(f"{_PART}part/{_PART}xmlData/{{{_NEW}}}document/{{{_NEW}}}body")
        if found is None:
            raise Corrupt("文档里没有正文", advice="请重新下载原件")
        document = etree.tostring(found)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", b'<w:document xmlns:w="' + _NEW.encode() + b'">' + document + b"</w:document>")
        if styles is not None:
            package.writestr("word/styles.xml", etree.tostring(styles).replace(_OLD.encode(), _NEW.encode()))
    return docx.read(out.getvalue())


def _plain(body: etree._Element) -> None:
    """Word 2003's wrappers undone: sections and inserted text opened, deleted text dropped, merges named as today."""
    for note in list(body.iter(f"{_NOTE}annotation")):
        if (note.get(f"{{{_OLD}}}type") or "").endswith("Deletion"):
            _lift(note, keep=False)
    for wrapper in [*body.iter(f"{_HINT}*"), *body.iter(f"{_NOTE}content"), *body.iter(f"{_NOTE}annotation")]:
        _lift(wrapper, keep=True)
    for merge in body.iter(f"{{{_OLD}}}vmerge"):
        merge.tag = f"{{{_OLD}}}vMerge"


def _lift(element: etree._Element, *, keep: bool) -> None:
    """Remove an element, its children put in its place if they are to be kept."""
    parent = element.getparent()
    if parent is None:
        return
    at = parent.index(element)
    children = list(element) if keep else []
    parent.remove(element)
    for offset, child in enumerate(children):
        parent.insert(at + offset, child)
