"""The main job on real input: the example reports published on portals, found, archived, read, judged, told.

One portal per carrier, each with a database and an archive of its own. Needs the shared corpus; skipped where it is absent.
"""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from monitor.alerts.send import send_due
from monitor.cli.demo_mailbox import Mailbox
from monitor.dispatch import crawl_now
from monitor.process import process_pending
from storage import bodies, destinations, findings, portals, readings, reports
from storage.archive.store import open_archive
from storage.archive.verify import verify
from storage.database import open_database
from storage.domain.clock import CHINA, FixedClock
from storage.domain.enums import Audience, BodyKind, BodyLevel, CellKind, Certainty, ReadingQuality, Severity
from storage.domain.ids import BodyId, PortalId
from storage.domain.registry import Body, Portal
from storage.domain.reports import ParsedReport
from storage.settings import Settings, load
from tests.conftest import CORPUS
from tests.flows.real_portal import SELF_TEST, RealPortal
from tests.flows.real_reports import CARRIERS, Example, examples

pytestmark = [pytest.mark.corpus, pytest.mark.flow]

NOW = datetime(2025, 2, 5, 9, 30, tzinfo=CHINA)
ARITHMETIC = ("T3-01", "T3-02", "T3-03", "T4-01")
ACCUSING = {Certainty.INCONSISTENT, Certainty.SUSPECT}


@dataclass
class Told:
    """What the product knows and said of one report after the run."""

    example: Example
    parsed: ParsedReport
    found: tuple[findings.StoredFinding, ...]

    def rules(self, *certainties: Certainty) -> set[str]:
        return {stored.finding.rule for stored in self.found if stored.finding.certainty in certainties}


@dataclass
class Run:
    """One carrier's whole run."""

    carrier: str
    told: dict[str, Told]
    mails: list[email.message.EmailMessage]
    archive_sound: bool


@pytest.fixture(scope="module", params=CARRIERS)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    published = examples(CORPUS)
    folder = tmp_path_factory.mktemp(request.param)
    with RealPortal(request.param, published) as portal, Mailbox(folder / "mail") as mailbox:
        yield _live(folder, portal, mailbox, published, request.param)


def _live(folder: Path, portal: RealPortal, mailbox: Mailbox, published: tuple[Example, ...], carrier: str) -> Run:
    settings = _settings(folder, portal, mailbox)
    clock = FixedClock(NOW)
    database, archive = open_database(settings.database_url), open_archive(settings.archive_url)
    try:
        with database.write() as connection:
            ids = {}
            for example in published:
                ids[example.slug] = body = BodyId(example.slug)
                bodies.upsert(connection, Body(body, example.body, BodyKind.DEPARTMENT, BodyLevel.PREFECTURE, "370000"), NOW)
            portals.upsert(connection, Portal(PortalId(carrier), carrier, f"http://{portal.host}/", carrier), NOW)
            portals.add_entry_point(
                connection, PortalId(carrier), portal.column_url, now=NOW, family="trs_static", body_ids=tuple(ids.values())
            )
            destinations.add(connection, "office", "office@demo.invalid", Audience.OVERSIGHT, now=NOW)
        with database.read() as connection:
            points = portals.entry_points_of(connection)
        finished = crawl_now(database, settings, clock, points, lambda line: None)
        assert [done.failure for done in finished] == [""]
        process_pending(database, archive, settings, clock)
        assert send_due(database, settings, clock).waiting == 0
        with database.read() as connection:
            told = {}
            for example in published:
                assert reports.current(connection, ids[example.slug], example.year) is not None, f"{example.slug} was not found"
                stored = readings.newest_for(connection, ids[example.slug], example.year)
                assert stored is not None
                told[example.slug] = Told(example, stored.parsed, findings.for_report(connection, ids[example.slug], example.year))
        with database.write() as connection:
            sound = verify(archive, connection, now=NOW).sound
        mails = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in mailbox.messages()]
        return Run(carrier, told, mails, sound)
    finally:
        database.close()


