"""Dates in a report, each with its kind: signature, page label, page metadata, statistical period, properties of the file. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from crawler.parsing import file_dates
from crawler.parsing.chinese_numbers import chinese, half_width, has_wide
from crawler.parsing.sections import end_of_text
from storage.domain.document import Document, GridBlock, TextBlock
from storage.domain.enums import DateKind
from storage.domain.reports import DateMention

_YEAR = r"(?P<y>(?:19|20)\d\s?\d|二[〇○零Ｏ0][一二三四五六七八九〇○零]{2})"
_DATE = _YEAR + (
    r"\s*(?:年\s*(?P<m>\d{1,2}|[一二三四五六七八九十]{1,2})\s*月\s*(?P<d>\d{1,2}|[一二三四五六七八九十]{1,3})\s*日"
    r"|[-/.](?P<m2>\d{1,2})[-/.](?P<d2>\d{1,2})(?!\d))"
)
_ANY = re.compile(_DATE)
_ALONE = re.compile(rf"(?P<who>[^\d，。；：:]{{0,40}}?)\s*(?P<date>{_DATE})\s*[。]?")
_COMPACT = re.compile(r"(?P<y>20\d\d)(?P<m>[01]\d)(?P<d>[0-3]\d)(?:\d{6})?")
_LABEL = (
    r"(?:信息)?(?:发布|公开|成文|生成|发文|公布|发表|印发|更新|制发)\s*(?:时间|日期)|(?:发布|公开)于"
    r"|(?:^|[\s|｜　])(?:时间|日期)|撰写时间|录入时间"
)
_PRINTED = re.compile(rf"(?:{_LABEL})\s*[\]】]?\s*[:：]?\s*[\[【]?\s*(?P<date>{_DATE})")
_ONLY_LABEL = re.compile(rf"\s*(?:{_LABEL}|时间|日期)\s*[:：]?\s*")
_PERIOD = re.compile(
    r"(?:统计|数据|报告)[^。]{0,24}?(?:自|从|为|是|：|:)?\s*(?P<y1>20\d\d)\s*年\s*(?P<m1>\d{1,2})\s*月\s*(?P<d1>\d{1,2})\s*日?\s*(?:起|开始|始)?\s*[,，、]?\s*"
    r"(?:至|到|—|-|–|－|~|～|─)+\s*(?:(?P<y2>20\d\d)\s*年)?\s*(?P<m2>\d{1,2})\s*月\s*(?P<d2>\d{1,2})\s*日"
)
_META_KEYS = (
    "pubdate", "publishdate", "publishtime", "publish_time", "firstpublishedtime", "article:published_time", "createdate", "releasedate",
    "dc.date", "dc.date.issued", "published", "pubtime", "contentdate", "maketime",
)  # fmt: skip
_HEAD_LINES = 60


def find(document: Document, end: Sequence[str] | None = None) -> tuple[DateMention, ...]:
    """All dates that say when the report was made, published or what it covers; unique, in the order meta, printed, period,
    signature, file.

    `end` is `sections.end_of_text` where the caller has it.
    """
    signed = _signature(end_of_text(document) if end is None else end)
    found = [*_meta(document), *_printed(document), *_periods(document), *signed, *file_dates.find(document)]
    return tuple(dict.fromkeys(found))


def parse(text: str) -> date | None:
    """The first date written in `text` (2024年1月22日, 2024-01-22, 20240122, 二〇二四年一月二十二日), None if there is none that exists."""
    wide = half_width(text)
    return _value(_ANY.search(wide) or _COMPACT.fullmatch(wide.strip()))


def _value(found: re.Match[str] | None) -> date | None:
    if found is None:
        return None
    parts = found.groupdict()
    numbers = [_int(parts["y"]), _int(parts.get("m") or parts.get("m2") or ""), _int(parts.get("d") or parts.get("d2") or "")]
    return _date(*numbers)


def _int(text: str) -> int:
    bare = re.sub(r"\s", "", text).replace("Ｏ", "〇").replace("0", "〇") if not text.isascii() else re.sub(r"\s", "", text)
    return int(bare) if bare.isascii() and bare else (chinese(bare) or 0)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _meta(document: Document) -> Iterator[DateMention]:
    for key in _META_KEYS:
        raw = document.meta.get(key, "")
        if value := parse(raw):
            yield DateMention(DateKind.META, value, raw)


def _texts(document: Document) -> list[str]:
    """Lines of text in order; a grid gives its cells row by row, so that a label and its value stand beside each other."""
    lines: list[str] = []
    for block in document.blocks:
        if isinstance(block, TextBlock):
            lines.extend(block.text.split("\n"))
        elif isinstance(block, GridBlock) and len(block.cells) <= 40:
            lines.extend(cell.text for cell in block.cells)
    shown = [line for line in lines if line.strip()]
    return [half_width(line) for line in shown] if has_wide("".join(shown)) else shown


def _printed(document: Document) -> Iterator[DateMention]:
    lines = _texts(document)
    for i, line in enumerate(lines):
        if not _names_date(line) or "采集" in line or "统计" in line:
            continue
        found = _PRINTED.search(line)
        if found and (value := _value(found)):
            yield DateMention(DateKind.PRINTED, value, found[0].strip())
        elif _ONLY_LABEL.fullmatch(line) and i + 1 < len(lines) and len(lines[i + 1]) <= 24 and (value := parse(lines[i + 1])):
            yield DateMention(DateKind.PRINTED, value, f"{line.strip()} {lines[i + 1].strip()}")


def _names_date(line: str) -> bool:
    """Whether a line may hold one of the labels of a date: every label has one of these words, and most lines have none."""
    return "时间" in line or "日期" in line or "布于" in line or "开于" in line


def _periods(document: Document) -> Iterator[DateMention]:
    text = half_width("".join(["".join(block.text.split()) for block in document.blocks if isinstance(block, TextBlock)]))
    for found in _PERIOD.finditer(text):
        first, last = int(found["y1"]), int(found["y2"] or found["y1"])
        start = _date(first, int(found["m1"]), int(found["d1"]))
        until = _date(last, int(found["m2"]), int(found["d2"]))
        if start and until:
            yield DateMention(DateKind.PERIOD, start, found[0], until)


def _signature(end: Sequence[str]) -> Iterator[DateMention]:
    """The date that stands alone, or after a body's name, under the last section."""
    for line in end:
        found = _ALONE.fullmatch(half_width(line).strip())
        if found and not re.search(r"时间|日期|于|至|从|自|在|截", found["who"]) and (value := _value(found)):
            yield DateMention(DateKind.SIGNATURE, value, line.strip())
            return
