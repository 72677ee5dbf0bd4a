"""Templates with their filters: enum values become Chinese words and signs, instants become Beijing time. Autoescaping is always on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from crawler.parsing.claims import METRICS
from monitor.outputs.check_text import EVIDENCE
from monitor.web.labels import CERTAINTY_SIGNS, QUALITY_SIGNS, STATUS_SIGNS, Quality, carrier_label, late_words
from storage.domain.clock import CHINA
from storage.domain.enums import BodyKind, Certainty, DateKind, DutyStatus, FindingState, Labelled, Severity

HERE = Path(__file__).resolve().parent


@cache
def environment() -> Environment:
    """The one template environment of the process."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters.update(
        local=local,
        chinese_date=chinese_date,
        late=_late,
        carrier_label=carrier_label,
        evidence_label=lambda code: EVIDENCE.get(code, code),
        metric_label=lambda code: METRICS[code][0] if code in METRICS else code,
        status_label=_label(DutyStatus),
        status_sign=lambda code: STATUS_SIGNS[DutyStatus(code)],
        quality_label=_label(Quality),
        quality_sign=lambda code: QUALITY_SIGNS[Quality(code)],
        certainty_label=_label(Certainty),
        certainty_sign=lambda code: CERTAINTY_SIGNS[Certainty(code)],
        severity_label=_label(Severity),
        state_label=_label(FindingState),
        kind_label=_label(BodyKind),
        date_kind_label=_label(DateKind),
    )
    made.globals["version"] = _asset_version()
    return made


def render(template: str, **values: Any) -> str:
    """The page as text."""
    return environment().get_template(template).render(**values)


def local(instant: datetime | None) -> str:
    """An instant as Beijing time to the minute, `—` for none."""
    return "—" if instant is None else instant.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def chinese_date(day: date) -> str:
    """2025年1月31日."""
    return f"{day.year}年{day.month}月{day.day}日"


def web_address(url: str) -> str:
    """The address where it may be a link (http, https), else nothing: addresses come from foreign pages."""
    try:
        return url if urlsplit(url).scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def _late(row: Mapping[str, Any]) -> str:
    return late_words(row["status"], row["days_late_min"], row["days_late_max"])


def _label(kind: type[Labelled]) -> Any:
    return lambda code: kind(code).label


def _asset_version() -> str:
    """Changes with the style sheet, so that browsers may keep it for long."""
    return hashlib.sha256((HERE / "static" / "nianbao.css").read_bytes()).hexdigest()[:10]
