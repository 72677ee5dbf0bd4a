"""R8, R19: a clock that jumps accuses nobody, and verdicts follow from the evidence alone."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select

from storage import duties, outbox
from storage.database import open_database
from storage.domain.enums import SendState
from storage.schema import duties as duties_table
from storage.schema import duty_transitions, events
from tests.faults.ground import Ground, Installation
from tests.faults.table import Tally
from tests.faults.telling import TURNED, world
from tests.flows.alert_world import MORNING, Hook, Mailbox, at, fill_world, look, report_line, smtp_server, webhook_server

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
JUMPS = {
    "a day ahead and back": (MORNING, MORNING + DAY, MORNING - HOUR, MORNING + DAY),
    "an hour back": (MORNING, MORNING - HOUR, MORNING, MORNING + timedelta(minutes=1)),
    "frozen": (MORNING,) * 5,
    "a leap day": (MORNING, MORNING.replace(year=2028, month=2, day=29), MORNING),
    "the turn of a year": (MORNING, MORNING.replace(month=12, day=31), MORNING.replace(year=2026, month=1, day=1)),
}


def r8(ground: Ground) -> Tally:
    tally = Tally("R8", "a clock that jumps accuses nobody and repeats nothing", f"clock: {', '.join(JUMPS)}; with and without evidence")
    with smtp_server() as mailbox, webhook_server() as hook:
        for engine in ground.engines:
            seen, unseen = ground.new(engine, world(mailbox, hook)), ground.new(engine, _not_looked_since)
            for name, moments in JUMPS.items():
                texts = [moment.isoformat() for moment in moments]
                tally.faults += 1
                tally.runs += 2
                for template, missing in ((seen, 1), (unseen, 0)):
                    with ground.copy(template) as place:
                        if code := ground.worker.run("tell", place, *texts):
                            raise RuntimeError(f"{name} ended with {code}; see the worker's log")
                        _judge(tally, place, missing, mailbox, f"{engine} {name}")
                    mailbox.taken.clear()
                    hook.requests.clear()
    return tally


def _not_looked_since(place: Installation) -> None:
    """Nobody looked after the deadline, so nothing can be said."""
    with open_database(place.url) as database:
        fill_world(database)
        look(database, at(20, month=1), (report_line(0, at(20, month=1)),))


def _judge(tally: Tally, place: Installation, missing: int, mailbox: Mailbox, name: str) -> None:
    accused = select(func.count()).where(events.c.kind == "report.missing", events.c.report_year == 2024)
    with open_database(place.url) as db, db.read() as connection:
        tally.expect(f"{name}: bodies told as missing", connection.execute(accused).scalar_one(), missing)
        counts = outbox.counts(connection)
        mails = [row for row in outbox.recent(connection, limit=1000) if row.state is SendState.ACCEPTED]
    tally.missing(f"{name}: messages not accepted", sum(counts.values()) - counts[SendState.ACCEPTED])
    tally.too_many(f"{name}: mails sent twice", len(mailbox.taken) - len(set(mailbox.message_ids)))
    keys = [(row.message.destination_id, row.message.message_key) for row in mails]
    tally.too_many(f"{name}: messages written twice", len(keys) - len(set(keys)))


def r19(ground: Ground) -> Tally:
    tally = Tally("R19", "states are computed again alike", "states and transitions deleted, evidence replayed")
    with smtp_server() as mailbox, webhook_server() as hook:
        for engine in ground.engines:
            place = ground.new(engine, world(mailbox, hook))
            moment = MORNING.isoformat()
            ground.worker.run("tell", place, moment)
            before = _states(place)
            with open_database(place.url) as db, db.write() as connection:
                connection.execute(delete(duty_transitions))
                connection.execute(delete(duties_table))
            ground.worker.run("tell", place, moment)
            after = _states(place)
            tally.faults += 1
            tally.runs += len(before)
            tally.missing(f"{engine}: states not the same again", sum(after.get(key) != state for key, state in before.items()))
            tally.too_many(f"{engine}: states that were not there before", len(set(after) - set(before)))
            _told_once(tally, place, engine)
            _one_message(tally, (mailbox, hook), engine)
            mailbox.taken.clear()
            hook.requests.clear()
    return tally


def _states(place: Installation) -> dict[object, object]:
    with open_database(place.url) as db, db.read() as connection:
        return {one.duty.key: one.state for one in duties.list_for(connection, report_year=2024)}


def _told_once(tally: Tally, place: Installation, engine: str) -> None:
    with open_database(place.url) as db, db.read() as connection:
        told = connection.execute(select(func.count()).where(events.c.report_year == 2024)).scalar_one()
        turned = connection.execute(select(func.count()).where(duty_transitions.c.report_year == 2024)).scalar_one()
    tally.expect(f"{engine}: events", told, TURNED)
    tally.expect(f"{engine}: transitions", turned, TURNED)


def _one_message(tally: Tally, servers: tuple[Mailbox, Hook], engine: str) -> None:
    mailbox, hook = servers
    tally.expect(f"{engine}: mails", len(mailbox.taken), 1)
    tally.expect(f"{engine}: webhooks", len(hook.requests), 1)
