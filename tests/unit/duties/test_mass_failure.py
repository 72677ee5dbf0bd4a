"""Many portals silent at once: what was proven meanwhile is taken back; a few, or those silent for long, change nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.mass_failure import REASON, guard, is_mass_failure
from storage import changes, events, portals, runs, visits
from storage.database import open_database
from storage.domain.alerts import EventKind
from storage.domain.clock import FixedClock
from storage.domain.enums import Audience, RunState, SourceHealth, VisitOutcome
from storage.domain.ids import PortalId
from storage.domain.registry import Portal
from storage.domain.visits import VisitResult
from storage.outages import Asked

NOW = datetime(2025, 2, 5, 3, 0, tzinfo=UTC)
SEEN = VisitResult(VisitOutcome.COMPLETE, items_seen=3, whole_list=True, canary=True, negative_control=True, own_network=True)
REFUSED = VisitResult(VisitOutcome.BLOCKED, "status-403")


class World:
    """Portals with one list each, asked by one crawl an hour ago."""

    def __init__(self, folder):
        self.database = open_database(f"sqlite:///{folder / 'n.sqlite3'}")
        self.clock = FixedClock(NOW)
        self.began = NOW - timedelta(hours=1)

    def ask(self, *, fine, silent, silent_before=0, shared=False):
        with self.database.write() as c:
            run = runs.claim(c, "crawl", self.began.isoformat(), owner="o", now=self.began, lease=timedelta(hours=2))
            for number in range(fine + silent + silent_before):
                portal = PortalId(f"p{number:02}")
                platform = "one" if shared and number >= fine else f"p{number}"
                portals.upsert(c, Portal(portal, f"门户{number}", f"http://p{number}.gov.test/", platform), self.began)
                entry = portals.add_entry_point(c, portal, f"http://p{number}.gov.test/nb/", now=self.began)
                sees = number < fine
                visit = visits.start(c, entry, now=self.began, run_id=run.id)
                visits.finish(c, visit, SEEN if sees else REFUSED, self.began)
                since = self.began - timedelta(days=9 if number >= fine + silent else 0)
                if sees:
                    portals.set_health(c, entry, SourceHealth.HEALTHY, "", since)
                else:
                    portals.set_health(c, entry, SourceHealth.DEGRADED, "blocked:status-403", since)
            runs.finish(c, run, RunState.PARTIAL, {}, self.began)
            changes.settle(c, changes.pending(c))
        return run

    def proofs(self, run):
        with self.database.read() as c:
            return [(one.qualified, one.result.inconclusive_reason) for one in visits.for_run(c, run.id) if one.result.whole_list]

    def told(self):
        with self.database.read() as c:
            return [one for one in events.recent(c, audience=Audience.OPERATOR) if one.kind is EventKind.RUN_FAILED]


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.database.close()


def test_a_third_of_the_portals_silent_takes_back_what_the_others_proved(world):
    run = world.ask(fine=8, silent=4)
    assert guard(world.database, world.clock)
    assert world.proofs(run) == [(False, REASON)] * 8
    (told,) = world.told()
    assert "12个网站平台中有4个" in told.payload["reason"]
    assert guard(world.database, world.clock)
    assert len(world.told()) == 1


@pytest.mark.parametrize("asked", [{"fine": 9, "silent": 3}, {"fine": 5, "silent": 4}, {"fine": 10, "silent": 2, "silent_before": 9}])
def test_a_few_or_those_silent_for_long_take_nothing_back(world, asked):
    run = world.ask(**asked)
    assert not guard(world.database, world.clock)
    assert world.proofs(run) == [(True, "")] * asked["fine"]
    assert world.told() == []


def test_what_was_taken_back_is_no_longer_the_last_proof(world):
    def last():
        with world.database.read() as c:
            return [portals.status(c, point.id).last_qualified_at for point in portals.entry_points_of(c)]

    earlier = world.began = NOW - timedelta(days=3)
    world.ask(fine=8, silent=0)
    world.began = NOW - timedelta(hours=1)
    world.ask(fine=9, silent=4)
    assert last() == [world.began] * 9 + [None] * 4
    assert guard(world.database, world.clock)
    assert last() == [earlier] * 8 + [None] * 5


def test_what_was_asked_longer_ago_keeps_its_proofs(world):
    world.began = NOW - timedelta(hours=30)
    run = world.ask(fine=8, silent=4)
    assert not guard(world.database, world.clock)
    assert world.proofs(run) == [(True, "")] * 8


def test_a_silence_of_days_is_not_new_when_it_turns_from_degraded_to_blind(world):
    world.began = NOW - timedelta(days=3)
    world.ask(fine=8, silent=4)
    world.began = NOW - timedelta(hours=1)
    run = world.ask(fine=8, silent=4)
    with world.database.write() as c:
        for point in portals.entry_points_of(c):
            if point.health is SourceHealth.DEGRADED:
                portals.set_health(c, point.id, SourceHealth.BLIND, "blocked:status-403", world.began)
    assert not guard(world.database, world.clock)
    assert world.proofs(run) == [(True, "")] * 8


def test_one_platform_silent_is_one_silence(world):
    run = world.ask(fine=18, silent=12, shared=True)
    assert not guard(world.database, world.clock)
    assert world.proofs(run) == [(True, "")] * 18


@pytest.mark.parametrize(("silent", "of", "wanted"), [(3, 10, True), (2, 10, False), (9, 9, False), (0, 0, False)])
def test_the_share_that_counts(silent, of, wanted):
    assert is_mass_failure(Asked(of, silent)) is wanted
