"""Whose report it is, of which year, after which edition: title, body, year, form cited, each with its evidence. Pure.

Nothing is invented: a title that names no place gives the body only as far as publisher, signature or text name it.
"""

from __future__ import annotations

import re
from collections import Counter

from crawler.parsing import dates
from crawler.parsing.chinese_numbers import chinese, half_width
from crawler.parsing.sections import end_of_text
from storage.domain.document import Document, TextBlock
from storage.domain.enums import DateKind, Edition
from storage.domain.reports import BodyName, Evidence, Section

_YEAR = r"(?:20\d\d|二[〇○零][一二三四五六七八九〇○零]{2})"
_TAIL = r"(?:政府信息(?:与政务)?公开|政务(?:信息)?公开|信息公开)"
_REPORT = r"(?:年度?工?作?报告|工作报告|工作告年度报|年报|情况报告|总结报告|报告)"
_TITLE = re.compile(rf"[^。；，？！]{{0,44}}{_TAIL}[^。；，？！]{{0,12}}{_REPORT}(?:[（(][^（()）]{{1,20}}[)）])?")
_PUBLIC = re.compile(r"公\s*开")  # every title says it; spaces may part the two
_NOT_TITLE = re.compile(
    r"关于印发|通知|本报告|如下|编制|特向|附件|指南|制度|条例|格式"
    r"|查看|更多|当前位置|您(?:现在)?(?:的|所在)|首页|>"
)
_LABELLED = re.compile(r"\s*(?:标\s*题|名\s*称|信息名称|文件名称)\s*[:：]\s*(.+)")
_SITE = re.compile(r"\s*[-_—|｜]+\s*[^-_—|｜]{1,30}\s*\Z")
_ORG = (
    r"(?:局|委员会|管委会|委|办公室|办公厅|办事处|政府|厅|部|院|署|中心|分局|支队|大队|总队|总站|站|所|馆|处|队|公司|集团|学校|大学"
    r"|街道|镇|乡|联合会|协会|社|会)"
)
_ORG_END = re.compile(rf"{_ORG}(?:[（(][一-龥]{{2,20}}[)）])?\Z")
_UNIT = r"(?:省|自治区|市|县|区|旗|州|盟|镇|乡|街道|地区|新区|林区|兵团)"
_PLACE = re.compile(rf"(?![本全我该各市县区镇乡])[一-龥]{{1,14}}?{_UNIT}|国家|中国|中华|全国|最高")
# Words that end like a place and are none, and zones that say what they are but not where.
_ZONE_KIND = r"(?:经济|高新|技术|产业|综合|工业)*(?:开发|实验|示范|高新|合作|新|园)区"
_NO_PLACE = re.compile(rf"城市|城乡|乡村|乡镇|市场|市政|市容|城区|社区|\A街道办|区域|行政区划|县域|{_ZONE_KIND}")
_REGION_ONLY = re.compile(rf"[一-龥]{{1,14}}(?:{_UNIT}|园区|管理区|开发区|实验区|示范区)\Z")
_ALIAS = re.compile(r"以下(?:简)?称[：:]?\s*[“\"「]?([一-龥]{2,16})[”\"」]?\s*[)）]")
_PUBLISHER = re.compile(
    r"(?:^|[\s|｜　])(?:发布(?:机构|单位)|公开(?:主体|机构|单位)|信息(?:来源|提供单位)|来源|责任部门|制发机关|发文(?:机关|单位))"
    r"(?:\s*[:：]\s*(\S*)|\s*\Z)"
)
_ZONE = re.compile(rf"(?!经济|高新|技术|产业|综合|工业|国家)[一-龥]{{2,8}}?{_ZONE_KIND}")
_CITED = re.compile(r"国办公开办[函涵]?\s*[〔\[（(【]?\s*(2019|2021)\s*[〕\])）】]?\s*(60|30)\s*号")
_HEAD = 80


def title(document: Document) -> str:
    """The report's own title without spaces, "" where none is printed. Titles broken over up to three lines are joined."""
    candidates = list(_title_candidates(document))
    return max(candidates, key=_title_score, default="")


def _title_score(text: str) -> tuple[int, int]:
    score = 4 * bool(re.search(_YEAR, text)) + 3 * bool(_named(text)) + bool(re.search(r"年度|工作报告", text))
    return score, -abs(len(text) - 24) if score else len(text)


