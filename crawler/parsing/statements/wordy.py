"""What a sentence states without a figure: 未收到, 没有发生, 均维持, 全部办结, 未收取. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.parsing.statements import words as w
from crawler.parsing.statements.labels import Label

_NO = (
    r"(?:未曾|尚未|从未|未(?!经|按|来|能|必|补|予)|没有|没|不存在|无(?!法|偿|需|效|障|正当|线|论|关|故|理|缝|锡|为)"
    r"|零(?=复议|诉讼|发生|败诉|纠错|收到))"
)
_GAP = r"[^，。；：,;]{0,36}?"
_NO_REQUEST = re.compile(
    rf"{_NO}(?:发生|出现|有)?(?:过)?(?:收到|接到|接收|受理|收悉)?(?:和|或|、|及|并)?(?:处理|办理|受理|答复)?(?:过)?(?:任何|公民、法人(?:和|或|及)其他组织|群众|社会公众|公众|个人)?(?:的|提出的|关于)?(?:政府)?(?:{w.REQUEST.pattern})"
    r"(?!(?:人|办理|工作|渠道|流程|引[起发]|被|产生|而|行政|提起|逾期|超期|收费|费|制度|答复|过程|纠|败|的(?:投诉|举报|行政|复议|诉讼|收费)|补正|材料|书))"
)
# Whose nothing it is, where it is not that of the body and the year: some of several bodies, or one month.
_SOME = re.compile(
    r"(?:下属|所属|直属|局属|[委厅省市区县]属|基层|各|其[他它余]|有关|部分|\d(?:个|家))[^，。；：]{0,6}"
    r"(?:单位|机构|部门|乡镇|镇街|[乡镇县区]|街道|科室|分局|学校|医院)|的(?:单位|部门|机构|乡镇|镇街|[乡镇县区]|街道|地区)|(?<!\d)\d{1,2}月份"
)
_STOP = re.compile(r"[，。；：]")
_REQUEST_ZERO = re.compile(r"(?:政府信息公开申请|依申请公开)[^，。；]{0,10}(?:为零|为0件?|零件|零申请)")
_PARTIAL = re.compile(
    r"网上|网络|现场|当面|信函|邮件|传真|线上|渠道|平台|企业|法人(?!和|或|及)|其中|涉及|不予|逾期|超期|上半年|季度|以上述"
)
_NO_DISPUTE = re.compile(rf"{_NO}(?P<what>{_GAP}(?:复议|诉讼|应诉)[^，。；：]{{0,40}})")
_ZERO_DISPUTE = re.compile(
    r"(?P<what>(?:行政)?(?:复议|诉讼)(?:、|和|及|与)?(?:行政)?(?:复议|诉讼)?(?:案件|案|情况|数量|发生率)?(?:均|都)?(?:为零|为0(?!\d)|零发生))"
)
_CORRECTED = re.compile(r"纠错|纠正|败诉|撤销|确认违法|改判|违法|责令")
_SUB_DISPUTE = re.compile(r"超期|逾期|[未不]履行|负责人|不服|维持|尚未审结|结转|办结")
_NO_CORRECTED = re.compile(rf"{_NO}{_GAP}(?:被)?(?:纠错|纠正|败诉)|(?:零|0)(?:纠错|败诉)|(?:纠错率|败诉率)(?:均)?(?:为)?(?:零|0(?![.\d]))")
_ALL_HANDLED = re.compile(
    r"(?:已经?|均已?|现已|并已?|申请|件)全部(?:予以)?(?:办结|办理完[毕结成])|(?<!其余)(?<!其余的)全部(?:予以)?办(?:结|理完[毕结成])|均已?(?:经)?(?:予以)?(?:办结|办理完[毕结成])|(?<!按时)(?<!按期)(?<!如期)(?<!时限内)(?<!限期内)办结率(?:均)?(?:为|达到?|达|是)?100%"
    r"|(?:没有|无|未|不存在)(?:任何)?(?:需要?)?结转(?:下|至|到)|(?:没有|无)下一?年度?结转|无结转(?=[，。；]|\Z)"
)
_REST = re.compile(r"其余|其他\d|除[^，]{0,20}外|剩余|另有|按时|按期|时限内|限期内|期限内")
_NATURAL_ONLY = re.compile(r"(?:全部|均|都)(?:为|是|系|由)(?:自然人|公民)(?!、|或|和|及|以外)")
_UPHELD = re.compile(
    r"[，、](?:复议|诉讼|裁判|审理|判决)?(?:结果|决定)?(?P<all>均|全部|都)?(?:已|为|被|获|予以|得到|结果)*维持(?:原[^，。；]{0,8})?(?=[，。；、]|\Z)(?!\d)"
)
_NO_FEE = re.compile(rf"(?:{_NO}|免予|不|免)(?:发生|产生|存在|有|任何|因|向申请人|进行|涉及|开展)*{_GAP}(?:收取|收费|处理费|费用)")
_FEE_TOPIC = re.compile(r"信息(?:公开)?(?:信息)?处理费?|处理费|依申请|信息公开|申请人")
_FEE_FOREIGN = re.compile(r"行政事业性|中介|违规|涉企|乱收费|减免|项目收费|停止|取消|三公|经费|保障")


def find(sentence: str, topic: str, section: int, cases: list[tuple[str, int]]) -> Iterator[tuple[Label, int]]:
    """Labels with their fixed values (0 or 1, or the count for 维持) of what `sentence` says in words.

    `cases` are the counts of reconsideration and litigation given before in the same sentence.
    """
    in_topic = topic in ("requests", "reconsideration", "litigation") or w.REQUEST.search(sentence) is not None
    about = in_topic or w.DISPUTE_TOPIC.search(sentence) is not None or section in (3, 4)
    yield from _requests(sentence)
    if about:
        yield from _disputes(sentence)
        yield from _corrected(sentence)
    if in_topic and not w.FOREIGN.search(sentence):
        yield from _handled(sentence)
    yield from _upheld(sentence, cases)
    yield from _fee(sentence, section)


def _requests(sentence: str) -> Iterator[tuple[Label, int]]:
    if "申请" not in sentence:
        return
    found = _NO_REQUEST.search(sentence) or _REQUEST_ZERO.search(sentence)
    if not found:
        return
    clause = _clause(sentence, found)
    if _PARTIAL.search(clause) or _SOME.search(clause) or w.HANDLE.search(clause):
        return
    if w.RECONSIDERATION.search(clause) or w.LITIGATION.search(clause) or (w.RECEIVE.search(clause) is None and "申请" not in clause):
        return
    yield Label("no_requests"), 0
    yield Label("requests_received", "none"), 0


def _clause(sentence: str, found: re.Match[str]) -> str:
    """What was found with the rest of the clause it stands in."""
    return _STOP.split(sentence[: found.start()])[-1] + found[0] + _STOP.split(sentence[found.end() :])[0]


def _disputes(sentence: str) -> Iterator[tuple[Label, int]]:
    if "复议" not in sentence and "诉" not in sentence:
        return
    for found in (*_NO_DISPUTE.finditer(sentence), *_ZERO_DISPUTE.finditer(sentence)):
        what = found["what"]
        if _SOME.search(_clause(sentence, found)):
            continue
        if _CORRECTED.search(what) or _SUB_DISPUTE.search(what) or "未经" in what or w.DISPUTE_FOREIGN.search(what.replace("发生率", "")):
            continue
        if re.search(r"\d", what.replace("为0", "")):
            continue
        for name, pattern in (("reconsideration", w.RECONSIDERATION), ("litigation", w.LITIGATION)):
            if pattern.search(what) and not (name == "reconsideration" and re.search(r"复议后", what)):
                yield Label(f"no_{name}"), 0
                yield Label(f"{name}_cases", "none"), 0


def _corrected(sentence: str) -> Iterator[tuple[Label, int]]:
    found = _NO_CORRECTED.search(sentence) if "纠" in sentence or "败诉" in sentence else None
    if not found:
        return
    clause = _clause(sentence, found)
    if _SOME.search(clause):
        return
    reco = "复议" in clause
    lit = re.search(r"诉讼|败诉", clause) is not None
    both = not reco and not lit
    yield Label("no_corrected"), 0
    if reco or both or re.search(r"纠错和败诉|纠错、败诉|纠错或败诉|纠错及败诉", clause):
        yield Label("reconsideration_corrected", "none"), 0
    if lit or both:
        yield Label("litigation_corrected", "none"), 0


def _handled(sentence: str) -> Iterator[tuple[Label, int]]:
    for found in _ALL_HANDLED.finditer(sentence):
        clause = _clause(sentence, found)
        if not _REST.search(clause) and not _SOME.search(clause) and not re.search(r"结转|其余", sentence.replace(found[0], "")):
            yield Label("all_handled"), 1
            break
    if _NATURAL_ONLY.search(sentence):
        yield Label("natural_applicants_only"), 1


def _upheld(sentence: str, cases: list[tuple[str, int]]) -> Iterator[tuple[Label, int]]:
    found = _UPHELD.search(sentence) if cases else None
    if not found:
        return
    for kind, value in cases if found["all"] else cases[-1:]:
        yield Label(f"{kind}_upheld", "all"), value


def _fee(sentence: str, section: int) -> Iterator[tuple[Label, int]]:
    found = _NO_FEE.search(sentence) if "费" in sentence or "收取" in sentence else None
    if not found or _FEE_FOREIGN.search(re.split(r"[，；。]", sentence[: found.start()])[-1] + found[0]):
        return
    if section == 6 or _FEE_TOPIC.search(sentence):
        yield Label("fee_charged_yuan", "none"), 0
