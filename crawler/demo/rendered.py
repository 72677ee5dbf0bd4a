"""Files of reports, made once: a portal serves the same file on every day, and drawing one takes up to a second."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from threading import Lock
from typing import Generic, TypeVar

from crawler.demo.facts import ReportFacts
from crawler.demo.publications import Publications
from crawler.demo.render_docx import render_docx
from crawler.demo.render_html import image_only_body
from crawler.demo.render_ofd import render_ofd
from crawler.demo.render_pdf import render_pdf

T = TypeVar("T")

MOST = 2048
"""Files held at once; one is some tens of kilobytes."""


class Once(Generic[T]):
    """A function of a report that is worked out once per report. The same values in another object count as another report."""

    def __init__(self, make: Callable[[ReportFacts], T]) -> None:
        self._make = make
        self._lock = Lock()
        self._made: OrderedDict[int, tuple[ReportFacts, T]] = OrderedDict()

    def __call__(self, facts: ReportFacts) -> T:
        """The file, made now or before."""
        # The report is held with its file: its number in memory cannot become another's meanwhile.
        with self._lock:
            found = self._made.get(id(facts))
            if found is not None:
                self._made.move_to_end(id(facts))
                return found[1]
        made = self._make(facts)
        with self._lock:
            self._made[id(facts)] = (facts, made)
            while len(self._made) > MOST:
                self._made.popitem(last=False)
        return made


docx_of = Once(render_docx)
ofd_of = Once(render_ofd)
pdf_of = Once(render_pdf)
pictures_of = Once(image_only_body)


def draw_files(content: Publications, day: date) -> None:
    """Make the files of everything that stands on that day, so that no request waits for it."""
    making: dict[str, Callable[[ReportFacts], object]] = {"docx": docx_of, "pdf": pdf_of, "ofd": ofd_of, "image": pictures_of}
    for host in content.by_host:
        for entry in content.shown(host, day):
            facts = entry.facts(day)
            if facts is not None and entry.carrier in making:
                making[entry.carrier](facts)
