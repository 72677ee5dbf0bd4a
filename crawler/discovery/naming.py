"""Whose report a title speaks of: the subject of the title against the known bodies' names and aliases, longest match first.

A title that names somebody we do not know is never given to the list's own body: that would turn another body's report into this one's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from crawler.discovery.short_names import normalise, short_form
from storage.domain.ids import BodyId

OFFICES = "局|委员会|委|办公室|办|厅|院|中心|处|站|队|所|馆|室|校|会|公司|街道|镇|乡|政府"
"""How the names of publishing bodies end, as alternatives of a pattern."""

_YEAR_NUMBER = r"(?:20\d\d|二[〇○零0][〇○零一二三四五六七八九]{2})\s*"
# "2024年度报告" and "2024年报" keep the words after the number: they name the document, not the year alone.
_YEAR_TOKEN = _YEAR_NUMBER + r"(?:(?=年度(?:工作)?报告|年报)|年(?:度)?)"
_VERBS = r"(?:印发|报送|上报|呈报|提交|公布|发布|公开|开展|做好|编制|编写|贯彻|落实|执行|实施|加强|进一步|切实|认真)"
_SUBJECT_END = re.compile(
    rf"关于(?:{_VERBS}+|[《〈])|(?:{_VERBS}|关于)*[《〈]?(?:20\d\d|二[〇○零0][〇○零一二三四五六七八九]{{2}})\s*年|政府信息|信息公开|政务公开|年度(?:工作)?报告|年报"
)
_LEADING = re.compile(rf"^(?:[\[【(（《〈]|关于{_VERBS}*|发布|公布|转发|点击|查看|浏览|下载|附件\d*[:：]?|\d+[.、．]\s*)+")
_TRAILING = re.compile(r"(?:[\]】)）》〉:：的、，,\-—–_|\s]|关于|发布|公布|公开|本年度|年度|(?<!\d)20\d\d)+$")
_YEAR = re.compile(_YEAR_TOKEN)
_REGION = re.compile(r"[一-鿿]{2,}?(?:省|自治区|市|自治州|州|盟|地区|自治县|县|自治旗|旗|区|新区)")
_RANKS = frozenset("省市县区州旗盟")
_TAG = re.compile(r"^\s*[\[【](?:年报|年度报告|公告|公示|信息公开|政府信息公开年报)[\]】]")
_OWN_WORDS = re.compile(
    r"政府信息公开|信息公开|政务公开|工作|情况|总结|年度报告|年度|年报|报告|全文|正文|公告|公示|附件|下载|图片版?|(?i:pdf|docx?|word|wps)版?|本单位|本机关|本级|发布|公布|关于|的"
)
_ONLY_A_DATE = re.compile(r"[\d.年月日至到~、/—–-]*")
_OFFICE = re.compile(rf"(?![我本全各])[一-鿿]{{2,30}}(?:{OFFICES})")
_AFTER = re.compile(rf"^\s*{_YEAR_TOKEN}\s*(?P<rest>.*)$")

LEAST_UNRANKED = 4


@dataclass(frozen=True, slots=True)
class KnownBody:
    """One body that may publish in a list: its full name first, then every alias."""

    id: BodyId
    names: tuple[str, ...]


def subject_of(title: str) -> str:
    """The words of a title that name a publisher; empty where it names none ("2024年度报告").

    They stand before the report's own words; where nothing stands there, whatever else the title says is the subject, so that
    "年度报告（某局）" is not taken for a title without a name.
    """
    text = _LEADING.sub("", _TAG.sub("", unicodedata.normalize("NFKC", title).strip()))
    leading_year = _AFTER.match(text)
    if leading_year:
        text = leading_year.group("rest")
    found = _SUBJECT_END.search(text)
    subject = _cleaned(text[: found.start()] if found else text)
    if found and subject and found.group().strip().endswith("年"):
        subject += _office_behind(text[found.end() :])
    if found and found.group() == "政府信息" and subject.endswith("人民"):
        subject += "政府"  # "青山镇人民政府信息公开年报": the word belongs to both
    if subject:
        return subject
    rest = _cleaned(_OWN_WORDS.sub("", text))
    return "" if _ONLY_A_DATE.fullmatch(rest) else rest


def _office_behind(words: str) -> str:
    """The office named behind the year by a title whose place stands before it ("云溪县2024年教育局…"); empty where there is none."""
    end = _SUBJECT_END.search(words)
    office = _cleaned(words[: end.start()].lstrip("度")) if end else ""
    return office if _OFFICE.fullmatch(office) else ""


def _cleaned(text: str) -> str:
    return normalise(_TRAILING.sub("", _LEADING.sub("", _YEAR.sub("", text))))


def find_body(subject: str, publisher: str, known: Sequence[KnownBody], *, anywhere: bool = False) -> tuple[BodyId | None, str]:
    """The body and how it was found, or None and why not.

    The title's subject decides; a title without one falls to what its page names as publisher, then to the list's only body. With
    `anywhere` there is no list whose only body it could be, and a name without its region is nobody's.
    """
    if subject:
        return _match(subject, known, "title", anywhere=anywhere)
    if publisher and normalise(publisher) not in {"本网", "本站", "本单位", "网站", "原创"}:
        body, how = _match(normalise(publisher), known, "publisher", anywhere=anywhere)
        if body is not None or anywhere or len(known) != 1:
            return body, how
    if len(known) == 1 and not anywhere:
        return known[0].id, "only-body-of-list"
    return None, "no-name" if known else "no-known-body"


def _match(subject: str, known: Sequence[KnownBody], where: str, *, anywhere: bool = False) -> tuple[BodyId | None, str]:
    """By the names as they are; where nobody has such a name, by their short forms; where there is none either, by regions without rank."""
    for how, compared in (("", _score), ("+short", _short_score), ("+unranked", _unranked_score)):
        scored = [(score, body.id) for body in known if (score := compared(subject, body, anywhere=anywhere)) > 0]
        best = max((score for score, _ in scored), default=0)
        winners = {body for score, body in scored if score == best}
        if len(winners) > 1:
            return None, f"ambiguous-name {subject[:60]}"
        if winners:
            return winners.pop(), where + how
    return None, f"unknown-name {subject[:60]}"


def _short_score(subject: str, body: KnownBody, *, anywhere: bool = False) -> int:
    short = short_form(subject)
    # A branch's short form no longer says whose branch it is: enough in its own list, not among everybody's.
    if anywhere and short.endswith("分局"):
        return 0
    if short in _RANKS and not anywhere:  # "县政府": the one government of that rank
        return int(any(_REGION.fullmatch(name) and name.endswith(short) for name in map(short_form, body.names)))
    return _score(short, KnownBody(body.id, tuple(map(short_form, body.names))), anywhere=anywhere)


def _unranked_score(subject: str, body: KnownBody, *, anywhere: bool = False) -> int:
    """As "云溪教育局" stands for "云溪县教育局"; only a title without any rank may, as "云溪市" beside "云溪县" is another place."""
    if anywhere or len(subject) < LEAST_UNRANKED:
        return 0
    names = {short_form(name) for name in body.names}
    unranked = {
        name.replace(region, region[:-1], 1) for name in names for region in _REGION.findall(name) if len(region) > 2 and region != name
    }
    return 1 if short_form(subject) in unranked else 0


def _score(subject: str, body: KnownBody, *, anywhere: bool = False) -> int:
    """Length of the best agreement between a subject and a body's names, 0 for none; an equal name outweighs every partial one."""
    full, names = _names_of(body.names)
    best = 0
    for name in names:
        if anywhere and name != full and not _REGION.match(name):
            continue
        if name == subject:
            best = max(best, 10_000 + len(name))
        elif subject.endswith(name) and _same_region(subject.removesuffix(name), name, full):
            best = max(best, 100 + len(name))
        elif name.endswith(subject) and len(subject) >= 3 and not anywhere:
            best = max(best, len(subject))
    return best


@lru_cache(maxsize=20_000)
def _names_of(given: tuple[str, ...]) -> tuple[str, frozenset[str]]:
    """The full name, and with the names as given short forms with its region put before them ("县教育局" → "云溪县教育局"). Kept: each
    title of a list is compared with all bodies of it.
    """
    full = normalise(given[0]) if given else ""
    plain = frozenset(map(normalise, given)) - {""}
    regions = _REGION.findall(full)
    if not regions:
        return full, plain
    own = regions[-1]
    placed = {own + name for name in plain if not _REGION.match(name) and name[0] not in _RANKS}
    return full, plain | placed | {own + name[1:] for name in plain if name[0] == own[-1] and len(name) > 1}


def _same_region(before: str, name: str, full: str) -> bool:
    """Whether the words before an alias may belong to the same body.

    "江北市教育局" ends with the alias "教育局" of every education bureau. The words before must be whole regions, and stand either in
    the body's full name, or the name itself starts with a region while the full name says nothing against them.
    """
    if not before or re.sub(_REGION, "", before):
        return False
    own = full.removesuffix(name) if full.endswith(name) else ""
    if own:
        return own.endswith(before) or before.endswith(own)
    return before in full or bool(_REGION.match(name))
