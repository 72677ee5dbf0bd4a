"""The words of a title as they are weighed: without spaces, width, breadcrumbs and annexes. Pure.

In a Chinese title the head stands last: "…年度报告统计表" is a sheet, "…年度报告及统计表" a report that comes with one. So an annex
joined to the report, or put in brackets behind it, is taken away first, and what is left behind the report's own words decides.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from crawler.discovery.naming import OFFICES

REPORT = re.compile(r"信息公开(?:(?!信息公开).){0,14}(?:年度(?:工作)?报告|年报|工作报告)|(?:年度(?:工作)?报告|年报).{0,6}信息公开")
SHORT = re.compile(r"年度(?:工作)?报告|年报")
ALMOST = re.compile(
    r"(?:信息|政务)公开.{0,14}(?:报告|总结)|信息公开(?:年度)?(?:工作)?(?:年度)?(?:开展|进展|实施|落实|总体)?情况$|信息公开(?:工作)?年度?(?:工作)?报?$"
)
"""What some call their annual report, and what others call something else."""

_YEAR = r"(?:20\d\d|二[〇○零0O][〇○零一二三四五六七八九]{2})"
YEAR = re.compile(rf"{_YEAR}(?:年度?)?")
_SPACED_YEAR = re.compile(r"(?<!\d)(2)\s+(0)\s+(\d)\s+(\d)(?!\d)")
_PLAIN_FORMS = str.maketrans(
    "開報務總結終統計讀圖網發縣區鄉鎮會員辦廳關於與門號條執況實", "开报务总结终统计读图网发县区乡镇会员办厅关于与门号条执况实"
)
"""Only signs that the words weighed here are made of: bodies are compared as they are printed."""

_ANNEX = r"(?:附表|报表|统计表|统计报表|情况表|数据表|一览表|附件|目录|清单|表格|统计数据|数据|表)"
_JOINED = re.compile(
    rf"(?:(?<=报告)|(?<=年报)|(?<=总结))(?:以及|及|和|与|暨|、|,|并附|附|含)(?:其|相关|有关|主动公开|政府信息|信息公开|公开|工作|情况|年度|基本|统计)*{_ANNEX}$"
)
_ENCLOSED = re.compile(r"[(\[【〔](?:内?含|内?附|并附|另附|附件|附表|包括|包含)[^)\]】〕]*[)\]】〕]?")
_FILE = re.compile(r"(?:\(\d{1,2}\)|-副本|_副本)*\.(?:pdf|docx?|xlsx?|wps|ofd|html?|zip|rar)$", re.IGNORECASE)
_CRUMB = re.compile(r"(?<!\d)[-_|—–>»]+(?!\d)")
_CUT = re.compile(r"(?:[…⋯]|\.{2,}|。{2,}|·{2,})+$")
PLACES = rf"{OFFICES}|[省市县区州盟旗乡村]|联|社|台|学|园|署|协|庭|库|网|行"
"""How names that may stand before the report's own words end: offices, places, and bodies that carry neither in their name."""

_OFFICE_END = re.compile(rf"(?:{PLACES})$")
_OWN = re.compile(
    r"(?:政府|政务|信息公?|工作|主动|依申请|依法|公开|本级|本(?:机关|单位|部门|局|委|办|级|镇|乡|街道)|我[县区市省局镇乡街委办]|全[县区市省局镇乡街系]|"
    r"和|及|与|以及|、|的|之|年度|全年|年|度|情况|实施|贯彻(?:落实|执行)?|落实|执行|开展|推进|深化|加强|做好|关于|对|有关|条例|中华人民共和国|"
    r"法定|基层|行政机关|网站(?:建设|管理)?|保密|重点领域|机构|职能|门户|办事|[\"'“”‘’《》〈〉「」\[\]【】()〔〕:,.。·-]|\d{1,2}月(?:份)?|至|到)*"
)


@dataclass(frozen=True, slots=True)
class Wording:
    """A title made ready. `cut` says that its portal shortened it."""

    text: str
    cut: bool = False


def made_ready(title: str) -> Wording:
    """The words that are weighed, in one width and without spaces, file endings, breadcrumbs and annexes."""
    text = _SPACED_YEAR.sub(r"\1\2\3\4", unicodedata.normalize("NFKC", title))
    # Two numbers that a space parts stay two.
    text = re.sub(r"(?<=\d)\s+(?=\d)", "\0", text)
    text = "".join(text.split()).replace("\0", " ").translate(_PLAIN_FORMS)
    text = _own_crumb(_FILE.sub("", text))
    cut = _CUT.search(text)
    if cut:
        return Wording(text[: cut.start()], cut=True)
    while (shorter := _JOINED.sub("", _ENCLOSED.sub("", text))) != text:
        text = shorter
    return Wording(text)


def _own_crumb(text: str) -> str:
    """Of a trail of page names, the one that has the report's words; all of it where none has or another one says more than a place."""
    parts = [part for part in _CRUMB.split(text) if part]
    named = [part for part in parts if REPORT.search(part)]
    if len(parts) < 2 or len(named) != 1:
        return text
    return named[0] if all(part is named[0] or _is_place(part) for part in parts) else text


def _is_place(part: str) -> bool:
    """Whether a part of a trail is a page of the site, not something said of the document."""
    return bool(
        re.fullmatch(
            r"(?:政府信息公开|信息公开|政务公开|通知公告|公示公告|公告公示|首页|法定主动公开内容)(?:目录|专栏|平台|专区|网)?", part
        )
    ) or (bool(_OFFICE_END.search(part)) and len(part) <= 30)


def between(before: str) -> str:
    """What stands between the year and the report's own words, where something stood before the year: another name, or another subject."""
    found = list(YEAR.finditer(before))
    if not found or not before[: found[0].start()].strip("([【〔《〈"):
        return ""
    # "政府" belongs to the words behind, except in the name of a people's government.
    return re.sub(r"(?<!人民)(?:政府|政务)$", "", before[found[-1].end() :])


def is_own(words: str) -> bool:
    """Whether words say nothing but that the report is the report."""
    return bool(_OWN.fullmatch(words))


def names_a_body(words: str) -> bool:
    """Whether words end as names of publishers do."""
    return bool(_OFFICE_END.search(words))
