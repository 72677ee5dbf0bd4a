"""Pages of foreign files rendered in a child process with limits, and the last pages kept: what other processes call."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping

from crawler.parsing.rendering import evidence
from crawler.parsing.rendering.evidence import PageEvidence
from crawler.parsing.rendering.sheet import Place
from crawler.parsing.sandbox import Child, Limits
from storage.domain.document import Locator, Problem
from storage.domain.errors import NianbaoError, NotFoundError, ReadError

LIMITS = Limits(cpu_seconds=30, wall_seconds=45.0, memory_mb=2048, answer_mb=8, reports_per_child=500)
_KEPT_PAGES = 48  # of at most 300 kB each
_KEPT_PLACES = 64


class Renderer:
    """Pictures of pages and places of locators. Safe across threads: one child does the work, one request after another."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._child = Child(_work, limits)
        self._lock = threading.Lock()
        self._pages: OrderedDict[tuple[str, int], PageEvidence] = OrderedDict()
        self._places: OrderedDict[tuple[str, str], dict[str, Place]] = OrderedDict()

    def page(self, data: bytes, *, page: int, media_type: str = "") -> PageEvidence:
        """One page, without boxes. Raises NotFoundError where there is no such page, ReadError where nothing can be shown."""
        key = hashlib.sha256(data).hexdigest(), page
        with self._lock:
            found = self._pages.get(key)
            if found is None:
                answer = self._ask(data, "page", page, media_type)
                assert isinstance(answer, PageEvidence)
                found = self._pages[key] = answer
                while len(self._pages) > _KEPT_PAGES:
                    self._pages.popitem(last=False)
            self._pages.move_to_end(key)
            return found

    def places(self, data: bytes, *, locators: Mapping[str, Locator], media_type: str = "") -> Mapping[str, Place]:
        """Page and box of each locator that can be found, by the caller's names. Raises ReadError."""
        key = hashlib.sha256(data).hexdigest(), _digest(locators)
        with self._lock:
            found = self._places.get(key)
            if found is None:
                answer = self._ask(data, "places", dict(locators), media_type)
                assert isinstance(answer, dict)
                found = self._places[key] = answer
                while len(self._places) > _KEPT_PLACES:
                    self._places.popitem(last=False)
            self._places.move_to_end(key)
            return found

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._child.close()

    def _ask(self, data: bytes, *rest: object) -> object:
        answer = self._child.ask(data, *rest)
        if isinstance(answer, Problem):
            raise (NotFoundError if answer.code == NotFoundError.code else ReadError)(
                answer.message, kept="原件没有改动。", advice="请打开原件核对。"
            )
        return answer


def _digest(locators: Mapping[str, Locator]) -> str:
    lines = sorted(f"{name}\x1f{at}\x1f{at.page}" for name, at in locators.items())
    return hashlib.sha256("\x1e".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def _work(data: bytes, what: str, which: int | Mapping[str, Locator], media_type: str) -> PageEvidence | dict[str, Place] | Problem:
    """In the child. Foreign bytes break vendors in ways no list foresees: every failure becomes an answer."""
    try:
        if isinstance(which, int):
            return evidence.render_page(data, page=which, media_type=media_type)
        return evidence.locate(data, locators=which, media_type=media_type)
    except NianbaoError as error:
        return Problem(error.code, error.message)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - as said above
        return Problem("render-failed", f"原件无法显示：{type(error).__name__}")
