"""Sentences of one section to claims: a small machine that carries the topic from clause to clause. Pure; `claims` describes the result."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from crawler.parsing.paragraphs import starts_item
from crawler.parsing.statements import disclosure, labels, quantities, scopes, wordy
from crawler.parsing.statements import words as w
from crawler.parsing.statements.labels import Label
from crawler.parsing.statements.quantities import Quantity, compact
from storage.domain.document import Locator
from storage.domain.enums import Scope
from storage.domain.reports import Claim, Number, Section

_SENTENCE = re.compile(r"(?:[^。！？!?.\n]+|\.(?=\S))+(?:[。！？!?]|\.(?=\s|\Z))?|\n|\.")
_NEXT_YEAR_PLANS = re.compile(r"下一步|今后|将进一步|下步|拟|计划于")
_SHARE = re.compile(
    r"[，、；（(]?(?:约|分别)?(?:占(?:比)?)?(?P<base>[^，。；（）()]{0,22}?)(?:的|比例|比重|总数|总量)*(?:约|为|达|是|的)*\Z"
)
_GROWTH = re.compile(
    r"[，、（(]*(?:数量|申请量|总数)?(?:同比|环比|(?:较|比|与)[^，。；]{0,10}?(?:上一?年|去年|20\d\d年)(?:度)?(?:同期)?(?:相比)?[，]?)(?:[^，。；]{0,6}?)(?P<way>增长|上升|增加|增幅|提高|上涨|多|下降|减少|降低|降幅|少)(?:了|约|为|达|近)*\Z"
)
_DOWN = ("下降", "减少", "降低", "降幅", "少")
_LAST_YEAR = r"(?:上一?年|去年|20\d\d年)(?:度)?[^，。；）]{0,6}(?:结转|遗留|转入)"
_INCLUDES_CARRIED = re.compile(
    rf"[（，]?(?:其中)?(?:含|包括|包含|加上)[^，。；）]{{0,4}}{_LAST_YEAR}|（(?:其中)?[，：]?{_LAST_YEAR}|，其中[，：]?{_LAST_YEAR}"
)
_LAST_YEAR_IN = re.compile(
    rf"{_INCLUDES_CARRIED.pattern}|[（，](?:其中)?[，：]?(?:含|包括)?\d*件?(?:为)?(?:系)?上一?年(?:度)?(?:结转|遗留|转入)"
)

_FOR_ANOTHER = re.compile(r"代[理拟]|代[办表为]?[^，。]{0,3}[省市区县州旗](?:人民)?政府")

# A topic, a word without which nothing names it, and what names it.
_TOPICS = (
    ("requests", "申请", w.REQUEST),
    ("reconsideration", "复议", w.RECONSIDERATION),
    ("litigation", "诉", w.LITIGATION),
)
_GOES_ON = re.compile(r"其中|上述")
_CLAUSES, _PARTS, _STOPS = (re.compile(f"[{stops}]") for stops in ("，；。", "，；：（。", "，；。："))
_PLANS = 5
_WHOLE = ("", "new", "processed")
_LONGEST = 4000  # a longer run without a full stop is no sentence but a table without borders


@dataclass
class _Machine:
    """What is known while reading on: the section, the topic, and the claims of the sentence at hand."""

    section: Section
    body: str
    report_year: int | None
    topic: str = ""
    resume: str = ""
    claims: list[Claim] = field(default_factory=list)
    quote: str = ""
    at: Locator = field(default_factory=lambda: Locator(""))
    sentence: str = ""
    scope: Scope = Scope.UNKNOWN
    period: str = ""

    def claim(self, label: Label, value: Number, unit: str, upto: str, approx: bool = False) -> Claim:
        """One claim of the sentence at hand; `upto` is the sentence as far as the figure."""
        qualifier = "approx" if approx else label.qualifier
        if qualifier in _WHOLE and scopes.of_part(_CLAUSES.split(upto)[-1]):
            qualifier = "part"
        self.period = scopes.period_of(upto, self.report_year) or (self.period if _GOES_ON.match(self.sentence) else "")
        return Claim(label.metric, value, unit, self.quote, self.at, self.scope, self.period, self.section.number, qualifier)


def read_section(section: Section, *, body: str, report_year: int | None) -> list[Claim]:
    """The claims of one section in printed order; none of section 5, which states plans."""
    if section.number == _PLANS:
        return []
    machine = _Machine(section, body, report_year, topic="disputes" if section.number == 4 else "")
    offsets = [offset for offset, _ in section.places]
    claims: list[Claim] = []
    opening = True
    for match in _SENTENCE.finditer(section.text):
        if match[0] == "\n":
            opening = True
            continue
        if opening and not _GOES_ON.match(match[0].lstrip()):
            machine.scope = Scope.UNKNOWN
        if opening and starts_item(match[0]):
            machine.topic, machine.period = "", ""
        opening = False
        machine.quote = match[0].strip()
        machine.sentence = compact(match[0])
        said, before = scopes.scope_of(machine.sentence, body), machine.scope
        machine.scope = machine.scope if said is Scope.UNKNOWN else said
        place = bisect_right(offsets, match.start()) - 1
        machine.at = section.places[place][1] if place >= 0 else section.at
        found = _sentence(machine)
        if not found and said is Scope.REGION:
            machine.scope = before  # 全市 in passing says nothing about the figures of the next sentence
        claims.extend(found)
    return claims


def _sentence(m: _Machine) -> list[Claim]:
    m.claims = []
    text = m.sentence
    if _is_plan(text) or len(text) > _LONGEST:
        return []
    if m.topic == "foreign":
        m.topic = m.resume
    previous, cases = 0, list[tuple[str, int]]()
    for quantity in quantities.find(text):
        _move_topic(m, text[previous : quantity.start])
        for claim in _figure(m, text, previous, quantity):
            m.claims.append(claim)
            kind = claim.metric.removesuffix("_cases")
            if claim.metric in ("reconsideration_cases", "litigation_cases") and isinstance(claim.value, int) and not claim.qualifier:
                cases.append((kind, claim.value))
                m.topic = kind
        previous = quantity.end
    _move_topic(m, text[previous:])
    for label, value in wordy.find(text, m.topic, m.section.number, cases):
        unit = "元" if label.metric.startswith("fee_") else "" if value and not label.metric.endswith("upheld") else "件"
        m.claims.append(m.claim(label, value, unit, text))
    return m.claims


def _is_plan(text: str) -> bool:
    """Whether a sentence states plans rather than what happened."""
    return bool(_NEXT_YEAR_PLANS.search(text[:12]))


def _move_topic(m: _Machine, text: str) -> None:
    """The topic after reading `text`: the last thing named in it, else what it was."""
    named = [(max((f.end() for f in pattern.finditer(text)), default=-1), topic) for topic, mark, pattern in _TOPICS if mark in text]
    place, topic = max(named, default=(-1, ""))
    if place >= 0 and not (topic in ("reconsideration", "litigation") and not _disputes_fit(m, text)):
        m.topic = topic
    counted = _PARTS.split(text)[-1]
    if w.FOREIGN.search(counted) and not w.REQUEST.search(counted) and m.topic != "foreign":
        m.resume, m.topic = m.topic, "foreign"


def _disputes_fit(m: _Machine, text: str) -> bool:
    """Whether reconsideration and litigation here are those over disclosure, not a government's caseload."""
    clause = _STOPS.split(text)[-1]
    if w.CASELOAD.search(clause) and not w.DISPUTE_TOPIC.search(clause):
        return False
    return bool((m.topic and m.topic != "foreign") or m.section.number == 4 or w.DISPUTE_TOPIC.search(m.sentence) or m.section.number == 3)


