"""The demo's parts: its mailbox, its folder, and the comparison that must notice every kind of difference."""

from __future__ import annotations

import dataclasses
import smtplib
import socket
from pathlib import Path

import pytest

from crawler.demo.ledger import Ledger
from crawler.demo.scenario import REPORT_YEAR
from crawler.demo.server import DemoPortals
from monitor.cli.demo_mailbox import Mailbox
from monitor.cli.demo_outcome import FoundFinding, Outcome, differences, lines
from monitor.cli.demo_place import MARK, prepare
from storage.domain.enums import Certainty, DutyStatus, Severity
from storage.domain.errors import UsageError


def test_mailbox_keeps_messages_byte_for_byte(tmp_path: Path) -> None:
    message = "Subject: =?utf-8?b?5rWL6K+V?=\r\n\r\n.\r\n..两点开头\r\n完\r\n".encode()
    with Mailbox(tmp_path) as mailbox:
        for _ in range(2):
            with smtplib.SMTP("127.0.0.1", mailbox.port, timeout=10) as client:
                client.sendmail("a@demo.invalid", ["b@demo.invalid"], message)
        assert [path.read_bytes() for path in mailbox.messages()] == [message, message]
    with pytest.raises(OSError, match=r"."):
        socket.create_connection(("127.0.0.1", mailbox.port), timeout=2)


def test_mailbox_refuses_what_it_does_not_know(tmp_path: Path) -> None:
    with Mailbox(tmp_path) as mailbox, smtplib.SMTP("127.0.0.1", mailbox.port, timeout=10) as client:
        client.ehlo()
        assert client.docmd("AUTH", "PLAIN x")[0] == 502
        assert client.docmd("DATA")[0] == 503
        assert mailbox.messages() == []


def test_demo_never_empties_a_folder_that_is_not_its_own(tmp_path: Path) -> None:
    foreign = tmp_path / "mine"
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("years of work", encoding="utf8")
    with pytest.raises(UsageError):
        prepare(foreign, keep=False)
    assert (foreign / "thesis.txt").exists()
    own = tmp_path / "demo"
    assert prepare(own, keep=False) is False
    (own / "nianbao.sqlite3").write_bytes(b"")
    assert prepare(own, keep=True) is True
    assert prepare(own, keep=False) is False
    assert [path.name for path in own.iterdir()] == [MARK]


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    """The truth of the demo."""
    return DemoPortals().ledger()


@pytest.fixture(scope="module")
def right(ledger: Ledger) -> Outcome:
    """An outcome that is exactly the truth."""
    return Outcome(
        statuses={(duty.body, duty.report_year): duty.status for duty in ledger.duties},
        findings={
            (report.body, report.report_year): tuple(FoundFinding(one.any_of[0], one.certainty, Severity.S1) for one in report.findings)
            for report in ledger.reports
        },
        reports=frozenset((report.body, report.report_year) for report in ledger.reports),
        visits={visit.column_url: visit.outcome.value for visit in ledger.visits},
    )


def test_the_truth_has_no_difference(right: Outcome, ledger: Ledger) -> None:
    assert list(differences(right, ledger)) == []


def test_every_kind_of_difference_is_noticed(right: Outcome, ledger: Ledger) -> None:
    consistent = next(report for report in ledger.reports if not report.findings)
    faulty = next(report for report in ledger.reports if report.findings)
    missing = next(duty for duty in ledger.duties if duty.status is DutyStatus.MISSING)
    broken_visit = next(visit for visit in ledger.visits if visit.outcome.value != "complete")
    name = (consistent.body, consistent.report_year)
    accusation = (FoundFinding("T3-02", Certainty.INCONSISTENT, Severity.S1),)
    wrong = {
        "a false accusation": {"findings": {**right.findings, name: accusation}},
        "a fault not found": {"findings": {**right.findings, (faulty.body, faulty.report_year): ()}},
        "a wrong status": {"statuses": {**right.statuses, (missing.body, missing.report_year): DutyStatus.UNKNOWN}},
        "a report lost": {"reports": right.reports - {name}},
        "a report too many": {"reports": right.reports | {("无此单位", REPORT_YEAR)}},
        "a broken portal taken for a good one": {"visits": {**right.visits, broken_visit.column_url: "complete"}},
    }
    for what, change in wrong.items():
        assert len(list(differences(dataclasses.replace(right, **change), ledger))) == 1, what


def test_printed_counts_are_those_of_the_truth(right: Outcome, ledger: Ledger) -> None:
    printed = " ".join(lines(right, REPORT_YEAR))
    for status, count in ledger.counts().items():
        assert count == 0 or f"{status.label} {count}" in printed
