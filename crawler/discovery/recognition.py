"""Is this link an annual report on information disclosure, whose, and for which year: accepted, rejected or left to a person, with reasons.

Nothing is guessed: what cannot be told apart is unresolved. Neighbours: list rows come in, sightings are recorded of what comes out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from crawler.discovery.naming import OFFICES, KnownBody, find_body, subject_of
from crawler.discovery.years import find_year
from storage.domain.ids import BodyId
from storage.domain.visits import Decision


@dataclass(frozen=True, slots=True)
class Clues:
    """What is known of one link: its title, the list it stands in, its printed date, and what its page says of its publisher.

    `anywhere` says that it stands in nobody's list (a search shows what everybody publishes): only a name with its region is enough then.
    `form` says that its page was read and carries the prescribed form: that settles a title that says too little.
    """

    title: str
    column: str = ""
    listed_on: date | None = None
    publisher: str = ""
    url: str = ""
    anywhere: bool = False
    form: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """The decision on one link; `reason` names the evidence as `kind:what=how; …`, short enough to store."""

    decision: Decision
    reason: str
    body_id: BodyId | None = None
    report_year: int | None = None


_LOOK_ALIKES = (
    ("part-of-year", re.compile(r"[上下]半年|半年度|半年报|季度|月度|月报|周报")),
    ("website-report", re.compile(r"网站(?:工作)?年度(?:工作)?报(?:表|告)|网站(?:监管)?年报|工作年度报表|新媒体.{0,8}年度")),
    ("rule-of-law-report", re.compile(r"法治(?:政府)?建设|依法行政|依法治")),
    ("explanation", re.compile(r"解读|图解|一图读懂|一图看懂|图说|解析|新闻发布|答记者问")),
    ("statistics-sheet", re.compile(r"统计(?:报)?表|情况统计|统计数据|数据统计|统计情况|汇总表|报表$")),
    ("reporting-system", re.compile(r"(?:系统|平台)(?:登录|入口)?$|登录(?:入口)?$|(?:报送|上报|查询|检索)$")),
    ("guide", re.compile(r"指南|目录|制度|办法|规定|细则|模板|格式|样式|流程|清单|编制|填报")),
    ("finance", re.compile(r"预算|决算|财政收支|绩效|三公|审计")),
    ("about-reports", re.compile(r"培训|会议|通报|考核|评估|检查|征求|意见|(?:公布|发布|报送|编制)情况$|发布会")),
    ("several-reports", re.compile(r"汇编|合集|汇总(?:发布)?$")),
    ("work-plan", re.compile(r"工作要点|工作计划|工作方案|实施方案")),
    (
        "other-annual-report",
        re.compile(
            r"(?:社会责任|质量|环境|统计|企业|事业单位(?:法人)?|法人|部门|发展|(?<!公开)工作)年度报告书?$|(?:信用|统计|环境状况|法人)年报"
        ),
    ),
)
_BEFORE = (
    ("explanation", re.compile(r"图解|一图读懂|一图看懂|图说|解读")),
    ("part-of-year", re.compile(r"[上下]半年|半年度|季度")),
    ("about-reports", re.compile(r"关于(?:做好|编制|报送|开展|规范|组织|加强|进一步)|召开|举办|举行|组织开展|部署")),
)
"""What may stand before the report's own words and make the line something else. Nothing more: before them stands the publisher, and an
audit, finance or statistics bureau has such words in its very name."""

_STRANGE_BESIDE = frozenset({"finance", "rule-of-law-report", "work-plan", "several-reports"})
"""Words that make a title something else when alone, and a puzzle when they stand beside the report's own: a person looks."""

_NOTICE = re.compile(r"的(?:通知|函|批复)$")
_PUBLISHER = re.compile(rf"^[^\d]{{2,40}}?(?:{OFFICES})(?=(?:关于)?(?:20\d\d|二[〇○零]|年度报告|年报))")
_REPORT = re.compile(r"信息公开.{0,14}(?:年度(?:工作)?报告|年报|工作报告)|(?:年度(?:工作)?报告|年报).{0,6}信息公开")
_ALMOST = re.compile(r"(?:信息|政务)公开.{0,14}(?:报告|总结)")
"""What some call their annual report, and what others call something else."""

_BARE = re.compile(rf"(?:[^\d_]{{2,30}}(?:{OFFICES}|[市县区]))?_?(?:20\d\d年?度?)?(?:\.(?:pdf|docx?|wps|ofd|html?))?")
"""A row that says whose or of which year, and leaves the what to the name of its list."""

BARE = "bare"
_FORM_SETTLES = frozenset({"short-title", "almost", "notice", BARE})
_SHORT = re.compile(r"年度报告|年报")
_COLUMN = re.compile(r"信息公开(?:工作)?(?:年度(?:工作)?报告|年报)|公开年报|^(?:年报|年度报告)$")


def recognise(clues: Clues, known: Sequence[KnownBody]) -> Candidate:
    """Decide one link. `known` are the bodies whose reports may stand in this list."""
    kind, why = is_report(clues.title, clues.column)
    if kind is Decision.NOT_REPORT:
        return Candidate(kind, why)
    if kind is Decision.UNRESOLVED and why in _FORM_SETTLES and clues.form:
        kind, why = Decision.REPORT, f"{why}+form"
    year = find_year(clues.title, clues.column, clues.listed_on)
    body, how = find_body(subject_of(clues.title), clues.publisher, known, anywhere=clues.anywhere)
    if kind is Decision.UNRESOLVED:
        # Whose it would be and of which year is kept: it stands in the way of no other body's or year's answer.
        return Candidate(kind, why, body, year.value)
    reason = f"report:{why}; year:{year.evidence}; body:{how}"[:200]
    return Candidate(Decision.UNRESOLVED if year.value is None or body is None else kind, reason, body, year.value)


def is_report(title: str, column: str = "") -> tuple[Decision, str]:
    """Whether a title names such a report, and which words decided."""
    bare = "".join(unicodedata.normalize("NFKC", title).split())
    named = _REPORT.search(bare)
    if named:
        return _named(bare[: named.start()], bare[named.start() :])
    in_column = _COLUMN.search("".join(column.split()))
    if in_column and bare and _BARE.fullmatch(bare):
        return Decision.UNRESOLVED, BARE
    rest = _PUBLISHER.sub("", bare)
    for code, pattern in _LOOK_ALIKES:
        if pattern.search(rest):
            return Decision.NOT_REPORT, code
    if _SHORT.search(rest):
        return (Decision.REPORT, "column") if in_column else (Decision.UNRESOLVED, "short-title")
    if (almost := _ALMOST.search(rest)) and not any(pattern.search(rest[: almost.start()]) for _, pattern in _BEFORE):
        # Rejecting it would make a report of an unusual title a missing one.
        return Decision.UNRESOLVED, "almost"
    return Decision.NOT_REPORT, "no-report-words"


def _named(before: str, words: str) -> tuple[Decision, str]:
    """A title that has the report's own words: what stands before them and what else is said with them may still make it something else."""
    for code, pattern in _BEFORE:
        if pattern.search(before):
            return Decision.NOT_REPORT, code
    for code, pattern in _LOOK_ALIKES:
        # "…工作年度报告" of information disclosure itself ends like other annual reports: its own words win there.
        if code != "other-annual-report" and pattern.search(words):
            return (Decision.UNRESOLVED if code in _STRANGE_BESIDE else Decision.NOT_REPORT), code
    return (Decision.UNRESOLVED, "notice") if _NOTICE.search(words) else (Decision.REPORT, "title")