def _title_candidates(document: Document) -> list[str]:
    found: list[str] = []
    meta = [document.meta.get(key, "") for key in ("articletitle", "article_title", "og:title", "title")]
    lines = _lines(document)[:_HEAD]
    labelled = [m[1] for line in lines if ("题" in line or "称" in line) and (m := _LABELLED.fullmatch(line))]
    found.extend(clean for text in [*meta, *labelled] if (clean := _clean_title(text)))
    fit = [_title_line(line) for line in lines]
    for i in range(len(lines)):
        for k in (1, 2, 3):
            run = lines[i : i + k]
            if len(run) == k and all(fit[i : i + k]) and (clean := _clean_title("".join(run))):
                found.append(clean)
    return found or _opening(lines)


def _opening(lines: list[str]) -> list[str]:
    """A title glued to the text that follows it."""
    for line in lines[:12]:
        opening = re.match(rf"\s*([一-龥（）()]{{0,30}}{_YEAR}\s*年度?{_TAIL}[一-龥]{{0,8}}?年度报告)", re.sub(r"\s+", "", line))
        if opening and not _NOT_TITLE.search(opening[1]):
            return [opening[1]]
    return []


def _title_line(line: str) -> bool:
    return len(line) <= 45 and not re.search(r"[。；，：:！？|]", line)


def _clean_title(text: str) -> str:
    if "报" not in text or not _PUBLIC.search(text):
        return ""
    wide = half_width(text)
    bare, site = "".join(wide.split()), "".join(_SITE.sub("", wide).split())
    for candidate in (site, bare):
        if _TITLE.fullmatch(candidate) and not _NOT_TITLE.search(candidate):
            return candidate
    return ""


def _lines(document: Document) -> list[str]:
    return [line.strip() for block in document.blocks if isinstance(block, TextBlock) for line in block.text.split("\n") if line.strip()]


def _named(text: str) -> str:
    """The name a title gives, without year and the words of the report."""
    bare = re.sub(rf"{_YEAR}\s*年?度?", "", text)
    bracketed = re.search(r"报告[（(]([一-龥]{3,24})[)）]\Z", bare)
    if bracketed and _ORG_END.search(bracketed[1]) and not re.sub(rf"{_TAIL}.*\Z", "", bare):
        return bracketed[1]
    bare = re.sub(rf"{_TAIL}.*\Z", "", bare)
    bare = re.sub(r"^(?:关于|【.*?】)|(?:关于|的|度|年)+\Z", "", bare)
    return bare.strip('《》“”" 　-—:：')


def body(
    document: Document, sections: tuple[Section, ...], publisher: str = "", known: tuple[str, ...] = (), printed: str | None = None
) -> BodyName | None:
    """The publishing body, None if nothing names one.

    `publisher` is what the portal says, `known` the registered names, `printed` the title where the caller has it.
    """
    text = "".join(s.text for s in sections)
    named = _named(title(document) if printed is None else printed)
    aliases = _aliases(named, text)
    name = re.sub(r"[（(].*?[)）]\Z", "", named) if named else ""
    registered = [k for k in known if k and (k == name or (named and k in named))]
    if registered:
        return BodyName(max(registered, key=len), "title", aliases)
    published = publisher.strip() or _publisher(document)
    if name and _placed(name) and not _REGION_ONLY.fullmatch(name):
        return BodyName(name, "title", aliases)
    return _completed(name, published, document, text, known, aliases)


def _aliases(named: str, text: str) -> tuple[str, ...]:
    inside = re.search(r"[（(]([一-龥]{3,20})[)）]\Z", named)
    called = [a for a in _ALIAS.findall(text[:2000]) if _ORG_END.search(a)]
    return tuple(dict.fromkeys([*([inside[1]] if inside else []), *called]))


def _placed(name: str) -> bool:
    """Whether a name says where its body is."""
    return _PLACE.search(_NO_PLACE.sub("·", name)) is not None or _ZONE.match(name) is not None


def _completed(
    name: str, published: str, document: Document, text: str, known: tuple[str, ...], aliases: tuple[str, ...]
) -> BodyName | None:
    """The full name for a title that names only a kind of body (公安局) or only a region, from the next best evidence."""
    signed = _signature(document)
    sources: tuple[tuple[Evidence, str], ...] = (("publisher", published), ("signature", signed))
    extra = (name,) if name else ()
    for evidence, source in sources:
        if full := _fitting(name, source):
            return BodyName(full, evidence, tuple(dict.fromkeys([*extra, *aliases])))
    for full in (*_known_in_text(name, text, known), *_text_names(name, text)):
        return BodyName(full, "text", tuple(dict.fromkeys([*extra, *aliases])))
    return BodyName(name, "title", aliases) if name else None


