"""The page behind one line of a list, with the files it carries: the report as HTML, as an attachment, or with its tables as pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from html import escape

from crawler.demo.facts import ReportFacts
from crawler.demo.pages import COLUMN_NAME, Answer, html_answer, moment
from crawler.demo.publications import Entry
from crawler.demo.render_html import body_html
from crawler.demo.rendered import docx_of, ofd_of, pdf_of, pictures_of
from crawler.demo.scenario import SitePlan

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_STARTS = {"wps": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "rar": b"Rar!\x1a\x07\x01\x00", "ceb": b"Founder CEB 3.0\x00"}
"""How files begin that nothing here can write."""

FileAddress = Callable[[str], str]
"""How a portal's pages link to a file of that name."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """One article on one day: its page, and its files by name."""

    page: Answer
    files: dict[str, Answer]


def bundle(site: SitePlan, entry: Entry, day: date, container: str, address: FileAddress) -> Bundle:
    """The article as it stands on that day. `container` is the class of the content element, `address` makes the link to a file."""
    facts = entry.facts(day)
    content, files = _lookalike(entry) if facts is None else _report(entry, facts, address)
    changed = _changed(entry, day)
    shown = f'<div class="date">发布时间：{entry.published_on} 09:00　来源：{escape(entry.body)}</div>' if entry.dated else ""
    markup = f'<div class="article"><h1>{escape(entry.title)}</h1>{shown}\n<div class="{container}" id="zoom">\n{content}</div></div>'
    tags = {"ColumnName": COLUMN_NAME, "ColumnType": "信息公开年报", "ArticleTitle": entry.title, "ContentSource": entry.body}
    if entry.dated:
        tags["PubDate"] = f"{entry.published_on} 09:00"
    page = html_answer(site, f"{entry.title}-{site.name}", markup, tags=tags, changed=changed)
    return Bundle(
        page, {name: Answer(data, kind, last_modified=moment(changed) if changed else None) for name, (kind, data) in files.items()}
    )


def _changed(entry: Entry, day: date) -> date | None:
    """When the server last wrote the file; nothing for a report whose portal hides every date."""
    if not entry.dated:
        return None
    return max((since for since, _ in entry.versions if since <= day), default=entry.published_on)


def _report(entry: Entry, facts: ReportFacts, address: FileAddress) -> tuple[str, dict[str, tuple[str, bytes]]]:
    attached = file_of_report(entry, facts)
    if attached is not None:
        kind, data = attached
        return _attached(entry, f"P0{entry.published_on:%Y%m%d}{entry.number:08d}.{entry.carrier}", kind, data, address)
    if entry.carrier == "image":
        fragment, images = pictures_of(facts)
        for name in images:
            fragment = fragment.replace(f"./{name}", address(name))
        return fragment, {name: ("image/png", data) for name, data in images.items()}
    return body_html(facts, style="word" if entry.carrier == "word" else "clean"), {}


def file_of_report(entry: Entry, facts: ReportFacts) -> tuple[str, bytes] | None:
    """Media type and bytes of the file that is the report; None where its page shows the report itself."""
    if start := _STARTS.get(entry.carrier):
        return "application/octet-stream", start + hashlib.sha512(facts.title.encode()).digest() * 40
    files = {"docx": (DOCX, docx_of), "pdf": ("application/pdf", pdf_of), "ofd": ("application/ofd", ofd_of)}
    if entry.carrier not in files:
        return None
    kind, made = files[entry.carrier]
    return kind, made(facts)


def _attached(entry: Entry, name: str, kind: str, data: bytes, address: FileAddress) -> tuple[str, dict[str, tuple[str, bytes]]]:
    label = f"{entry.title}{name[name.rindex('.') :]}"
    text = f'<p>现将{escape(entry.title)}予以公布，详见附件。</p>\n<p>附件：<a href="{address(name)}">{escape(label)}</a></p>\n'
    return text, {name: (kind, data)}


def _lookalike(entry: Entry) -> tuple[str, dict[str, tuple[str, bytes]]]:
    """A short document of its own kind; the website's table has figures, as the real ones do."""
    if entry.kind == "website":
        rows = [
            ("网站名称", entry.body),
            ("总访问量（单位：次）", "182364"),
            ("信息发布总数（单位：条）", "1207"),
            ("收到留言数量（单位：条）", "36"),
        ]
        cells = "".join(f"<tr><td>{escape(label)}</td><td>{escape(value)}</td></tr>" for label, value in rows)
        return f'<p>政府网站工作年度报表（{entry.year}年度）</p><table border="1">{cells}</table>\n', {}
    if entry.kind == "rule_of_law":
        return f"<p>{entry.year}年，{escape(entry.body)}推进法治政府建设，组织学法四次，办理行政复议答复三件。</p>\n", {}
    return f"<p>用一张图说明{escape(entry.body)}{entry.year}年的公开工作。</p>\n", {}
