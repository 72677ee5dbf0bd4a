import ctypes
import os
import time
from multiprocessing.context import SpawnProcess
from pathlib import Path

import pytest
from printing import facts, printed

from crawler.parsing.report import Hints, parse
from crawler.parsing.sandbox import Limits, ParserPool, parse_isolated
from storage.domain.enums import ReadingQuality
from storage.domain.reports import ParsedReport


def misbehave(data: bytes, source: str, hints: Hints) -> ParsedReport:
    if source == "memory":
        bytearray(64 * 1024**3)
    if source == "loop":
        while True:
            pass
    if source == "hang":
        time.sleep(300)
    if source == "crash":
        ctypes.string_at(0)
    if source == "exit":
        os._exit(3)
    return parse(data, source=source, hints=hints)


def test_the_answer_of_the_child_is_the_answer_of_the_parser():
    data = printed(facts(1), "html")
    assert parse_isolated(data, source="x") == parse(data, source="x")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("memory", "parse-memory"),
        ("loop", "parse-timeout"),
        ("hang", "parse-timeout"),
        ("crash", "parser-crashed"),
        ("exit", "parser-crashed"),
    ],
)
def test_a_fault_in_the_child_is_a_reading_problem_and_the_next_report_is_read(fault, code):
    # Seconds enough for a new child to load the readers on a busy machine, as each fault is followed by a good report.
    with ParserPool(Limits(cpu_seconds=4, wall_seconds=8 if fault == "hang" else 30), misbehave) as pool:
        lost = pool.parse(b"x", source=fault)
        assert lost.reading.quality is ReadingQuality.NONE
        assert [problem.code for problem in lost.reading.problems] == [code]
        assert pool.parse(printed(facts(1), "tab"), source="x").reading.quality is ReadingQuality.HIGH


def test_a_child_is_replaced_after_its_share_of_reports():
    with ParserPool(Limits(reports_per_child=1)) as pool:
        answers = [pool.parse("文字".encode(), source=str(i)).source for i in range(3)]
    assert answers == ["0", "1", "2"]


def test_a_machine_that_could_not_start_the_child_once_is_asked_again(monkeypatch):
    begun = []

    def start(process):
        begun.append(process)
        if len(begun) == 1:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return usual(process)

    usual = SpawnProcess.start
    monkeypatch.setattr(SpawnProcess, "start", start)
    before = len(list(Path("/proc/self/fd").iterdir()))
    with ParserPool(Limits(wall_seconds=60)) as pool:
        with pytest.raises(BlockingIOError):
            pool.parse(printed(facts(1), "tab"), source="x")
        assert len(list(Path("/proc/self/fd").iterdir())) - before <= 1
        assert pool.parse(printed(facts(1), "tab"), source="x").reading.quality is ReadingQuality.HIGH
