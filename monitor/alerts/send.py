"""Delivering the outbox: claim and commit, send, settle in a second transaction.

A process that dies in between leaves a leased row: it goes out again with the same Message-ID. One destination never keeps another
waiting: each row is settled by itself, and what a service does never leaves this loop as an exception. A service that lets us wait is
left alone for a while, longer each time, and comes last afterwards. The caller gives this its own thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from monitor import logs
from monitor.alerts.channels import MailDefaults, channel, demand, line_of, redacted, robot_of
from monitor.alerts.egress import Guard
from monitor.alerts.events import operator
from monitor.alerts.mail import Relay
from storage import destinations, events, failpoint, installation, outbox, send_rates
from storage.database import Database
from storage.domain.alerts import Event, EventKind, Outgoing, Reply
from storage.domain.clock import Clock
from storage.domain.enums import SendState
from storage.domain.errors import ConfigError
from storage.settings import Settings

log = logs.logger(__name__)

ONE_AT_A_TIME = 1
"""Rows claimed per transaction: a lease covers one conversation, not the queue behind it."""

ALARM_AFTER = 4
"""Attempts at one message, or waits in a row for one service, after which operators hear that a destination does not take them."""


@dataclass(frozen=True, slots=True)
class SendSummary:
    """What one round did."""

    accepted: int = 0
    waiting: int = 0
    dead: int = 0
    lost_claim: int = 0
    muted: bool = False


def send_due(db: Database, settings: Settings, clock: Clock, *, limit: int = 200) -> SendSummary:
    """Send what is due, at most `limit` messages. A muted installation sends nothing and loses nothing."""
    if settings.alert_muted or muted_why(db):
        return SendSummary(muted=True)
    counted: dict[SendState | None, int] = {}
    for _ in range(limit):
        with db.write() as connection:
            claimed = outbox.claim(connection, clock.now(), ONE_AT_A_TIME)
            postponed = bool(claimed) and _postponed(connection, claimed[0], clock.now())
        if not claimed:
            break
        if postponed:
            continue
        outcome = _deliver(db, settings, clock, claimed[0])
        counted[outcome] = counted.get(outcome, 0) + 1
    waiting = counted.get(SendState.RETRY, 0) + counted.get(SendState.UNKNOWN, 0)
    return SendSummary(counted.get(SendState.ACCEPTED, 0), waiting, counted.get(SendState.DEAD, 0), counted.get(None, 0))


def muted_why(db: Database) -> str:
    """Why this installation sends nothing, as a restore or a person said; empty where it sends."""
    with db.read() as connection:
        return installation.get(connection, installation.MUTED)


def _postponed(connection: Connection, outgoing: Outgoing, now: datetime) -> bool:
    """Whether the service takes no more right now; the message is then given back for when it does. Room is taken in the transaction of
    the claim, so that several senders share it.
    """
    wanted = demand(outgoing.destination.address, outgoing.message)
    robot = robot_of(outgoing.destination.address)
    wait = send_rates.take(connection, robot, wanted[1], wanted[0], now) if wanted else timedelta(0)
    if wait:
        outbox.postpone(connection, outgoing, now + wait)
    return bool(wait)


def _deliver(db: Database, settings: Settings, clock: Clock, outgoing: Outgoing) -> SendState | None:
    """One message; the state it ended in, None when the claim had passed to another sender."""
    failpoint.step("send.claimed")
    reply = attempt(outgoing, settings, clock)
    failpoint.step("send.answered")
    now = clock.now()
    with db.write() as connection:
        struck = _hold_or_release(connection, settings, outgoing, reply, now)
        if not outbox.settle(connection, outgoing, reply, now):
            return None
        given_up = reply.state is not SendState.ACCEPTED and now - outgoing.created_at >= outbox.GIVE_UP_AFTER
        state = SendState.DEAD if given_up else reply.state
        kind = _alarm(outgoing, state, struck)
        if kind is not None:
            events.append(connection, _alarm_event(kind, outgoing, reply, now))
    say = log.info if state is SendState.ACCEPTED else log.warning
    name = outgoing.destination.name
    say("message_sent", outbox_id=outgoing.id, destination=name, attempt=outgoing.attempt, state=state.value, reply=reply.text)
    return state


def _hold_or_release(connection: Connection, settings: Settings, outgoing: Outgoing, reply: Reply, now: datetime) -> int:
    """How often in a row the service let us wait, this time included. Its other messages then wait for its retry, untried: each would
    keep everybody's waiting for as long, and learn nothing. Any answer, a refusal too, ends that.
    """
    before = outgoing.destination.timeouts
    if not reply.timed_out and not before:
        return 0
    mail = mail_defaults(settings)
    line = line_of(outgoing.destination.address, mail)
    same = [one.id for one in destinations.list_all(connection) if line_of(one.address, mail) == line]
    if not reply.timed_out:
        destinations.release(connection, same)
        return 0
    destinations.hold(connection, same, before + 1, now)
    return before + 1


def _alarm(outgoing: Outgoing, state: SendState, struck: int) -> EventKind | None:
    if state is SendState.DEAD:
        return EventKind.DELIVERY_DEAD
    tried = ALARM_AFTER in {outgoing.attempt, struck}
    return EventKind.DELIVERY_FAILING if state is not SendState.ACCEPTED and tried else None


def _alarm_event(kind: EventKind, outgoing: Outgoing, reply: Reply, now: datetime) -> Event:
    destination = outgoing.destination
    reason = f"{outgoing.message.reference} 第{outgoing.attempt}次发送：{reply.text}。消息保留在发件箱，修正后可重发。"
    episode = f"{outgoing.id}.{outgoing.attempt}"
    return operator(kind, destination.name, reason, now, episode=episode, destination=str(destination.id))


def attempt(outgoing: Outgoing, settings: Settings, clock: Clock) -> Reply:
    """One attempt on the wire. Never raises for what the address or the service does."""
    address = outgoing.destination.address
    logs.learn(logs.secrets_in(settings))
    try:
        guard = Guard.of(settings.alert_allow_hosts)
        reply = channel(address, mail_defaults(settings), guard)(outgoing.message, outgoing.created_at, clock.now())
    except ConfigError as error:
        # The address or the installation's relay must be mended by a person; until then the message waits.
        return Reply(SendState.RETRY, f"{error.message}{error.advice}")
    except Exception as error:  # noqa: BLE001 - a sender below us failed in a way it never should: the row goes back, the loop goes on
        return Reply(SendState.RETRY, redacted(f"{type(error).__name__}: {error}", address))
    return Reply(reply.state, redacted(reply.text, address), reply.timed_out)


def mail_defaults(settings: Settings) -> MailDefaults | None:
    """The installation's own relay, None where it has none."""
    if not settings.smtp_host or not settings.mail_from:
        return None
    password = settings.smtp_password.get_secret_value()
    relay = Relay(settings.smtp_host, settings.smtp_port, settings.smtp_security, settings.smtp_username, password)
    return MailDefaults(relay, settings.mail_from)