def _figure(m: _Machine, text: str, previous: int, q: Quantity) -> Iterator[Claim]:
    between, upto = text[previous : q.start], text[: q.start]
    if q.unit in ("%", "倍", "个百分点"):
        yield from _relative(m, between, upto, q)
        return
    growth = _grown(between)
    if growth:
        yield from _change(m, growth["way"], q)
        return
    a = labels.around(text, previous, q.start, q.end, m.topic, m.report_year)
    if q.unit in ("元", "部分", "个部分"):
        label = disclosure.label(a, q.unit)
        if label:
            value, unit = disclosure.yuan(label.metric, q.value, q.unit)
            yield m.claim(label, value, unit, upto, q.approx)
        return
    yield from _count(m, a, q, upto)


def _grown(between: str) -> re.Match[str] | None:
    compared = "比" in between or "较" in between or "与" in between  # no growth is told without one of these
    return _GROWTH.search(between) if compared else None


def _count(m: _Machine, a: labels.Around, q: Quantity, upto: str) -> Iterator[Claim]:
    if q.unit not in labels.COUNTS and q.unit != "篇":
        return
    found: list[Label] = []
    if w.RECONSIDERATION.search(a.clause) or w.LITIGATION.search(a.clause) or m.topic in ("reconsideration", "litigation"):
        found = [Label(metric, _dispute_qualifier(m, q)) for metric in labels.dispute_labels(a)] if _disputes_fit(m, a.before) else []
        if found and labels.is_content(_STOPS.split(upto)[-1]):
            found = []
        named = w.RECONSIDERATION.search(a.clause) or w.LITIGATION.search(a.clause)
        if found or (named and not w.REQUEST.search(a.clause)):
            yield from (m.claim(label, q.value, q.unit, upto, q.approx) for label in found)
            return
    label = (labels.request_label(a) if q.unit != "篇" else None) or disclosure.label(a, q.unit)
    if label is None:
        return
    if label.metric in ("requests_received", "requests_handled") and not label.qualifier and _INCLUDES_CARRIED.match(m.sentence[q.end :]):
        label = Label(label.metric, "incl_carried")
    yield m.claim(label, q.value, q.unit, upto, q.approx)


