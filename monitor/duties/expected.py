"""Which reports are owed for a year: the registry times the year, less what a documented decision or a body's life exempts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.duties.due import LocalDate, due
from storage.domain.duties import Duty, DutyKey, Exemption
from storage.domain.ids import BodyId
from storage.domain.registry import Body


@dataclass(frozen=True, slots=True)
class Life:
    """Report years for which a body existed, inclusive; None is open. `successor` took over its duties."""

    from_year: int | None = None
    to_year: int | None = None
    successor: str = ""


def expected(
    bodies: Iterable[Body],
    report_year: int,
    *,
    local: Iterable[LocalDate] = (),
    exemptions: Iterable[Exemption] = (),
    lives: Mapping[BodyId, Life] | None = None,
) -> tuple[Duty, ...]:
    """All duties of one report year, in the registry's order.

    An exempt body keeps its row, with the reason: the counts of a table must add up to the registry.
    """
    local_dates = tuple(local)
    decided = {one.body_id: one for one in exemptions if one.report_year == report_year}
    lives = lives or {}
    return tuple(_duty(body, report_year, local_dates, decided.get(body.id), lives.get(body.id, Life())) for body in bodies)


def _duty(body: Body, report_year: int, local: tuple[LocalDate, ...], exemption: Exemption | None, life: Life) -> Duty:
    deadline = due(body, report_year, local)
    return Duty(
        key=DutyKey(body.id, report_year),
        due_on=deadline.on,
        legal_basis=deadline.legal_basis,
        due_version=deadline.version,
        division_code=body.division_code,
        exempt_reason=_exempt_reason(report_year, exemption, life),
    )


def _exempt_reason(report_year: int, exemption: Exemption | None, life: Life) -> str:
    if exemption is not None:
        return f"{exemption.reason}（{exemption.authority}）" if exemption.authority else exemption.reason
    if life.from_year is not None and report_year < life.from_year:
        return f"该单位自{life.from_year}年度起设立"
    if life.to_year is not None and report_year > life.to_year:
        return f"该单位已于{life.to_year}年度后撤并" + (f"，由{life.successor}承继" if life.successor else "")
    return ""
