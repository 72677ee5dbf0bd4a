"""Duties with what was decided about single bodies and years: exemptions, and dates that take the place of the statutory one. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.duties.due import LocalDate
from monitor.duties.expected import expected
from storage.domain.duties import Duty, DutyDecision, Exemption
from storage.domain.registry import Body


def owed(bodies: Iterable[Body], report_year: int, decisions: Iterable[DutyDecision], local: Iterable[LocalDate] = ()) -> tuple[Duty, ...]:
    """All duties of one report year, in the registry's order, as they stand after these decisions."""
    mine = [one for one in decisions if one.report_year == report_year]
    exempt = [Exemption(one.body_id, report_year, one.reason, one.authority) for one in mine if one.due_on is None]
    dates = [_date(one) for one in mine if one.due_on is not None]
    return expected(bodies, report_year, local=(*local, *dates), exemptions=exempt)


def _date(decision: DutyDecision) -> LocalDate:
    assert decision.due_on is not None
    basis = f"{decision.reason}（{decision.authority}）" if decision.authority else decision.reason
    return LocalDate(decision.due_on, decision.report_year, basis, f"decision {decision.id}", body_id=decision.body_id, binding=True)
