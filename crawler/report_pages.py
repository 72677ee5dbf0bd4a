"""From one line of a list to the files of a report: its page, its attachments, its dates; everything kept before it is looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from crawler.addresses import is_elsewhere
from crawler.discovery.article import Article, last_modified, published, read_article
from crawler.discovery.attachments import DOCUMENT_TYPES, Attachment, article_words, find_attachments, is_report_text
from crawler.discovery.continuations import MAX_PARTS, further_pages, is_further
from crawler.discovery.disguised import says_nothing_is_there
from crawler.discovery.file_names import MAX_NAME, extension, file_name
from crawler.discovery.years import year_said
from crawler.fetching import Reply
from crawler.listing import Ask
from crawler.page import Page, body_words
from storage.domain.enums import VisitOutcome
from storage.domain.ids import Sha256
from storage.domain.originals import CONTINUATION, CaptureRole, NewVersion, Part
from storage.domain.reports import DateMention
from storage.domain.visits import ListLine

AskFile = Callable[[Ask, CaptureRole], Awaitable[tuple[Reply, Sha256 | None]]]
"""Asks for one file, keeps what came, and says under which hash."""

_CARRIERS = {
    name: name for name in ("pdf", "doc", "docx", "wps", "rtf", "odt", "mht", "txt", "xls", "xlsx", "et", "ofd", "ceb", "zip", "rar")
}
_PASSING = frozenset({VisitOutcome.UNREACHABLE, VisitOutcome.CHALLENGED, VisitOutcome.BLOCKED, VisitOutcome.PARTIAL})


FEW_WORDS = 60
"""Characters of visible text below which a page has not shown yet what it is."""


@dataclass(frozen=True, slots=True)
class Found:
    """What stands behind a line. `version` is None where it could not be had; `form` says that its page carries the prescribed form;
    `words` are its article's text without white space, `names` what its documents are called; `blank` that it shows next to nothing,
    as a page does that a script fills; `passing` that trying again may help; `gone` that it answered 404 or 410; `error_page` is what it
    answered instead, as if all were well, where that page says by itself that nothing is there: no more than a claim, which the host has to
    bear out; `led_to` is the address it came from, where that is another place than the line's own.
    """

    version: NewVersion | None = None
    article: Article | None = None
    form: bool = False
    words: str = ""
    names: tuple[str, ...] = ()
    blank: bool = False
    passing: bool = False
    gone: bool = False
    error_page: Page | None = None
    not_modified: bool = False
    led_to: str = ""

    @property
    def said_year(self) -> int | None:
        """The one year that the page says it covers; looked for when somebody asks, as most titles say it."""
        return year_said(self.words)


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
        return Found(passing=not gone, gone=gone, error_page=page if page is not None and says_nothing_is_there(page) else None)
    led_to = page.url if is_elsewhere(line.url, page.url) else ""
    if not _is_html(page):
        return Found(_direct(line, page, digest), led_to=led_to)
    article = read_article(page, line.listed_on, line.raw_date)
    further, lost = await _fetch_further(page, ask_file)
    pages = (page, *(one for one, _ in further))
    wanted = {attachment.url: attachment for one in pages for attachment in find_attachments(one)}
    parts, missing, served = await _fetch_parts(tuple(wanted.values()), ask_file, page.url)
    article = replace(article, dates=tuple(dict.fromkeys((*article.dates, *served))))
    form = is_report_text(*pages)
    if missing + lost and not accept_gaps:
        return Found(article=article, form=form, passing=True)
    version = _version(line, pages, digest, article, [*_further_parts(further), *parts], form=form)
    words = "".join(article_words(one) for one in pages)
    names = tuple(one.name for one in wanted.values() if one.kind != "image" and one.name)
    blank, passing = len(body_words(page)) < FEW_WORDS, bool(missing + lost)
    return Found(version, article, form, words, names, blank=blank, passing=passing, led_to=led_to)


async def _fetch_further(first: Page, ask_file: AskFile) -> tuple[list[tuple[Page, Sha256]], int]:
    """The further pages of an article in their order, and how many that are named could not be had: half a report is none."""
    found: list[tuple[Page, Sha256]] = []
    waiting, been, lost = list(further_pages(first, first.url)), {first.url}, 0
    while waiting and len(been) <= MAX_PARTS:
        address = waiting.pop(0)
        if address in been:
            continue
        been.add(address)
        reply, digest = await ask_file(Ask(address, referer=first.url), "page")
        if reply.page is None or digest is None or reply.trouble is not None:
            lost += 1
        elif is_further(reply.page, first):
            found.append((reply.page, digest))
            waiting = [*further_pages(reply.page, first.url), *waiting]
    return found, lost + len(set(waiting) - been)


def _further_parts(pages: list[tuple[Page, Sha256]]) -> list[tuple[Part, str]]:
    """The further pages as parts of the version, named in their order."""
    return [(Part(digest, page.url, CONTINUATION, f"第{number}页"), "html") for number, (page, digest) in enumerate(pages, 2)]


async def _fetch_parts(
    wanted: tuple[Attachment, ...], ask_file: AskFile, referer: str
) -> tuple[list[tuple[Part, str]], int, list[DateMention]]:
    """The files with their kinds, how many could not be had, and since when documents stand on their server as it says."""
    parts: list[tuple[Part, str]] = []
    served: list[DateMention] = []
    missing = 0
    for attachment in wanted:
        reply, digest = await ask_file(Ask(attachment.url, referer=referer), "document")
        if digest is None or reply.trouble is not None or reply.page is None:
            missing += reply.trouble is None or reply.trouble.outcome in _PASSING
        elif _is_html(reply.page) and (attachment.extension in DOCUMENT_TYPES or attachment.kind == "endpoint"):
            missing += 1  # a login, captcha or error page in place of the file, answered with 200: never the report
        elif not (_is_html(reply.page) and attachment.kind != "frame"):
            role = "image" if attachment.kind == "image" else "attachment"
            parts.append((Part(digest, attachment.url, role, _name(attachment, reply.page)), _kind(attachment, reply.page)))
            served += last_modified(reply.page) if role == "attachment" else []
    return parts, missing, served


def _version(
    line: ListLine, pages: Sequence[Page], digest: Sha256, article: Article, parts: list[tuple[Part, str]], *, form: bool
) -> NewVersion:
    """The page is what is read where it, with its further pages, carries the report (`form`); else its first document; pictures alone
    leave the page as the main file.
    """
    page = pages[0]
    documents = [(part, kind) for part, kind in parts if part.role not in {"image", CONTINUATION}]
    main, carrier, rest = digest, "html", [part for part, _ in parts]
    if not form and documents:
        first, carrier = documents[0]
        main = first.sha256
        # The pages only lead to the document: none of them is read with it.
        rest = [Part(digest, page.url, "page")]
        rest += [replace(part, role="page") if part.role == CONTINUATION else part for part, _ in parts if part is not first]
    elif not form and any(part.role == "image" for part, _ in parts):
        carrier = "image"
    day = published(article.dates)
    return NewVersion(
        url=line.url,
        main_sha256=main,
        title=article.title or line.title,
        parts=tuple(rest),
        text_sha256=meaning(*pages) if main == digest else "",
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


def meaning(*pages: Page) -> str:
    """Hash of the article's words: counters, tokens and templates around it do not change it."""
    return hashlib.sha256("".join(article_words(page) for page in pages).encode()).hexdigest()


def _is_html(page: Page) -> bool:
    if page.body.startswith((b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return False
    return page.media_type in {"text/html", "application/xhtml+xml"} or (
        page.media_type in {"", "text/plain"} and b"<html" in page.body[:2048].lower()
    )


def _named(page: Page) -> str:
    return file_name(page.headers.get("content-disposition", ""))


def _name(attachment: Attachment, page: Page) -> str:
    """The words of the link; where the address says nothing of the file, the name the server gives it."""
    return ("" if attachment.extension else _named(page)) or attachment.name[:MAX_NAME]


def _kind(attachment: Attachment, page: Page) -> str:
    """By the bytes where they leave no doubt, then by the names."""
    if page.body.startswith(b"%PDF"):
        return "pdf"
    return _CARRIERS.get(attachment.extension) or _carrier(page)


def _carrier(page: Page) -> str:
    if page.body.startswith(b"%PDF"):
        return "pdf"
    if named := _CARRIERS.get(extension(_named(page))):
        return named
    if page.body.startswith(b"PK\x03\x04"):
        return "docx" if b"word/" in page.body[:4096] or page.url.lower().endswith(".docx") else "zip"
    return _CARRIERS.get(page.url.rsplit(".", 1)[-1].lower(), "other")
