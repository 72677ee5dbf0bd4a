"""Which reports are owed for a year: the registry times the year, less what a documented decision or a body's life exempts."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.duties.due import LocalDate, due
from storage.domain.duties import Duty, DutyKey, Exemption
from storage.domain.registry import Body


def expected(
    bodies: Iterable[Body], report_year: int, *, local: Iterable[LocalDate] = (), exemptions: Iterable[Exemption] = ()
) -> tuple[Duty, ...]:
    """All duties of one report year, in the registry's order.

    An exempt body keeps its row, with the reason: the counts of a table must add up to the registry.
    """
    local_dates = tuple(local)
    decided = {one.body_id: one for one in exemptions if one.report_year == report_year}
    return tuple(_duty(body, report_year, local_dates, decided.get(body.id)) for body in bodies)


def _duty(body: Body, report_year: int, local: tuple[LocalDate, ...], exemption: Exemption | None) -> Duty:
    deadline = due(body, report_year, local)
    return Duty(
        key=DutyKey(body.id, report_year),
        due_on=deadline.on,
        legal_basis=deadline.legal_basis,
        due_version=deadline.version,
        division_code=body.division_code,
        exempt_reason=_exempt_reason(body, report_year, exemption),
    )


def _exempt_reason(body: Body, report_year: int, exemption: Exemption | None) -> str:
    if exemption is not None:
        return f"{exemption.reason}（{exemption.authority}）" if exemption.authority else exemption.reason
    if body.exempt_reason:
        return body.exempt_reason
    if body.active_from_year is not None and report_year < body.active_from_year:
        return f"该单位自{body.active_from_year}年度起设立"
    if body.active_to_year is not None and report_year > body.active_to_year:
        return f"该单位已于{body.active_to_year}年度后撤并"
    return ""
