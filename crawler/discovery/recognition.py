"""Is this link an annual report on information disclosure, whose, and for which year: accepted, rejected or left to a person, with reasons.

Nothing is guessed: what cannot be told apart is unresolved. Neighbours: list rows come in, sightings are recorded of what comes out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from crawler.discovery.naming import OFFICES, KnownBody, find_body, subject_of
from crawler.discovery.wording import ALMOST, PLACES, REPORT, SHORT, between, is_own, made_ready, names_a_body
from crawler.discovery.years import find_year
from storage.domain.ids import BodyId
from storage.domain.visits import Decision


@dataclass(frozen=True, slots=True)
class Clues:
    """What is known of one link: its title, the list it stands in, its printed date, and what its page says of its publisher.

    `anywhere` says that it stands in nobody's list (a search shows what everybody publishes): only a name with its region is enough then.
    `form` says that its page was read and carries the prescribed form: that settles a title that says too little; `said_year` is the one
    year which that page names as its own.
    """

    title: str
    column: str = ""
    listed_on: date | None = None
    publisher: str = ""
    url: str = ""
    anywhere: bool = False
    form: bool = False
    said_year: int | None = None


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
            r"(?:社会责任|质量|环境|统计|企业|事业单位(?:法人)?|法人|部门|发展|(?<!公开)(?<!信息)(?<!信息公)工作)年度报告书?$|(?:信用|统计|环境状况|法人)年报"
        ),
    ),
)
_BEFORE = (
    ("explanation", re.compile(r"图解|一图读懂|一图看懂|一张图|图说|数说|解读")),
    ("part-of-year", re.compile(r"[上下]半年|半年度|季度")),
    ("about-reports", re.compile(r"召开|举办|举行|部署|积极做好|圆满|顺利完成|全面完成")),
)
"""What may stand before the report's own words and make the line something else. Nothing more: before them stands the publisher, and an
audit, finance or statistics bureau has such words in its very name."""

_ASKS = re.compile(r"(?:关于|组织)(?:认真|切实|扎实|全面|按时|组织)*(?:做好|编制|编写|报送|上报|呈报|提交|填报|开展|规范|组织|加强|进一步)")
"""How notices about reports begin, and the covering words of some reports: their head decides."""

_HANDED_IN = re.compile(r"关于(?:报送|上报|呈报|提交)")
_ASKED_FOR = re.compile(
    r"通知|通报|意见|方案|提示|批复|会议|培训|工作$|(?:编制|报送|填报|发布|公布|检查|督查)(?:工作)?(?:情况)?(?:的函)?$|启动|要求|事项"
)

_STRANGE_BESIDE = frozenset({"finance", "rule-of-law-report", "work-plan", "several-reports"})
"""Words that make a title something else when alone, and a puzzle when they stand beside the report's own: a person looks."""

_ON_DUTIES = re.compile(r"事项|要求|工作的|编制|编写|报送|填报")
_NOTICE = re.compile(r"的?(?:通知|函|批复)$")
_PUBLISHER = re.compile(rf"^[^\d]{{2,40}}?(?:{OFFICES})(?=(?:关于)?(?:20\d\d|二[〇○零]|年度报告|年报))")
_CLOSED = re.compile(
    r"(?:[书版稿]|全文|正文|原文|文本|文件|已?(?:正式)?(?:公开|发布|公布|公示)|公告|的|(?:点击|在线)?(?:下载|查看|阅读|浏览)|"
    r"[\"'“”‘’《》〈〉,.。、:;·/ -]|"
    r"(?:PDF|Word|WPS|OFD|DOCX?|HTML)(?:版|格式)?|(?:图文|图片|网站|网页|文字|公开|发布|最终|正式|修订|更正|更新|扫描|盖章|电子|新)[版稿]?|"
    r"20\d\d[-./年]\d{1,2}[-./月]\d{1,2}日?|(?:20\d\d|二[〇○零]..)(?:年度?)?|附件?\d{0,2}|[(\[【〔][^)\]】〕]{0,30}[)\]】〕]?|情况|\d{1,2})*",
    re.IGNORECASE,
)
"""What says nothing more behind the report's own words: a version, a date, a bracket (its words were weighed before)."""

_DRAFT = re.compile(r"(?:征求意见|送审|草案?|讨论)稿|草案")
_JOIN = re.compile(r"^[(\[【〔]?(?:以及|及|和|与|暨|、|附|含|并)")

_BARE = re.compile(rf"(?:[^\d_]{{1,30}}(?:{PLACES}))?_?(?:20\d\d年?度?)?(?:\.(?:pdf|docx?|wps|ofd|html?))?")
"""A row that says whose or of which year, and leaves the what to the name of its list."""

BARE, CUT, OTHER_SUBJECT = "bare", "cut-short", "other-subject"
_FORM_SETTLES = frozenset({"short-title", "almost", "notice", "covering-words", "more-words", "unusual-words", BARE, CUT})
_CUT_WITHIN = re.compile(r"(?:政府信|政府信息|信息公|公开|公开工?作?|公开(?:工作)?(?:情况)?年?度?(?:工作)?报?)$|信息公开")
_CUT_UNMARKED = re.compile(r"信息公开(?:工作)?(?:年(?:度(?:工作)?报?)?)?$")
"""Some lists cut a title off at so many characters and do not say so."""

_COLUMN = re.compile(r"信息公开(?:工作)?(?:年度(?:工作)?报告|年报)|公开年报|^(?:年报|年度报告)$")


