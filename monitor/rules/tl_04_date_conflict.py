"""各处日期相差较大

含义     页面标注、列表、元数据、网址等日期相差超过 7 天的，或文件属性（生成、保存、签章）日期比它们都晚 7 天以上的，提示核对。落款早于
         页面日期、文件早于公布日期属常见情况，不作比较；网页重新生成会改变 Last-Modified，只有报告自身带有的才比较。
公式     同一网址各处公布类日期的最大差≤7 天（一处有几个日期的，取最接近者）；文件属性日期－最晚的公布类日期≤7 天。
依据     《政府信息公开条例》第四十九条。
单位     天
正例     页面 1 月 30 日、列表 1 月 30 日；文件属性 1 月 5 日。
反例     页面 1 月 30 日、文件属性 3 月 8 日。
如何处理 核对实际公布日期；文件可能替换过。
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import DateKind, Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("TL-04")


INSIDE = {DateKind.PRINTED, DateKind.META, DateKind.LIST, DateKind.URL, DateKind.HTTP}
CLAIMED = INSIDE - {DateKind.HTTP}
DAYS = 7

Dated = tuple[DateKind, date]


def check(subject: Subject) -> Iterator[CheckResult]:
    """需要两处以上公布类日期，或一处与文件属性日期；每个网址各自比较。"""
    groups = [found for found in _places(subject) if len(found) > 1]
    if not groups:
        yield not_applicable(ID, "dates", "两处以上的公布日期")
        return
    worst = max(groups, key=_apart)
    days = _apart(worst)
    listed = "、".join(f"{kind.label} {on.isoformat()}" for kind, on in worst)
    yield CheckResult(ID, "dates", Outcome.FAIL if days > DAYS else Outcome.PASS, days, DAYS, facts={"listed": listed})


def _places(subject: Subject) -> Iterator[tuple[Dated, ...]]:
    """The dates to compare, one group for the report itself and one for each address it was seen at."""
    yield _comparable(((mention.kind, mention.value) for mention in subject.report.dates), INSIDE, subject.today)
    for seen in subject.evidence.seen if subject.evidence is not None else ():
        yield _comparable(((one.kind, one.on) for one in seen.dates), CLAIMED, subject.today)


def _comparable(dates: Iterable[Dated], kinds: set[DateKind], today: date | None) -> tuple[Dated, ...]:
    """The claims, and the newest date of the file where it is later than all of them; nothing where there is no claim.

    A file from the future was made by a clock that was wrong: it says nothing.
    """
    found = [(kind, on) for kind, on in dates if on.year > 2000]
    claims = {(kind, on): None for kind, on in found if kind in kinds}
    files = [on for kind, on in found if kind is DateKind.FILE and (today is None or on <= today)]
    if not claims:
        return ()
    newest = max(on for _, on in claims)
    later = [(DateKind.FILE, on) for on in (max(files, default=newest),) if on > newest]
    return (*claims, *later)


def _apart(dates: tuple[Dated, ...]) -> int:
    """How far the places are apart at least: one that names several days (written, published, printed out) may mean any of them."""
    of_kind: dict[DateKind, list[date]] = {}
    for kind, on in dates:
        of_kind.setdefault(kind, []).append(on)
    earliest_last, latest_first = min(map(max, of_kind.values())), max(map(min, of_kind.values()))
    return max(0, (latest_first - earliest_last).days)


RULE = Rule(
    id=ID,
    title="各处日期相差较大",
    severity=Severity.S3,
    check=check,
    message="各处日期最多相差 {left} 天（{listed}）",
    advice="请核对实际公布日期。",
    plausible="不同位置的日期含义可能不同，文件也可能替换过",
    version="3",
)
