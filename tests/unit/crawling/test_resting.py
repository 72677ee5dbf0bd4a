import itertools
from datetime import UTC, datetime, timedelta

import pytest

from crawler import resting
from crawler.discovery.troubles import Trouble
from crawler.resting import LONGEST_REST, SPENT, PlatformMemory, retry_after
from storage.domain.enums import VisitOutcome

NOW = datetime(2025, 1, 20, 2, 0, tzinfo=UTC)
CHALLENGE = Trouble(VisitOutcome.CHALLENGED, "status-412")
LIMITS = {"per_portal": 3, "per_platform": 5}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "platforms.json"


def test_a_portal_and_its_platform_get_so_many_requests_a_day(path):
    memory = PlatformMemory(path)
    for _ in range(3):
        assert memory.refusal("city", "a", NOW, **LIMITS) is None
        memory.count("city", "a", NOW)
    assert memory.refusal("city", "a", NOW, **LIMITS) == SPENT
    assert memory.refusal("city", "b", NOW, **LIMITS) is None
    for _ in range(2):
        memory.count("city", "b", NOW)
    assert memory.refusal("city", "c", NOW, **LIMITS) == SPENT
    assert memory.refusal("other", "a", NOW, **LIMITS) is None
    assert memory.refusal("city", "a", NOW + timedelta(days=1), **LIMITS) is None


def test_the_day_is_that_of_the_portals(path):
    memory = PlatformMemory(path)
    late = datetime(2025, 1, 20, 15, 59, tzinfo=UTC)
    for _ in range(3):
        memory.count("city", "a", late)
    assert memory.refusal("city", "a", late, **LIMITS) == SPENT
    assert memory.refusal("city", "a", late + timedelta(minutes=2), **LIMITS) is None, "it is tomorrow there"


def test_counts_and_rests_last_from_run_to_run(path):
    first = PlatformMemory(path)
    first.count("city", "a", NOW)
    first.rest("city", CHALLENGE, NOW)
    first.save()
    again = PlatformMemory(path)
    found = again.refusal("city", "a", NOW + timedelta(hours=23), **LIMITS)
    assert found == Trouble(VisitOutcome.CHALLENGED, "resting-after-status-412")
    assert again.refusal("city", "a", NOW + timedelta(hours=24), **LIMITS) is None
    assert again.rests()["city"].times == 1


def test_rests_in_a_row_are_counted_until_it_recovers(path):
    memory = PlatformMemory(path)
    for day in range(3):
        memory.rest("city", CHALLENGE, NOW + timedelta(days=day))
    assert memory.rests()["city"].times == 3
    memory.recovered("city")
    assert not memory.rests()
    assert memory.refusal("city", "a", NOW, **LIMITS) is None


def test_a_pause_it_asked_for_is_kept_within_a_week(path):
    memory = PlatformMemory(path)
    memory.rest("city", CHALLENGE, NOW, pause=timedelta(hours=1))
    assert memory.refusal("city", "a", NOW + timedelta(minutes=59), **LIMITS) is not None
    assert memory.refusal("city", "a", NOW + timedelta(minutes=60), **LIMITS) is None
    memory.rest("city", CHALLENGE, NOW, pause=timedelta(days=400))
    assert memory.refusal("city", "a", NOW + LONGEST_REST, **LIMITS) is None


def test_crawls_side_by_side_keep_each_others_counts(path):
    one, two = PlatformMemory(path), PlatformMemory(path)
    one.count("a", "a", NOW)
    two.count("b", "b", NOW)
    one.save()
    two.save()
    both = PlatformMemory(path)
    assert both.refusal("a", "a", NOW, per_portal=1, per_platform=9) == SPENT
    assert both.refusal("b", "b", NOW, per_portal=1, per_platform=9) == SPENT


def test_a_run_that_dies_leaves_most_of_its_counts(path, monkeypatch):
    monkeypatch.setattr(resting, "_SAVING_SHARE", 0)  # requests that come as fast as here are saved less often than this
    memory = PlatformMemory(path)
    for _ in range(45):
        memory.count("city", "a", NOW)
    assert PlatformMemory(path).refusal("city", "a", NOW, per_portal=40, per_platform=99) == SPENT


@pytest.mark.parametrize(
    "text", ["{broken", "[]", '{"a": {"until": "tomorrow"}}', '{"a": {"unknown": 1}}', '{"a": {"until": "2025-01-01", "outcome": "?"}}']
)
def test_a_damaged_file_is_an_empty_one(path, text):
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    memory = PlatformMemory(path)
    assert memory.refusal("a", "a", NOW, **LIMITS) is None
    memory.count("a", "a", NOW)
    memory.save()


@pytest.mark.parametrize(
    ("value", "pause"),
    [
        ("120", timedelta(seconds=120)),
        ("Mon, 20 Jan 2025 02:10:00 GMT", timedelta(minutes=10)),
        ("Mon, 20 Jan 2025 01:10:00 GMT", None),
        ("999999999", LONGEST_REST),
        *((nonsense, None) for nonsense in ("", "0", "-5", "soon", "１２０", "1e9", "99999999999999999999")),
    ],
)
def test_the_pause_a_server_asks_for(value, pause):
    assert retry_after(value, NOW) == pause


def test_saving_takes_no_more_than_its_share_of_the_time(path, monkeypatch):
    seconds, saved = itertools.count(), []
    monkeypatch.setattr(resting.time, "monotonic", lambda: next(seconds) / 1000)
    memory = PlatformMemory(path)
    save = memory.save
    monkeypatch.setattr(PlatformMemory, "save", lambda self: saved.append(save()))
    for _ in range(1000):
        memory.count("city", "a", NOW)
    assert 2 <= len(saved) <= 10