def _fitting(name: str, source: str) -> str:
    """`source` as far as it is the same body as `name`, with its place; "" where it is another."""
    bare = re.sub(r"\s+", "", source)
    if not bare or not _placed(bare) or not _ORG_END.search(bare):
        return ""
    if not name:
        return bare
    if _REGION_ONLY.fullmatch(name):
        inside = re.match(rf"{re.escape(name)}(?:人民政府|管理委员会|管委会)", bare)
        return inside[0] if inside else ""
    return bare if bare.endswith(name) and bare != name else ""


def _known_in_text(name: str, text: str, known: tuple[str, ...]) -> list[str]:
    fitting = [k for k in known if name and k.endswith(name) and k != name]
    named = [k for k in fitting if k in text]
    placed = [k for k in fitting if (place := k.removesuffix(name)) and len(place) >= 2 and place.rstrip("省市县区旗") in text]
    return named or (placed if len(placed) == 1 else [])


def _text_names(name: str, text: str) -> list[str]:
    """The commonest longer name in the text that ends with the title's (or starts with the title's region), if it has a place in it."""
    if not name:
        return []
    compact = re.sub(r"\s+", "", text)
    if _REGION_ONLY.fullmatch(name):
        found = re.findall(rf"{re.escape(name)}(?:人民政府|管理委员会|管委会)(?!办)", compact)
    else:
        cut = r"(?:^|[，。；、：（(“”\d年月日\n]|由|与|和|请|经|向|是|的|为)"
        found = re.findall(rf"{cut}([一-龥]{{2,12}}?{re.escape(name)})", compact)
    placed = re.compile(rf"(?![全各本我该])[一-龥]+{_UNIT}")
    counted = Counter(f for f in found if placed.match(f.removesuffix(name)) or _REGION_ONLY.fullmatch(name))
    return [counted.most_common(1)[0][0]] if counted else []


def _publisher(document: Document) -> str:
    for key in ("contentsource", "source", "publisher", "author_org"):
        if _ORG_END.search(value := document.meta.get(key, "").strip()):
            return value
    lines = _lines(document)[:_HEAD]
    for i, line in enumerate(lines):
        found = _PUBLISHER.search(line)
        if found:
            value = (found[1] or (lines[i + 1] if i + 1 < len(lines) and not line.endswith(("：", ":")) else "")).strip()
            if _ORG_END.search(value) and len(value) <= 30:
                return value
    return ""


def _signature(document: Document) -> str:
    """The name standing before the signature's date, on its own line or the same."""
    lines = [re.sub(r"\s+", "", line) for line in end_of_text(document)]
    for i, line in enumerate(lines):
        if dates.parse(line) and len(line) <= 50:
            before = re.split(r"20\d\d|二[〇○零]", half_width(line))[0]
            for candidate in (before, lines[i - 1] if i else ""):
                if 3 <= len(candidate) <= 30 and _ORG_END.search(candidate) and not re.search(r"[，。：:]", candidate):
                    return candidate
    return ""


def report_year(document: Document, title: str, hint: int | None = None) -> tuple[int | None, str]:
    """The year covered and where it was read: title, period, hint, signature, printed, meta, text; (None, "") if nothing says."""
    found = re.search(_YEAR, half_width(title))
    if found:
        return _year(found[0]), "title"
    mentions = dates.find(document)
    for mention in mentions:
        if mention.kind is DateKind.PERIOD:
            return (mention.until or mention.value).year, "period"
    if hint is not None:
        return hint, "hint"
    for kind in (DateKind.SIGNATURE, DateKind.PRINTED, DateKind.META):
        for mention in mentions:
            if mention.kind is kind:
                return mention.value.year - 1, kind.value
    return _common_year(document)


def _year(text: str) -> int:
    return int(text) if text.isascii() else (chinese(text.replace("○", "〇")) or 0)


def _common_year(document: Document) -> tuple[int | None, str]:
    counted = Counter(re.findall(r"(20\d\d)\s*年", half_width("\n".join(_lines(document)))))
    ranked = counted.most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] < 2 * ranked[1][1]):
        return None, ""
    return int(ranked[0][0]), "text"


def form_cited(document: Document) -> Edition | None:
    """The edition whose notice the text cites; the later one where both are named, None where neither is."""
    text = half_width(re.sub(r"\s+", "", "".join(_lines(document))))
    years = {year for year, number in _CITED.findall(text) if (year, number) in (("2019", "60"), ("2021", "30"))}
    if "2021" in years:
        return Edition.E2021
    return Edition.E2019 if years else None
