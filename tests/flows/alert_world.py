"""A small installation with things to tell, and servers that take messages as scripted."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from storage import bodies, destinations, portals, sightings, visits
from storage.database import Database, open_database
from storage.domain.clock import CHINA
from storage.domain.enums import Audience, BodyKind, BodyLevel, VisitOutcome
from storage.domain.ids import BodyId, EntryPointId, PortalId
from storage.domain.registry import Body, EntryPoint, Portal
from storage.domain.visits import Decision, ListLine, VisitResult
from storage.settings import Settings, load

MORNING = datetime(2025, 2, 5, 9, 0, tzinfo=CHINA).astimezone(UTC)
"""The first working day after the deadline of that year: 1 to 4 February were holidays."""
LONG_AGO = datetime(2019, 3, 1, 9, 0, tzinfo=CHINA).astimezone(UTC)
QUALIFIED = VisitResult(VisitOutcome.COMPLETE, items_seen=1, whole_list=True, canary=True, negative_control=True, own_network=True)


def settings_for(folder: Path) -> Settings:
    return load(data_dir=folder, public_url="https://nianbao.test/", alert_allow_hosts=("127.0.0.1",))


def at(day: int, hour: int = 6, month: int = 2) -> datetime:
    return datetime(2025, month, day, hour, 0, tzinfo=CHINA).astimezone(UTC)


def new_world(folder: Path, *, count: int = 3) -> Database:
    """`count` departments on one list, and an entry point that carries them."""
    database = open_database(settings_for(folder).database_url)
    fill_world(database, count=count)
    return database


def fill_world(database: Database, *, count: int = 3) -> None:
    """The same in a database at hand."""
    with database.write() as connection:
        for number in range(count):
            body = Body(BodyId(f"b{number}"), f"示例市示例{number}局", BodyKind.DEPARTMENT, BodyLevel.PREFECTURE, "990100")
            bodies.upsert(connection, body, MORNING)
        portals.upsert(connection, Portal(PortalId("p1"), "示例市门户", "http://a.gov.test/", "platform"), MORNING)
        point = EntryPoint(EntryPointId(0), PortalId("p1"), "http://a.gov.test/list.html")
        made = portals.add_entry_point(connection, point.portal_id, point.url, now=MORNING)
        portals.link_bodies(connection, made, [BodyId(f"b{number}") for number in range(count)])
        # Each was met on the list before: of one that never was, nothing would be said for certain.
        visit = visits.start(connection, made, now=LONG_AGO)
        sightings.record(connection, visit, made, tuple(report_line(number, LONG_AGO, 2018) for number in range(count)), LONG_AGO)
        visits.finish(connection, visit, QUALIFIED, LONG_AGO)


def look(database: Database, when: datetime, lines: tuple[ListLine, ...] = (), result: VisitResult = QUALIFIED) -> None:
    """One visit to the list, seeing these lines."""
    with database.write() as connection:
        entry = EntryPointId(1)
        visit = visits.start(connection, entry, now=when)
        if lines:
            sightings.record(connection, visit, entry, lines, when)
        visits.finish(connection, visit, result, when)


def report_line(number: int, listed: datetime, year: int = 2024) -> ListLine:
    """The line of one body's report."""
    return ListLine(
        url=f"http://a.gov.test/{number}.html" if year == 2024 else f"http://a.gov.test/{year}/{number}.html",
        title=f"示例市示例{number}局{year}年政府信息公开工作年度报告",
        listed_on=listed.astimezone(CHINA).date(),
        decision=Decision.REPORT,
        body_id=BodyId(f"b{number}"),
        report_year=year,
    )


def add_destination(database: Database, name: str, address: str, audience: Audience = Audience.OVERSIGHT) -> int:
    with database.write() as connection:
        return destinations.add(connection, name, address, audience, now=MORNING)


Script = Callable[[int, Envelope], str]


@dataclass
class Mailbox:
    """What an SMTP server took, and how it is to answer; `on_data` "drop" breaks the line before the answer."""

    on_mail: str = "250 OK"
    on_rcpt: str = "250 OK"
    on_data: str = "250 OK"
    taken: list[EmailMessage] = field(default_factory=list)
    port: int = 0

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if self.on_mail.startswith("250"):
            envelope.mail_from = address
        return self.on_mail

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if self.on_rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.on_rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.on_data.startswith(("250", "drop")):
            content = envelope.content
            assert isinstance(content, bytes)
            mail = message_from_bytes(content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.taken.append(mail)
        if self.on_data == "drop":
            assert server.transport is not None
            server.transport.abort()
            return "451 gone"
        return self.on_data

    @property
    def address(self) -> str:
        return f"mailto://127.0.0.1:{self.port}?from=nianbao@x.test&to=office@x.test&mode=insecure"

    @property
    def message_ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.taken]


class AnyPort(Controller):
    """A controller on a port the system chose."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def smtp_server() -> Iterator[Mailbox]:
    mailbox = Mailbox()
    controller = AnyPort(mailbox, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        mailbox.port = controller.port
        yield mailbox
    finally:
        controller.stop()


@dataclass
class Hook:
    """What a webhook receiver got, and how it answers."""

    status: int = 200
    answer: Any = None
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.port}/hook?hmac=sixteen-letters!"


@contextmanager
def webhook_server() -> Iterator[Hook]:
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            hook.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
            answer = json.dumps(hook.answer if hook.answer is not None else {}).encode()
            self.send_response(hook.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def do_GET(self) -> None:
            hook.requests.append(({"path": self.path, "host": self.headers.get("Host", "")}, b""))
            self.send_response(hook.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
