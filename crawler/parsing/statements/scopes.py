"""Whose figures and which year a sentence speaks of. Pure."""

from __future__ import annotations

import re

from storage.domain.enums import Scope

# These are searched for in every sentence: each alternative begins with a letter of its own, see `words`.
_NAMED = r"(?:代表[^，。]{0,10}政府|本级|机关|自身)"
_DOING = r"政府办(?:公(?:室|厅))?(?:共|全年|累计|直接|收到|受理|办理|接收)"
_OFFICE = re.compile(
    rf"政府办公?(?:室|厅)?{_NAMED}|办公(?:室|厅){_NAMED}|省本级|市本级|区本级|县本级|政府本级|本级政府|以[省市区县]政府名义"
    rf"|省{_DOING}|市{_DOING}|区{_DOING}|县{_DOING}|人民{_DOING}"
)
_OWN = r"(?:省|市|区|县|旗|州)(?!局|级|政府办)"
_TOGETHER = r"[^，。]{0,12}(?:部门|单位)[^，。]{0,6}共"
_REGION = re.compile(
    r"全(?:省|市|区|县|旗|州|盟|镇|乡|域)(?!局|系统内设|经济|社会|高质量|发展|中心|大局|人民|群众|各项|重点|改革|民生|营商)|各级(?:行政机关|政府|部门)"
    rf"|我{_OWN}|本{_OWN}|各{_TOGETHER}|所属{_TOGETHER}|下属{_TOGETHER}"
)
_PART = re.compile(
    r"(?:各|其余|其他)?(?:市直|区直|县直|省直|市级|县级|区级|直属)(?:各)?(?:部门|单位|机关)|各(?:县|区|镇|乡|街道|部门|单位|分局|科室)|(?:镇|乡)\s*[（(]?街道|各县市区|委托|转交|移交|交由|协助|配合|指导|分局(?:共|收到|受理)"
)
_OUR = "|".join(rf"{kind}(?:(?<=^{kind})|(?<=[，。\d年]{kind}))[一-龥]{{1,8}}(?:局|委|厅|办)" for kind in "省市区县")
_OF_ALL = re.compile(r"全(?:省|市|区|县|旗|州|盟)[^，。]{0,4}各|全.{0,24}共(?:收到|受理)")
_SELF = re.compile(rf"本(?:机关|单位|局|委|厅|办|院|部门|街道|镇|乡)|我(?:机关|单位|局|委|厅|办|院|部门|街道|镇|乡|中心)|{_OUR}")
_GOVERNMENT = re.compile(r"(?:人民)?政府\Z|管委会\Z|管理委员会\Z|(?:实验区|开发区|新区|示范区|省|市|县|区|旗|州)\Z")
_OFFICE_BODY = re.compile(r"办公(?:室|厅)\Z")
_CITED = re.compile(r"《[^》]*》|〔\d+〕")
_YEAR = re.compile(r"(20\d\d)\s*年(?!度?报告)")
_COMPARED = "较比与和同从含及转自接"
_THIS_ONE = r"(?!度?(?:同期|相比|度?结转|底|末|转|办|遗留|接转|结余))"
_EARLIER = "|".join(
    rf"{first}(?<![{_COMPARED}]{first}){rest}{_THIS_ONE}"
    for first, rest in (("去", "年"), ("上", "年度?"), ("上", "一年度?"), ("前", "年"), ("往", "年"))
)
_FIVE_YEARS = "|".join(rf"{quote}十[三四]五[”\"]?" for quote in ("“", '"', ""))
_OTHER_PERIOD = re.compile(
    rf"{_EARLIER}|近[三五几\d]年|{_FIVE_YEARS}|历(?<!与历)(?<!较历)年(?!相比|来)|自[^，。]{{2,12}}以来|成立以来|开通以来|累计至"
)
_CARRIES = re.compile(r"(?:度)?结转|(?:度)?(?:继续)?(?:办理|答复)")
_CARRIED_TO = re.compile(r"(?:结转|顺延|延续|转)(?:至|到|入|下)?\Z|[较比与]\Z|《[^》]*\Z")
_PART_YEAR = re.compile(
    r"上半年|下半年|第[一二三四]季度|一季度|二季度|三季度|四季度|前[三四五六七八九十]个?月|1[-—至到]\d{1,2}月(?!\d{1,2}日起)|截至\d{1,2}月底?"
)
_NEXT = re.compile(r"(?:^|[，；])(?:在)?(?:明年|下一?年度?)(?![^，。；]{0,6}(?:继续)?(?:办理|答复|处理))")


def is_government(body: str) -> bool:
    """Whether a body's own tables cover a region: a government or a zone committee, not an office or a department."""
    return bool(_GOVERNMENT.search(body)) and not _OFFICE_BODY.search(body)


def scope_of(sentence: str, body: str) -> Scope:
    """Whose figures a sentence without spaces gives."""
    if _OFFICE.search(sentence):
        return Scope.SELF if _OFFICE_BODY.search(body) else Scope.OFFICE
    if _REGION.search(sentence):
        return Scope.REGION
    if (body and body in sentence) or _SELF.search(sentence):
        return Scope.SELF
    return Scope.UNKNOWN


def of_part(clause: str) -> bool:
    """Whether a clause speaks of some of the bodies only (各镇街, 市直部门), whose figure is a part of the table's."""
    return _PART.search(clause) is not None and not _OF_ALL.search(clause)


def period_of(text: str, report_year: int | None) -> str:
    """The phrase in `text` (a sentence up to the figure) that names another year or part of the year, "" for the report year."""
    bare = _CITED.sub("", text) if "《" in text or "〔" in text else text
    next_year = "明年" in bare or "下年" in bare or "下一年" in bare
    part = _PART_YEAR.search(bare) or _OTHER_PERIOD.search(bare) or (_NEXT.search(bare) if next_year else None)
    if part:
        return part[0]
    years = [y for y in _YEAR.finditer(bare) if not _CARRIES.match(bare, y.end()) and not _CARRIED_TO.search(bare[: y.start()])]
    if years and report_year is not None and int(years[-1][1]) != report_year:
        return years[-1][0]
    return ""
