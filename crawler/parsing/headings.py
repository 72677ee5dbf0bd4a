"""Which of the six prescribed sections a heading opens, whatever its typing. Pure; used by `sections`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from crawler.parsing.chinese_numbers import chinese
from storage.domain.enums import Edition
from storage.forms.loader import form

_ORDINAL = re.compile(
    r"\s*(?P<open>[（(第]?)\s*(?P<ordinal>[一二三四五六七八]|[1-8１-８])\s*(?P<close>[)）]|部分|章)?\s*(?P<mark>[、.．,，:：]|(?=\s|\S))\s*"
)
_END = re.compile(r"[\s:：。；;.]*\Z")
_LEADER = re.compile(r"[.…·\s]{3,}\d{1,3}\s*\Z")
_NOISE = re.compile(r"[\s、，,·\"“”‘’'《》]+")
_MAX_TITLE = 34

# Order matters: the narrower meaning first. Each is matched against the whole title without spaces and inner stops.
_MEANINGS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (4, re.compile(r".*复议.*(?:诉讼|应诉).*|.*(?:被?申请行政复议|提起行政诉讼)(?:的?情况)?(?:统计表)?")),
    (
        3,
        re.compile(
            r".*(?:收到|受理|接收)(?:和|及|与|并|以及)?(?:处理|办理|答复).*申请.*|.*申请(?:的)?(?:收到|受理|接收)?(?:和|及|与)?(?:处理|办理).*情况.*"
        ),
    ),
    (
        6,
        re.compile(
            r"其[他它](?:需要?|应当?)?(?:予以)?(?:报告|说明|公开)?的?(?:事项|情况|内容)?|(?:其[他它])?需要?(?:报告|说明)的(?:其[他它])?(?:事项|情况|内容)"
        ),
    ),
    (5, re.compile(r".*(?:存在|主要|面临|有关)的?.*(?:问题|不足|困难).*|(?:主要)?问题(?:和|及|与).*(?:改进|整改|措施|打算|建议).*")),
    (
        2,
        re.compile(
            r"(?:行政机关)?(?:政府信息)?主动公开(?:政府)?(?:信息)?(?:工作)?的?(?:基本)?情况(?:统计表)?|.*主动公开政府信息(?:的)?情况.*"
        ),
    ),
    (1, re.compile(r"(?:工作)?(?:总体|基本|整体|总的)(?:工作)?(?:情况|概况)|(?:工作)?概[述况]|总体概[述况]|总述")),
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A possible heading: the section by meaning, the ordinal as printed (0 none), and how much its typing speaks for it (1–6)."""

    number: int
    ordinal: int
    weight: int
    printed: str


def meaning(title: str) -> int:
    """The section (1–6) a bare title names, 0 if none."""
    bare = _NOISE.sub("", title)
    if not 2 <= len(bare) <= _MAX_TITLE:
        return 0
    return next((number for number, pattern in _MEANINGS if pattern.fullmatch(bare)), 0)


def of_line(line: str, level: int = 0) -> Heading | None:
    """The heading a whole line is, or None. `level` is the carrier's outline level."""
    return None if len(line) > _MAX_TITLE + 20 else _of_short(line, level)


@lru_cache(maxsize=2048)
def _of_short(line: str, level: int) -> Heading | None:
    """The heading a short line is; the same lines are asked about for sections, dates and signatures."""
    if _LEADER.search(line):
        return None
    bare = _END.sub("", line.strip())
    found = _ORDINAL.match(bare)
    outlined = 1 if level else 0
    if found:
        number = meaning(bare[found.end() :])
        if number:
            ordinal = chinese(found["ordinal"]) or int(found["ordinal"])
            bracketed = bool(found["open"] in ("（", "(") or (found["close"] or "") in (")", "）"))
            weight = 1 if bracketed else 5 if ordinal == number else 4
            return Heading(number, ordinal, weight + outlined, bare)
    number = meaning(bare)
    if number and "，" not in bare and len(bare) <= 30:
        official = _NOISE.sub("", bare) in _official()
        return Heading(number, 0, (3 if official else 2) + outlined, bare)
    return None


@cache
def _official() -> frozenset[str]:
    return frozenset(_NOISE.sub("", wording) for wording, _ in _wordings())


@cache
def _wordings() -> tuple[tuple[str, int], ...]:
    seen = {(wording, s.number) for edition in Edition for s in form(edition).sections for wording in s.wordings}
    return tuple(sorted(seen, key=lambda pair: -len(pair[0])))


@cache
def _inline() -> re.Pattern[str]:
    words = "|".join(r"\s*".join(re.escape(c) for c in wording) for wording, _ in _wordings() if len(wording) >= 4)
    return re.compile(
        # begins with a set of characters: `re` then passes over all others at once
        r"(?P<ordinal>[一二三四五六1-6])(?:(?<=[一二三四五六])(?<![（(第一二三四五六七八九十].)|(?<=[1-6])(?<![（(第\d.].))"
        rf"\s*[、.．]\s*(?P<title>{words})"
    )


@cache
def _numbers() -> dict[str, int]:
    return {_NOISE.sub("", wording): number for wording, number in _wordings()}


def in_line(line: str) -> list[tuple[int, int, Heading]]:
    """Headings inside a running line, as (start, end, heading): only ordinal and full title mark them where line ends are lost."""
    numbers = _numbers()
    found = []
    for match in _inline().finditer(line):
        number = numbers.get(_NOISE.sub("", match["title"])) or meaning(match["title"])
        if number:
            ordinal = chinese(match["ordinal"]) or int(match["ordinal"])
            found.append((match.start(), match.end(), Heading(number, ordinal, 5 if ordinal == number else 3, match[0])))
    return found
