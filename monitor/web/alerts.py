"""提醒: who is told, by which rules, what is held back by whom, and what became of every message. Addresses are never shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from monitor.alerts.rule_words import sentence
from monitor.web import queries
from monitor.web.desk import desk_of
from monitor.web.labels import LANGUAGES, SERVICES
from monitor.web.templating import render
from storage import alert_holds, alert_rules, destinations, outbox
from storage.domain.alerts import Destination, Hold
from storage.domain.enums import SendState

router = APIRouter()

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Sending:
    """One message as the log shows it."""

    row: outbox.OutboxRow
    to: str
    size: int

    @property
    def waits_until(self) -> datetime | None:
        """When it is tried next."""
        return None if self.row.state in outbox.SETTLED else self.row.next_at


@router.get("/alerts", response_class=HTMLResponse)
def alerts(request: Request, dead: Annotated[bool, Query()] = False) -> HTMLResponse:
    """The page; with `dead`, the log shows only what could not be delivered."""
    desk = desk_of(request)
    now = desk.clock.now()
    with desk.database.read() as connection:
        known = destinations.list_all(connection)
        names = {one.id: one.name for one in known}
        counts = outbox.counts(connection)
        text = render(
            "alerts.html",
            here="alerts",
            languages=LANGUAGES,
            year=None,
            as_of=queries.as_of(connection),
            muted=desk.muted(connection),
            dead_only=dead,
            dead=counts[SendState.DEAD],
            waiting=sum(counts[state] for state in (SendState.PENDING, SendState.RETRY, SendState.UNKNOWN, SendState.LEASED)),
            recipients=[(one, service_of(one), outbox.sent_to(connection, one.id)) for one in known],
            rules=[(rule, sentence(rule, names)) for rule in alert_rules.list_all(connection)],
            holds=[(one, covered(one), one.active(now)) for one in alert_holds.recent(connection, limit=PER_PAGE)],
            sendings=_sendings(connection, names, dead=dead),
        )
    return HTMLResponse(text)


def _sendings(connection: Connection, names: dict[int, str], *, dead: bool) -> list[Sending]:
    state = SendState.DEAD if dead else None
    rows = outbox.recent(connection, limit=PER_PAGE, state=state)
    return [Sending(row, names[row.message.destination_id], len(row.message.body_text.encode())) for row in rows]


def service_of(destination: Destination) -> str:
    """The kind of service behind an address, without the address."""
    scheme, separator, _ = destination.address.partition("://")
    known = scheme.lower() if separator else ""
    return SERVICES.get(known, known)


def covered(hold: Hold) -> str:
    """What a hold is about, in words."""
    kinds = "、".join(kind.label for kind in hold.kinds) or "全部类型"
    return hold.matter or f"{kinds}，{hold.scope or '全部地区'}"