def _dispute_qualifier(m: _Machine, q: Quantity) -> str:
    """How far a figure of reconsiderations or lawsuits is that of table 4: not where cases over other matters or of last year are in it."""
    after = m.sentence[q.end :]
    other_matters = w.ALL_CASES.match(after) and not w.DISPUTE_TOPIC.search(_PARTS.split(m.sentence[: q.start])[-1])
    if _FOR_ANOTHER.search(_STOPS.split(m.sentence[: q.start])[-1]):
        return "part"
    return "wider" if other_matters or _LAST_YEAR_IN.match(after) else ""


def _relative(m: _Machine, between: str, upto: str, q: Quantity) -> Iterator[Claim]:
    """A share or a growth rate of the figure before it."""
    if not m.claims or q.unit == "个百分点":
        return
    subject = m.claims[-1]
    if subject.metric.endswith(("_pct", "_previous_year")):
        return
    growth = _grown(between)
    if growth:
        value = -q.value if growth["way"] in _DOWN else q.value
        name = "requests_growth_pct" if subject.metric == "requests_received" else f"{subject.metric}_growth_pct"
        yield m.claim(Label(name), value * 100 if q.unit == "倍" else value, "%", upto, q.approx)
        return
    share = _SHARE.fullmatch(between)
    if q.unit == "%" and share and ("占" in between or between in ("（", "(")):
        yield m.claim(Label(f"{subject.metric}_share_pct", _base(share["base"])), q.value, "%", upto, q.approx)


def _base(text: str) -> str:
    if re.search(r"办结|答复|办理|处理", text):
        return "of:requests_handled"
    return "of:requests_received" if re.search(r"收到|受理|申请", text) else ""


def _change(m: _Machine, way: str, q: Quantity) -> Iterator[Claim]:
    """较去年增加4件: last year's figure follows from this year's."""
    subject = m.claims[-1] if m.claims else None
    if subject is None or subject.metric != "requests_received" or subject.qualifier not in ("", "new", "processed") or q.approx:
        return
    before = subject.value + q.value if way in _DOWN else subject.value - q.value
    if before >= 0:
        last = f"{m.report_year - 1}年" if m.report_year else "上年"
        yield Claim("requests_received_previous_year", before, q.unit, m.quote, m.at, subject.scope, last, m.section.number, "derived")
