import asyncio
import logging

import pytest

from crawler.batch import Batch
from storage import portals, visits
from storage.domain.enums import VisitOutcome
from storage.domain.errors import StoreError
from storage.domain.ids import PortalId

from .site import LIST, UNREACHABLE, Office, Site, listing
from .site import reports as report_pages

OTHER = "http://www.yunxi.gov.test/other/"


@pytest.fixture
def office(tmp_path):
    opened = Office(tmp_path, Site())
    pages, rows = report_pages(2024, 2023)
    opened.site.pages |= pages | {LIST: listing(*rows)}
    with opened.database.write() as c:
        opened.other = portals.add_entry_point(c, PortalId("p"), OTHER, now=opened.clock.now(), body_ids=["b0"])
    yield opened
    opened.database.close()


def _work(office, *, answered=1):
    lines = []
    batch = Batch(office.site, office.recorder, office.memory, lines.append, lambda: answered)
    asyncio.run(batch.work([office.entry, office.other]))
    return batch, {line["entry_point"]: line for line in lines}


def test_a_fault_of_ours_in_one_list_leaves_the_others_alone(office, caplog):
    office.site.pages[OTHER] = RuntimeError("broken adapter")
    with caplog.at_level(logging.CRITICAL):
        batch, lines = _work(office)
    assert lines[office.entry]["outcome"] == "complete"
    assert lines[office.other]["event"] == "failed"
    assert len(batch.failures) == 1
    with office.database.read() as c:
        left = visits.recent(c, office.other)[0]
    assert (left.finished_at, left.qualified, left.result.outcome) == (None, False, VisitOutcome.ABANDONED)


@pytest.mark.parametrize("answer", [None, UNREACHABLE])
def test_a_visit_whose_end_cannot_be_written_leaves_the_others_alone(office, caplog, monkeypatch, answer):
    if answer is not None:
        office.site.pages[OTHER] = answer
    finish = visits.finish

    def failing(connection, visit_id, *rest):
        if visits.get(connection, visit_id).entry_point_id == office.other:
            raise StoreError("the database said no")
        return finish(connection, visit_id, *rest)

    monkeypatch.setattr(visits, "finish", failing)
    with caplog.at_level(logging.CRITICAL):
        batch, lines = _work(office)
    assert lines[office.entry]["outcome"] == "complete"
    assert lines[office.other] == {"event": "failed", "entry_point": office.other, "message": "the database said no"}
    assert len(batch.failures) == 1


def test_when_every_host_is_silent_no_host_is_blamed(office):
    office.site.pages = dict.fromkeys((LIST, OTHER), UNREACHABLE)
    _, lines = _work(office, answered=0)
    assert {line["reason"] for line in lines.values()} == {"own-network"}


def test_a_silent_host_among_others_is_itself_to_blame(office):
    office.site.pages[OTHER] = UNREACHABLE
    _, lines = _work(office)
    assert lines[office.other]["reason"] == "timeout"
    assert lines[office.entry]["qualified"]
