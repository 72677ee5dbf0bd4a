"""Promises whose faults are injected by tests of their own: each is run by its name, and a test that fails counts as a loss."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from tests.faults.ground import ROOT, Ground
from tests.faults.table import Tally

LIMIT_SECONDS = 900

ALERTS, UNIT = "tests/flows/test_alerts_", "tests/unit/"
VISITS, CRAWL = f"{UNIT}crawling/test_visits.py", "tests/flows/test_crawl.py"

TESTED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "R5": (
        "a relay that is away delays, nothing more",
        "refused for hours and days, 421, 450, 550, 554, line dropped, silence before and after the data; dead after a week",
        (
            f"{ALERTS}outages.py",
            f"{ALERTS}hanging.py",
            f"{ALERTS}delivery.py::test_a_refusal",
            f"{ALERTS}delivery.py::test_one_destination_never",
        ),
    ),
    "R9": (
        "the deadline falls at 24:00 in China, each slot runs once",
        "instants around midnight, machines in five zones, clocks put forward and back, new zone data, statutory dates of each kind",
        (
            *(f"{UNIT}duties/test_due.py", f"{UNIT}duties/test_state.py", "tests/flows/test_zones.py"),
            "tests/flows/test_process_schedule.py::test_two_schedulers",
        ),
    ),
    "R11": (
        "a portal that is down accuses nobody and is caught up",
        "ten days of timeouts across the deadline; challenges for ten days",
        (f"{ALERTS}bars.py::test_a_portal_down_ten_days", f"{ALERTS}delivery.py::test_a_blind_portal"),
    ),
    "R12": (
        "an error page is no report and no absence",
        "soft 404, redirects, login and challenge pages, empty answers",
        (f"{VISITS}::test_each_fault_ends", f"{VISITS}::test_a_host_that_answers_everything"),
    ),
    "R13": (
        "a redesign is our blindness",
        "list moved, links renamed, pagers nobody knows, lists made by scripts, frames, search forms",
        (f"{VISITS}::test_a_lost_canary", f"{UNIT}crawling/test_redesign.py"),
    ),
    "R14": (
        "half a list proves nothing, what it holds counts",
        "list collapsed, cut, page repeated, attachment failed",
        (f"{VISITS}::test_a_collapsed_list", f"{VISITS}::test_the_rest_of_a_cut", f"{VISITS}::test_a_failed_attachment"),
    ),
    "R15": ("our own network is told as ours", "all hosts silent, self-test failed", (f"{UNIT}crawling/test_manners.py",)),
    "R16": ("a storm is one message", "5,000 duties turn in one minute", (f"{ALERTS}bars.py::test_five_thousand",)),
    "R17": ("flapping is capped", "ten flips a day for sixty days", (f"{ALERTS}bars.py::test_ten_flips",)),
    "R18": (
        "people's decisions lose nothing",
        "sequences of acknowledge, snooze, silence, drawn at random",
        (f"{UNIT}alerts/test_people.py",),
    ),
    "R29": (
        "every harm to an original is found",
        "bit flipped, cut, deleted, swapped; log torn",
        (f"{UNIT}storage/test_archive.py", f"{UNIT}storage/test_log_disk_full.py", "tests/flows/test_nightly.py"),
    ),
    "R30": (
        "an edit of record or log shows",
        "rows and objects changed offline (told by the service and by the pack's own program), log lines, chain cut with its seal, stamps",
        (
            f"{UNIT}web/test_evidence_forged.py",
            f"{UNIT}storage/test_archive_timestamps.py",
            f"{UNIT}storage/test_archive.py::test_tampering",
            f"{UNIT}storage/test_archive.py::test_a_changed_row",
            f"{UNIT}storage/test_archive_heads.py",
        ),
    ),
    "R33": (
        "a loop that stands still is seen",
        "each loop absent or stopped",
        (f"{UNIT}web/test_health.py", f"{ALERTS}people.py::test_the_outside_hears"),
    ),
    "R35": (
        "robots and pauses are kept and prove nothing",
        "robots.txt, crawl-delay, Retry-After, 429, challenges",
        (f"{CRAWL}::test_robots", f"{CRAWL}::test_after_a_challenge", f"{CRAWL}::test_one_request_at_a_time"),
    ),
}


def tested(promise: str, ground: Ground) -> Tally:
    """One of these promises on trial."""
    words, injected, wanted = TESTED[promise]
    tally = Tally(promise, words, f"{injected} (tests)")
    report = ground.folder / f"{promise}.xml"
    chosen = _node_ids(wanted)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *chosen]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, timeout=LIMIT_SECONDS, check=False)
    cases = [case for case in ElementTree.parse(report).iter("testcase") if case.find("skipped") is None]
    tally.runs = len(cases)
    tally.faults = len({str(case.get("name")).partition("[")[0] for case in cases})
    for case in cases:
        if case.find("failure") is not None or case.find("error") is not None:
            tally.missing(f"{case.get('classname')}::{case.get('name')} failed")
    return tally


def _node_ids(wanted: tuple[str, ...]) -> list[str]:
    """The tests whose names begin so; a file alone is all of it. Raises ValueError where there is none: a promise must not vanish."""
    found: list[str] = []
    for one in wanted:
        path, _, start = one.partition("::")
        lines = Path(ROOT / path).read_text(encoding="utf-8").splitlines()
        names = [line[4:].partition("(")[0] for line in lines if line.startswith(f"def {start or 'test'}")]
        if not names:
            raise ValueError(f"no test begins with {one}")
        found += [f"{path}::{name}" for name in names] if start else [path]
    return found