def recognise(clues: Clues, known: Sequence[KnownBody]) -> Candidate:
    """Decide one link. `known` are the bodies whose reports may stand in this list."""
    kind, why = is_report(clues.title, clues.column)
    if kind is Decision.NOT_REPORT:
        return Candidate(kind, why)
    if kind is Decision.UNRESOLVED and why in _FORM_SETTLES and clues.form:
        kind, why = Decision.REPORT, f"{why}+form"
    title = made_ready(clues.title).text
    year = find_year(title, clues.column, clues.listed_on, said=clues.said_year)
    body, how = find_body(subject_of(title), clues.publisher, known, anywhere=clues.anywhere)
    if kind is Decision.UNRESOLVED:
        # Whose it would be and of which year is kept: it stands in the way of no other body's or year's answer.
        return Candidate(kind, why, body, year.value)
    reason = f"report:{why}; year:{year.evidence}; body:{how}"[:200]
    return Candidate(Decision.UNRESOLVED if year.value is None or body is None else kind, reason, body, year.value)


def is_report(title: str, column: str = "") -> tuple[Decision, str]:
    """Whether a title names such a report, and which words decided."""
    ready = made_ready(title)
    bare, in_column = ready.text, bool(_COLUMN.search("".join(column.split())))
    named = REPORT.search(bare)
    if named:
        return _named(bare[: named.start()], named.group(), bare[named.end() :])
    if in_column and bare and not ready.cut and _BARE.fullmatch(bare):
        return Decision.UNRESOLVED, BARE
    rest = _PUBLISHER.sub("", bare)
    if code := _look_alike(rest):
        return Decision.NOT_REPORT, code
    if ready.cut:
        # The missing words are on its page.
        return (Decision.UNRESOLVED, CUT) if in_column or _CUT_WITHIN.search(rest) else (Decision.NOT_REPORT, "no-report-words")
    if short := SHORT.search(rest):
        return _short(bare[: bare.rfind(short.group())], in_column=in_column)
    return _almost(bare, rest)


def _short(before: str, *, in_column: bool) -> tuple[Decision, str]:
    """A title that only calls itself an annual report: what of, its list says."""
    if other := _other_subject(before):
        return Decision.UNRESOLVED, other
    return (Decision.REPORT, "column") if in_column else (Decision.UNRESOLVED, "short-title")


def _almost(bare: str, rest: str) -> tuple[Decision, str]:
    """A title that comes near one; `rest` is without its publisher."""
    almost = ALMOST.search(rest) or (_CUT_UNMARKED.search(rest) if find_year(bare).value else None)
    if almost is None or any(pattern.search(rest[: almost.start()]) for _, pattern in _BEFORE):
        return Decision.NOT_REPORT, "no-report-words"
    before = bare[: bare.rfind(almost.group())]
    # Rejecting it would make a report of an unusual title a missing one.
    return _covered(before, rest[almost.end() :]) if _ASKS.search(before) else (Decision.UNRESOLVED, "almost")


def _look_alike(words: str, *, but: str = "") -> str:
    return next((code for code, pattern in _LOOK_ALIKES if code != but and pattern.search(words)), "")


def _named(before: str, words: str, behind: str) -> tuple[Decision, str]:
    """A title that has the report's own words: what stands before, between and behind them may still make it something else."""
    for code, pattern in _BEFORE:
        if pattern.search(before):
            return Decision.NOT_REPORT, code
    # "…工作年度报告" of information disclosure itself ends like other annual reports: its own words win there.
    if code := _look_alike(words, but="other-annual-report"):
        return (Decision.NOT_REPORT, code) if code == "part-of-year" else (Decision.UNRESOLVED, "unusual-words")
    if _ASKS.search(before):
        return _covered(before, behind)
    if said := _behind(behind):
        return said
    if other := _other_subject(before):
        return Decision.UNRESOLVED, other
    if not _CLOSED.fullmatch(behind) and not names_a_body(behind):
        return Decision.UNRESOLVED, "more-words"
    return Decision.REPORT, "title"


def _other_subject(before: str) -> str:
    """The code for a title whose year and report words have another subject between them; empty where they have none."""
    middle = between(before)
    return "" if is_own(middle) or names_a_body(middle) else f"{OTHER_SUBJECT} {middle}"[:60]


def _behind(behind: str) -> tuple[Decision, str] | None:
    """What the words behind the report's own make of it, None where they make nothing else."""
    if _DRAFT.search(behind):
        return Decision.UNRESOLVED, "draft"
    if code := _look_alike(behind, but="other-annual-report"):
        return _said_behind(code, behind)
    if _NOTICE.search(behind):
        return (Decision.NOT_REPORT, "about-reports") if _ON_DUTIES.search(behind) else (Decision.UNRESOLVED, "notice")
    return None


def _covered(before: str, behind: str) -> tuple[Decision, str]:
    """A title that begins as notices do. Its head may be a notice; or the report, handed in or rendered account of with such words."""
    letter = behind.endswith("函") and _HANDED_IN.search(before)
    if not letter and (_ASKED_FOR.search(behind) or _look_alike(behind) or behind.endswith("函")):
        return Decision.NOT_REPORT, "about-reports"
    return Decision.UNRESOLVED, "covering-words"


def _said_behind(code: str, behind: str) -> tuple[Decision, str]:
    """Words of another kind of document behind the report's: beside it they leave a doubt, as the head of the title they decide."""
    if code in _STRANGE_BESIDE:
        return Decision.UNRESOLVED, code
    if _JOIN.search(behind) and code not in {"about-reports", "reporting-system"}:
        return Decision.UNRESOLVED, "more-words"
    return Decision.NOT_REPORT, code
