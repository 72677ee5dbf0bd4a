"""The platforms that fell silent, counted by the database, are those one finds by looking at every list that was asked."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from storage import outages, portals, runs, visits
from storage.database import open_database
from storage.domain.enums import RunState, SourceHealth, VisitOutcome
from storage.domain.ids import PortalId
from storage.domain.registry import Portal
from storage.domain.visits import VisitResult
from storage.outages import Asked

NOW = datetime(2025, 2, 5, 3, 0, tzinfo=UTC)
SINCE = NOW - timedelta(hours=24)
AGES = (timedelta(hours=1), timedelta(hours=20), timedelta(hours=24), timedelta(hours=30), timedelta(days=9))
OUTCOMES = (VisitOutcome.COMPLETE, VisitOutcome.BLOCKED, VisitOutcome.UNREACHABLE, VisitOutcome.LAYOUT_CHANGED)
SILENT = {VisitOutcome.BLOCKED, VisitOutcome.UNREACHABLE, VisitOutcome.CHALLENGED}


def fill(connection, chance):
    """Twelve portals of eight platforms, each with up to two lists, visited and in any health."""
    for number in range(12):
        portal = PortalId(f"p{number:02}")
        portals.upsert(connection, Portal(portal, f"门户{number}", f"http://p{number}.gov.test/", f"platform{number * 2 // 3}"), NOW)
        for turn in range(chance.randint(1, 2)):
            entry = portals.add_entry_point(connection, portal, f"http://p{number}.gov.test/{turn}/", now=NOW)
            portals.set_enabled(connection, entry, chance.random() < 0.9)
            if chance.random() < 0.9:
                outcome, health = chance.choice(OUTCOMES), chance.choice([*SourceHealth, SourceHealth.BLIND, SourceHealth.DEGRADED])
                portals.set_health(connection, entry, health, f"{outcome.value}:x", NOW - chance.choice([*AGES, AGES[0], AGES[0]]))
            for age in sorted(chance.sample(AGES, chance.randint(0, 3)), reverse=True):
                slot = f"{number}/{turn}/{age}"
                run = runs.claim(
                    connection,
                    chance.choice(["crawl", "crawl", "crawl", "audit"]),
                    slot,
                    owner="o",
                    now=NOW - age,
                    lease=timedelta(hours=1),
                )
                visit = visits.start(connection, entry, now=NOW - age, run_id=run.id)
                if chance.random() < 0.9:
                    visits.finish(connection, visit, VisitResult(chance.choice(OUTCOMES)), NOW - age)
                runs.finish(connection, run, RunState.PARTIAL, {}, NOW - age)


def by_looking(connection):
    """The same, one list after another."""
    stands = {}
    for point in portals.entry_points_of(connection):
        status, platform = portals.status(connection, point.id), portals.get(connection, point.portal_id).platform_id
        theirs = visits.recent(connection, point.id)
        crawls = [one for one in theirs if one.finished_at and one.started_at >= SINCE and runs.get(connection, one.run_id).kind == "crawl"]
        if not point.enabled or not crawls:
            continue
        silent = status.health in {SourceHealth.DEGRADED, SourceHealth.BLIND} and status.reason.startswith(
            tuple(one.value for one in SILENT)
        )
        before = next((one for one in theirs if one.started_at <= SINCE), None)
        if silent and (status.since is None or status.since < SINCE or (before is not None and before.result.outcome in SILENT)):
            continue
        stands.setdefault(platform, []).append(silent)
    return Asked(len(stands), sum(all(found) for found in stands.values()))


@pytest.mark.parametrize("seed", range(2))
def test_counting_is_looking(tmp_path, seed):
    chance, found = random.Random(seed), []
    with open_database(f"sqlite:///{tmp_path / 'n.sqlite3'}") as database:
        for _ in range(10):
            with database.write() as connection, connection.begin_nested() as undone:
                fill(connection, chance)
                asked = outages.asked_since(connection, SINCE)
                assert asked == by_looking(connection)
                assert outages.fallen_silent(connection, SINCE) >= asked.silent
                found.append(asked)
                undone.rollback()
    assert max(one.silent for one in found) > 0, "or nothing was compared"
    assert len(set(found)) > 1
