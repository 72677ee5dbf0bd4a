"""Unsubscribing by the signed link of a message: a page that asks, and the one-click request of mail programs (RFC 8058).

The one place where a request writes: what it may do is in the link, and nothing else can be done with it. Operators are told, so that a
recipient who is gone is known to be gone.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from monitor.alerts.events import operator
from monitor.alerts.links import PATH, destination_id, is_signed
from monitor.web.desk import desk_of
from monitor.web.templating import render
from storage import audit, destinations, events, installation
from storage.domain.alerts import Destination, EventKind
from storage.domain.errors import NotFoundError

router = APIRouter()

ACTOR = "退订链接"


@router.get(PATH + "{token}", response_class=HTMLResponse)
def ask(request: Request, token: str) -> HTMLResponse:
    """Ask; looking changes nothing, because mail filters follow links."""
    with desk_of(request).database.read() as connection:
        found = _named(connection, token)
    return _page(found, done=not found.enabled)


@router.post(PATH + "{token}", response_class=HTMLResponse)
def end(request: Request, token: str) -> HTMLResponse:
    """End it, once or again."""
    desk = desk_of(request)
    now = desk.clock.now()
    with desk.database.write() as connection:
        found = _named(connection, token)
        if found.enabled:
            destinations.set_enabled(connection, found.id, False)
            audit.append(connection, actor=ACTOR, action="alert.unsubscribe", target=f"destination/{found.id}", now=now)
            reason = "已通过消息中的链接退订，不再发送；如需恢复请运行 nianbao alert enable"
            events.append(connection, operator(EventKind.SUBSCRIPTION_ENDED, found.name, reason, now, episode=now.isoformat()))
    return _page(found, done=True)


def _named(connection: Connection, token: str) -> Destination:
    """The destination of a token. Raises NotFoundError for one that we did not sign, whether or not there is such a destination."""
    number, key = destination_id(token), installation.get(connection, installation.LINK_KEY)
    unknown = NotFoundError("这个退订链接无效", advice="接收地址改过之后，旧链接不再有效；请使用最近一封消息中的链接，或联系维护人员。")
    if number is None or not key:
        raise unknown
    try:
        found = destinations.get(connection, number)
    except NotFoundError:
        raise unknown from None
    if not is_signed(token, found, bytes.fromhex(key)):
        raise unknown
    return found


def _page(destination: Destination, *, done: bool) -> HTMLResponse:
    return HTMLResponse(render("unsubscribe.html", year=None, here="", name=destination.name, done=done))
