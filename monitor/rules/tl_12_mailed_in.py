"""已报送而未公布，或相反

含义     有报送登记的，与公布情况核对。
公式     报送与公布一致。
依据     《政府信息公开条例》第四十九条（报送并公布）。
单位     –
正例     已报送、已公布。
反例     已报送、未发现公布。
如何处理 联系该单位。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import DutyStatus, Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("TL-12")


SEEN = {DutyStatus.ON_TIME, DutyStatus.LATE, DutyStatus.UNDATED}


def check(subject: Subject) -> Iterator[CheckResult]:
    """报送登记由元数据 mailed_in（yes/no）给出。"""
    mailed, state = subject.report.meta.get("mailed_in", ""), subject.state
    if mailed not in {"yes", "no"}:
        yield not_applicable(ID, "publication", "报送登记")
    elif state is None or state.status is DutyStatus.UNKNOWN:
        yield undetermined(ID, "publication", "应公布状态")
    else:
        agree = (mailed == "yes") == (state.status in SEEN)
        facts = {"what": "已报送，未发现公布" if mailed == "yes" else "已公布，没有报送记录"}
        yield CheckResult(ID, "publication", Outcome.PASS if agree else Outcome.FAIL, facts=facts)


RULE = Rule(
    id=ID,
    title="已报送而未公布，或相反",
    severity=Severity.S3,
    check=check,
    message="{what}",
    advice="请联系该单位核实。",
    plausible="登记可能有先后",
)