def _settings(folder: Path, portal: RealPortal, mailbox: Mailbox) -> Settings:
    return load(
        None,
        data_dir=folder / "data",
        crawl_delay_seconds=0,
        ocr_enabled=False,
        host_overrides=portal.overrides,
        self_test_urls=(f"http://{SELF_TEST}/",),
        smtp_host="127.0.0.1",
        smtp_port=mailbox.port,
        smtp_security="none",
        mail_from="nianbao@demo.invalid",
    )


def test_every_figure_is_as_read_by_hand_or_flagged(run: Run) -> None:
    for slug, told in run.told.items():
        if told.example.pictured:
            continue
        doubted = told.parsed.reading.tables
        for path, printed in told.example.facts.cells.items():
            cell = told.parsed.cell(path)
            if doubted.get(path.split("/")[0]) in {ReadingQuality.LOW, ReadingQuality.NONE} or not cell.trusted:
                assert path.startswith("litigation"), f"{slug}: {path} is in doubt for no reason"
                assert told.example.header_misread, f"{slug}: {path} is in doubt for no reason"
                continue
            read = "" if cell.value is None else str(cell.value)
            assert read == printed, f"{run.carrier}, {slug}: {path} is printed {printed!r} and was read {cell}"


def test_clean_reports_raise_no_arithmetic_finding(run: Run) -> None:
    for slug in ("seed-001", "seed-003"):
        raised = run.told[slug].rules(*ACCUSING)
        assert not raised & set(ARITHMETIC), f"{slug}: {raised}"
        severe = [s.finding.title for s in run.told[slug].found if s.finding.severity in {Severity.S1, Severity.S2}]
        assert not severe, f"{slug}: {severe}"


def test_a_total_of_zero_over_one_case_is_named(run: Run) -> None:
    told = run.told["seed-000"]
    inconsistent = {s.finding.rule: s.finding for s in told.found if s.finding.certainty is Certainty.INCONSISTENT}
    assert "T4-01" in inconsistent
    assert any(cell.startswith("litigation/after_reconsideration") for cell in inconsistent["T4-01"].cells)
    assert "TX-10" in told.rules(*ACCUSING), "three lawsuits in the text, two in the totals"
    assert "TX-09" in told.rules(*ACCUSING), "two reconsiderations in the text, none in the table"


def test_five_zero_totals_are_one_finding_and_a_lost_head_no_accusation(run: Run) -> None:
    told = run.told["seed-002"]
    about_requests = [s.finding for s in told.found if s.finding.rule.startswith("T3") and s.finding.certainty in ACCUSING]
    assert len(about_requests) == 1
    assert sum(cell.endswith("/total") for cell in about_requests[0].cells) >= 5
    assert "T4-07" in told.rules(Certainty.DOUBTFUL_READING)
    assert not {rule for rule in told.rules(*ACCUSING) if rule.startswith("T4")}


def test_pictures_of_tables_are_said_to_be_not_checkable(run: Run) -> None:
    told = run.told["seed-004"]
    assert "ST-14" in told.rules(Certainty.NOT_CHECKABLE)
    # The sheets are printed when the test runs, years after the day they are said to be published: that much is true of them.
    assert told.rules(*ACCUSING) <= ({"TL-04"} if run.carrier == "pdf" else set())
    assert all(cell.kind in {CellKind.ABSENT, CellKind.UNREADABLE} for cell in told.parsed.cells.values())


def test_the_office_is_told_in_one_message(run: Run) -> None:
    assert len(run.mails) == 1
    content = run.mails[0].get_body(("plain",))
    assert content is not None
    text = content.get_content()
    assert run.told["seed-000"].example.body in text
    html = run.mails[0].get_body(("html",))
    assert html is not None
    assert "<script" not in html.get_content()


def test_what_was_fetched_can_be_proven_unchanged(run: Run) -> None:
    assert run.archive_sound
