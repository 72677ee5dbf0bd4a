"""When a report is due, as data: the statutory dates of `due_dates.toml`, and local dates handed in beside them.

Neighbours: `expected` asks here for every body, `state` compares with what was seen.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from storage.domain.duties import Due
from storage.domain.enums import BodyKind
from storage.domain.errors import ConfigError
from storage.domain.registry import Body


@dataclass(frozen=True, slots=True)
class StatutoryDate:
    """One line of the law: the day of the year after the report year by which these kinds of body publish."""

    kinds: frozenset[BodyKind]
    month: int
    day: int
    basis: str
    version: str
    from_year: int | None = None
    to_year: int | None = None

    def holds_for(self, kind: BodyKind, report_year: int) -> bool:
        """Whether this line governs that kind of body for that report year."""
        return (
            kind in self.kinds
            and (self.from_year is None or self.from_year <= report_year)
            and (self.to_year is None or report_year <= self.to_year)
        )


@dataclass(frozen=True, slots=True)
class LocalDate:
    """A date set by a local notice or a granted extension, for a region or for one body.

    `binding` dates take the place of the statutory one (an extension, or a township date set by the county); others are inner deadlines,
    shown beside it. `division_prefix` is a GB/T 2260 code or its beginning; `kinds` empty means all.
    """

    on: date
    report_year: int
    basis: str
    version: str
    division_prefix: str = ""
    body_id: str = ""
    kinds: frozenset[BodyKind] = frozenset()
    binding: bool = False

    def holds_for(self, body: Body, report_year: int) -> bool:
        """Whether this date was set for that body and year."""
        if self.report_year != report_year or (self.body_id and self.body_id != body.id):
            return False
        in_region = body.division_code.startswith(self.division_prefix.rstrip("0") if self.division_prefix else "")
        return in_region and (not self.kinds or body.kind in self.kinds)


@cache
def statutory_dates() -> tuple[StatutoryDate, ...]:
    """The dates of the law, in the order in which they are tried."""
    text = files("monitor.duties").joinpath("due_dates.toml").read_text(encoding="utf-8")
    return read_dates(tomllib.loads(text))


def read_dates(data: Mapping[str, Any]) -> tuple[StatutoryDate, ...]:
    """Dates from parsed TOML. Raises ConfigError for a rule that cannot be one."""
    try:
        return tuple(
            StatutoryDate(
                kinds=frozenset(BodyKind(kind) for kind in rule["kinds"]),
                month=date(2001, rule["month"], rule["day"]).month,
                day=rule["day"],
                basis=rule["basis"],
                version=data["version"],
                from_year=rule.get("from_year"),
                to_year=rule.get("to_year"),
            )
            for rule in data["rule"]
        )
    except (KeyError, ValueError, TypeError) as error:
        raise ConfigError(f"公布期限数据无法使用：{error}", advice="请核对 due_dates.toml 的 kinds、month、day、basis。") from error


def due(body: Body, report_year: int, local: Iterable[LocalDate] = ()) -> Due:
    """The deadline of one body for one report year, with its legal basis. Raises ConfigError where no rule covers the kind of body."""
    statutory = _statutory(body.kind, report_year)
    fitting = [given for given in local if given.holds_for(body, report_year)]
    binding = _most_specific([given for given in fitting if given.binding])
    inner = _most_specific([given for given in fitting if not given.binding])
    return Due(
        on=binding.on if binding else date(report_year + 1, statutory.month, statutory.day),
        legal_basis=binding.basis if binding else statutory.basis,
        version=binding.version if binding else statutory.version,
        inner_on=inner.on if inner else None,
        inner_basis=inner.basis if inner else "",
    )


def _statutory(kind: BodyKind, report_year: int) -> StatutoryDate:
    for line in statutory_dates():
        if line.holds_for(kind, report_year):
            return line
    raise ConfigError(f"没有适用于“{kind.label}”{report_year}年度的公布期限", advice="请在 due_dates.toml 中补充。")


def _most_specific(given: Sequence[LocalDate]) -> LocalDate | None:
    """The one set for this very body, else for the smallest region; the later of two equals, so that doubt favours the body."""
    return max(given, key=lambda one: (bool(one.body_id), len(one.division_prefix.rstrip("0")), one.on), default=None)
