"""From the words around a figure to what it counts. Pure; precision before recall: in doubt a figure counts nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.parsing.statements import words as w
from storage.domain.quick import quick

COUNTS = frozenset({"件", "起", "宗", "例", "份", "件次", "项", "条", "笔", "次", "个", "人次"})
_CASE_UNITS = frozenset({"件", "起", "宗", "例", "份", "件次", "笔", "次", "个", "项", "条"})
_BOTH = re.compile(rf"(?:{w.RECEIVE.pattern})(?:、|和|并|及|与|、并)?(?:及时|依法)?(?:{w.PROCESS.pattern}|{w.HANDLE.pattern})")
_HANDLED_TAIL = re.compile(r"(?:政府|全部|各类|完毕|完成|了|申请人|群众|告知书|意见书|书)*+")
_TWO = ("reconsideration", "litigation")
_BREAK = re.compile(r"[，,；;：:。（(）)]")
_FILLER = re.compile(
    r"(?:其中|另|另外|另有|还有|尚有|有|共|共有|共计|总计|合计|剩余|其余|余|除|已|均|分别|为|计|包括|含|目前|截至目前|年底|截至年底|至年底|至今|全年|，|、|的)*\Z"
)
_OUTCOMES = tuple((metric, re.compile(pattern)) for metric, pattern in w.OUTCOMES)
_OUTCOME_ENDS = tuple((metric, re.compile(rf"(?:{pattern})\Z")) for metric, pattern in w.OUTCOMES)
_OUTCOME_WHOLE = tuple((metric, re.compile(rf"(?:{pattern}){w.OUTCOME_FILL}")) for metric, pattern in w.OUTCOMES)
_OUTCOME_TAIL = re.compile(rf"{w.OUTCOME_FILL}\Z")
_ITEMS = tuple((row, re.compile(pattern)) for row, pattern in w.ITEMS)
_FILL_TAIL = re.compile(rf"{w.FILL}\Z")
_ENDS = re.compile(rf"(?:{w.REQUEST.pattern})(?:政府)?(?:信息)?(?:办件|件|事项)?{w.FILL}(?:收到|受理|接收|办理)?{w.FILL}\Z")
_TAKEN = re.compile(rf"(?:{w.RECEIVE.pattern}|办理|处理){w.FILL}\Z")
_SHORT = re.compile(
    r"(?:20\d\d年度?|全年|本年度?|年内|今年以来|截至年底)*[，、]?(?:[一-龥]{0,12}?(?:局|委|办|厅|政府|机关|单位|镇|街道))?"
    rf"(?:全年|共计|共|累计|总共)*(?:{w.RECEIVE.pattern}){w.FILL}"
)


@quick
@dataclass(frozen=True, slots=True)
class Around:
    """The words around one figure: `clause` the last clause before it, `before` all since the last figure, `after` up to the next stop."""

    clause: str
    before: str
    after: str
    sentence: str
    topic: str
    report_year: int | None


@quick
@dataclass(frozen=True, slots=True)
class Label:
    """What a figure counts, with the qualifier its wording brings."""

    metric: str
    qualifier: str = ""


def around(text: str, previous: int, start: int, end: int, topic: str, report_year: int | None) -> Around:
    """The words around the figure text[start:end] when the figure before ended at `previous`."""
    before = text[previous:start]
    parts = _BREAK.split(before)
    clause = parts[-1].lstrip("、")
    bare = clause.strip("共计总合")
    if not bare and len(parts) > 1 and (clause or before.endswith("：")):
        clause = parts[-2].lstrip("、") + clause
    after = _BREAK.split(text[end : end + 24])[0]
    return Around(clause, before, after, text, topic, report_year)


def request_label(a: Around) -> Label | None:
    """The label of a count about requests, None if it is not one."""
    if behind := _behind(a):
        return behind
    return _carried(a) or _applicant(a) or _outcome(a) or _handled(a) or _received(a)


def _tail_after(a: Around) -> str:
    """What is said behind a figure that nothing is said before (其中3件维持), without the words that lead to it; "" otherwise."""
    if not _FILLER.match(a.clause) or len(a.after) > 20:
        return ""
    return re.sub(r"^(?:申请|案件)?(?:的)?(?:均|已|分别)?(?:为|是|属|系|被|获|结果为?|予(?!以)|因)*", "", a.after)


def _behind(a: Around) -> Label | None:
    tail = _tail_after(a)
    if not tail or not _about_requests(a):
        return None
    found = [metric for metric, pattern in _OUTCOME_WHOLE if pattern.fullmatch(tail)]
    return Label(found[0]) if len(found) == 1 and tail not in ("公开", "其他", "其它") else None


def _about_requests(a: Around) -> bool:
    return a.topic == "requests" or bool(w.REQUEST.search(a.before))


def _carried(a: Around) -> Label | None:
    if not _about_requests(a) or w.FOREIGN.search(a.clause):
        return None
    found = w.CARRIED_IN.search(a.clause)
    if found and _year_is(found, a.report_year, -1):
        return Label("carried_in")
    found = w.CARRIED_OUT_PRE.search(a.clause) or (w.CARRIED_OUT_POST.match(a.after) if _FILLER.match(a.clause) else None)
    if found and _year_is(found, a.report_year, 1):
        return Label("carried_out")
    if re.search(r"(?<!上年)(?<!年度)结转(?:办理)?\Z", a.clause) and len(a.clause) <= 6 and w.HANDLE.search(a.sentence.split(a.before)[0]):
        return Label("carried_out")
    return None


def _year_is(found: re.Match[str], report_year: int | None, offset: int) -> bool:
    year = found.groupdict().get("year")
    return year is None or report_year is None or int(year) == report_year + offset


def _applicant(a: Around) -> Label | None:
    if not _about_requests(a) or w.FOREIGN.search(a.clause):
        return None
    last = re.split(r"、", a.clause)[-1]
    if w.NATURAL.search(last) and not re.search(r"法人|组织", last):
        return Label("natural_applicants")
    for column, pattern in w.COLUMNS:
        if pattern.search(last):
            return Label("org_applicants", f"column:{column}")
    if w.ORGANISATION.search(a.clause) and not re.search(r"自然人|公民", a.clause):
        return Label("org_applicants")
    if _FILLER.match(a.clause) and re.match(r"(?:件)?(?:申请)?(?:为|系|是|由)?(?:自然人|公民)(?!、|和|及|或|与)", a.after):
        return Label("natural_applicants")
    return None


def _outcome(a: Around) -> Label | None:
    if not _about_requests(a) or w.FOREIGN.search(a.clause) or "主动公开" in a.clause:
        return None
    clause = _OUTCOME_TAIL.sub("", a.clause)
    groups = [metric for metric, pattern in _OUTCOMES if pattern.search(clause)]
    items = [row for row, pattern in _ITEMS if pattern.search(clause)]
    if not groups:
        return Label(items[0]) if len(items) == 1 and len(clause) <= 40 and not w.RECEIVE.search(clause) else None
    if set(groups) == {"requests_granted", "requests_partial"}:
        joined = re.search(r"公开(?:及|和|、|与|或|以及)(?:者)?部分", clause)
        return Label("requests_granted_or_partial" if joined else "requests_partial")
    tail = [metric for metric, pattern in _OUTCOME_ENDS if pattern.search(clause)]
    if len(groups) > 1 or not tail:
        return None
    if groups == ["requests_other"] and not _in_outcomes(a, clause):
        return None
    if groups == ["requests_granted"] and not _in_outcomes(a, clause):
        return None
    whole = "等" in clause or not items
    return Label(groups[0], "" if whole else f"item:{items[0]}")


def _in_outcomes(a: Around, clause: str) -> bool:
    """Whether 其他 or 公开 stands in a list of outcomes, the only place where it means a row of the table."""
    if re.search(r"其他处理|予以公开|同意公开|准予公开", clause):
        return True
    others = re.sub(re.escape(a.clause), "", a.sentence)
    return sum(1 for metric, p in _OUTCOMES if metric not in ("requests_other", "requests_granted") and p.search(others)) >= 1


def _handled(a: Around) -> Label | None:
    if w.FOREIGN.search(a.clause) or not _about_requests(a) or w.PART_HANDLE.search(a.clause):
        return None
    if w.RECEIVE.search(a.clause) or re.match(r"其中", a.clause):
        return None
    found = list(w.HANDLE.finditer(a.clause))
    if not found or len(a.clause) - found[-1].end() > 24:
        return None
    rest = a.clause[found[-1].end() :]
    plain = _FILL_TAIL.sub("", w.REQUEST.sub("", rest))
    return Label("requests_handled") if _HANDLED_TAIL.fullmatch(plain) else None


def _received(a: Around) -> Label | None:
    clause = a.clause if w.RECEIVE.search(a.clause) or w.REQUEST.search(a.clause) else a.before
    verb = [*w.RECEIVE.finditer(clause)]
    process = [*w.PROCESS.finditer(clause)]
    if re.match(r"[，、（(]?其中", clause) or a.sentence.startswith("其中") or not (verb or process or w.TOTAL_WORD.search(clause)):
        return None
    tail = clause[(verb or process)[-1].end() :] if verb or process else clause
    if w.FOREIGN.search(tail) or w.FOREIGN.search(clause[-12:]) or w.FOREIGN.search(a.after[:8]):
        return None
    if not _object_is_request(a, clause, tail, bool(verb)):
        return None
    return Label("requests_received", _received_qualifier(clause, bool(verb)))


def _object_is_request(a: Around, clause: str, tail: str, received: bool) -> bool:
    if _ENDS.search(clause):
        return not re.search(r"(?:方面|类别|涉及|内容|关于)[^，]{0,12}\Z", clause[: -1 or None]) or received
    if w.REQUEST.match(re.sub(r"^(?:的|各类|有效)", "", a.after)) and _TAKEN.search(clause):
        return True
    return received and a.topic == "requests" and _SHORT.fullmatch(clause) is not None and not tail.strip("共计申请件为有到了的数量")


def _received_qualifier(clause: str, received: bool) -> str:
    if w.NEW.search(clause):
        return "new"
    if _BOTH.search(clause) or (not received and (w.PROCESS.search(clause) or w.HANDLE.search(clause))):
        return "processed"
    if w.CHANNEL.search(clause) and not w.TOTAL_WORD.search(clause):
        return "channel"
    return ""


def dispute_labels(a: Around) -> list[str]:
    """The metrics of a count about reconsideration or litigation: one, two (各), or none."""
    if w.DISPUTE_FOREIGN.search(a.clause) or w.FOREIGN.search(a.clause):
        return []
    reco, lit = w.RECONSIDERATION.search(a.clause), w.LITIGATION.search(a.clause)
    kind = _dispute_kind(a, bool(reco), bool(lit))
    if tail := _tail_after(a):
        behind = [result for result, pattern in w.RESULTS if kind in _TWO and pattern.match(tail)]
        return [f"{kind}_{behind[0]}"] if behind else []
    for result, pattern in w.RESULTS:
        if kind and pattern.search(a.clause) and not (result == "other" and "结果" not in a.clause and "维持" not in a.sentence):
            return [f"{kind}_{result}"]
    if not w.CASES.search(a.clause):
        return []
    return _case_metrics(a.clause, kind, bool(reco), bool(lit))


def is_content(text: str) -> bool:
    """Whether the words before a figure say that it counts what requests, replies or papers are about."""
    about = any(word in text for word in w.ABOUT_WORDS) and w.ABOUT.search(text) is not None
    return about or w.PAPERS.search(text) is not None


def _case_metrics(clause: str, kind: str, reco: bool, lit: bool) -> list[str]:
    if kind == "litigation" and w.DIRECT.search(clause):
        return ["litigation_direct"]
    if kind == "litigation" and reco and w.AFTER.search(clause):
        return ["litigation_after_reconsideration"]
    if kind == "both":
        if "分别" in clause:
            return []  # 复议、诉讼分别为 2 件、3 件: which is whose is not ours to guess
        return ["reconsideration_cases", "litigation_cases"] if clause.endswith("各") else ["disputes_cases"]
    return [f"{kind}_cases"] if (reco or lit) and kind else []


def _dispute_kind(a: Around, reco: bool, lit: bool) -> str:
    if reco and lit:
        return "litigation" if w.DIRECT.search(a.clause) or w.AFTER.search(a.clause) else "both"
    if reco or lit:
        return "reconsideration" if reco else "litigation"
    return a.topic if a.topic in ("reconsideration", "litigation") else ""
