"""From one line of a list to the files of a report: its page, its attachments, its dates; everything kept before it is looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from crawler.discovery.article import Article, published, read_article
from crawler.discovery.attachments import DOCUMENT_TYPES, Attachment, find_attachments, find_container, is_report_text
from crawler.fetching import Reply
from crawler.listing import Ask
from crawler.page import Page, visible_text
from storage.domain.enums import VisitOutcome
from storage.domain.ids import Sha256
from storage.domain.originals import CaptureRole, NewVersion, Part
from storage.domain.visits import ListLine

AskFile = Callable[[Ask, CaptureRole], Awaitable[tuple[Reply, Sha256 | None]]]
"""Asks for one file, keeps what came, and says under which hash."""

_CARRIERS = {
    name: name for name in ("pdf", "doc", "docx", "wps", "rtf", "odt", "mht", "txt", "xls", "xlsx", "et", "ofd", "ceb", "zip", "rar")
}
_PASSING = frozenset({VisitOutcome.UNREACHABLE, VisitOutcome.CHALLENGED, VisitOutcome.BLOCKED, VisitOutcome.PARTIAL})


@dataclass(frozen=True, slots=True)
class Found:
    """What stands behind a line. `version` is None where it could not be had; `passing` says that trying again may help; `gone` that it
    answered 404 or 410.
    """

    version: NewVersion | None = None
    article: Article | None = None
    passing: bool = False
    gone: bool = False
    not_modified: bool = False


async def fetch_report(line: ListLine, ask_file: AskFile, *, referer: str, accept_gaps: bool = False) -> Found:
    """The report behind a line, with all its files.

    A passing failure of an attachment leaves the report for the next visit, so that a half-fetched report never becomes a version of its
    own; with `accept_gaps` (it failed before, too) what could be had is taken.
    """
    reply, digest = await ask_file(Ask(line.url, referer=referer), "page")
    page = reply.page
    if reply.not_modified:
        return Found(not_modified=True)
    if page is None or digest is None or reply.trouble is not None:
        gone = page is not None and page.status in {404, 410}
        return Found(passing=not gone, gone=gone)
    if not _is_html(page):
        return Found(_direct(line, page, digest))
    article = read_article(page, line.listed_on, line.raw_date)
    parts, missing = await _fetch_parts(find_attachments(page), ask_file, page.url)
    if missing and not accept_gaps:
        return Found(article=article, passing=True)
    return Found(_version(line, page, digest, article, parts), article, passing=bool(missing))


async def _fetch_parts(wanted: tuple[Attachment, ...], ask_file: AskFile, referer: str) -> tuple[list[tuple[Part, str]], int]:
    parts: list[tuple[Part, str]] = []
    missing = 0
    for attachment in wanted:
        reply, digest = await ask_file(Ask(attachment.url, referer=referer), "document")
        if digest is None or reply.trouble is not None or reply.page is None:
            missing += reply.trouble is None or reply.trouble.outcome in _PASSING
        elif _is_html(reply.page) and attachment.extension in DOCUMENT_TYPES:
            missing += 1  # a login, captcha or error page in place of the file, answered with 200: never the report
        elif not (_is_html(reply.page) and attachment.kind != "frame"):
            role = "image" if attachment.kind == "image" else "attachment"
            parts.append((Part(digest, attachment.url, role, attachment.name[:200]), _kind(attachment, reply.page)))
    return parts, missing


def _version(line: ListLine, page: Page, digest: Sha256, article: Article, parts: list[tuple[Part, str]]) -> NewVersion:
    """The page is what is read where it carries the report; else its first document; pictures alone leave the page as the main file."""
    documents = [(part, kind) for part, kind in parts if part.role != "image"]
    main, carrier, rest = digest, "html", [part for part, _ in parts]
    if not is_report_text(page) and documents:
        first, carrier = documents[0]
        main = first.sha256
        rest = [Part(digest, page.url, "page"), *(part for part, _ in parts if part is not first)]
    elif not is_report_text(page) and parts:
        carrier = "image"
    day = published(article.dates)
    return NewVersion(
        url=line.url,
        main_sha256=main,
        title=article.title or line.title,
        parts=tuple(rest),
        text_sha256=meaning(page) if main == digest else "",
        carrier=carrier,
        dates=article.dates,
        published_on=day.value if day else None,
        published_source=day.kind if day else None,
    )


def _direct(line: ListLine, page: Page, digest: Sha256) -> NewVersion:
    article = read_article(Page(page.url, page.status, b"", page.headers), line.listed_on, line.raw_date)
    day = published(article.dates)
    return NewVersion(
        url=line.url,
        main_sha256=digest,
        title=line.title,
        carrier=_carrier(page),
        dates=article.dates,
        published_on=day.value if day else None,
        published_source=day.kind if day else None,
    )


def meaning(page: Page) -> str:
    """Hash of the article's words: counters, tokens and templates around it do not change it."""
    return hashlib.sha256("".join(visible_text(find_container(page)).split()).encode()).hexdigest()


def _is_html(page: Page) -> bool:
    if page.body.startswith((b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return False
    return page.media_type in {"text/html", "application/xhtml+xml"} or (
        page.media_type in {"", "text/plain"} and b"<html" in page.body[:2048].lower()
    )


def _kind(attachment: Attachment, page: Page) -> str:
    return _CARRIERS.get(attachment.extension) or _carrier(page)


def _carrier(page: Page) -> str:
    if page.body.startswith(b"%PDF"):
        return "pdf"
    if page.body.startswith(b"PK\x03\x04"):
        return "docx" if b"word/" in page.body[:4096] or page.url.lower().endswith(".docx") else "zip"
    return _CARRIERS.get(page.url.rsplit(".", 1)[-1].lower(), "other")
