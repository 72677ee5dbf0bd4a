"""R10: two schedulers and two senders on one database do each thing once."""

from __future__ import annotations

from collections import Counter

from storage import outbox
from storage.database import open_database
from storage.domain.alerts import Message
from storage.domain.enums import SendState
from tests.faults.ground import Ground, Installation
from tests.faults.table import Tally
from tests.flows.alert_world import MORNING, add_destination

PROCESSES = 4
SLOTS = 500
MESSAGES = 120


def r10(ground: Ground) -> Tally:
    tally = Tally(
        "R10", "one run per slot, one claim per message", f"{PROCESSES} processes at once, {SLOTS} slots and {MESSAGES} messages each"
    )
    for engine in ground.engines:
        place = ground.new(engine, _fill)
        if code := ground.worker.run("race", place, str(PROCESSES), str(SLOTS)):
            raise RuntimeError(f"the race ended with {code}; see the worker's log")
        tally.faults += 2
        tally.runs += PROCESSES * SLOTS
        won = Counter(line for file in place.folder.glob("won.*") for line in file.read_text().split())
        tally.missing(f"{engine}: slots nobody ran", SLOTS - sum(key.startswith("slot") for key in won))
        tally.missing(f"{engine}: messages nobody took", MESSAGES - sum(key.startswith("message") for key in won))
        tally.too_many(f"{engine}: taken twice", sum(count - 1 for count in won.values()))
        with open_database(place.url) as db, db.read() as connection:
            leased = outbox.counts(connection)[SendState.LEASED]
        tally.expect(f"{engine}: claimed rows", leased, MESSAGES)
    return tally


def _fill(place: Installation) -> None:
    with open_database(place.url) as database:
        number = add_destination(database, "办公室", "json://127.0.0.1:9/hook")
        with database.write() as connection:
            for one in range(MESSAGES):
                outbox.enqueue(connection, Message(number, f"m{one}", f"R-{one}", f"<{one}@x.test>", "s", "b", "", ()), MORNING)
