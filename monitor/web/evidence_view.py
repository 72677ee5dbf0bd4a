"""What the evidence page shows of a cell's place: the page, the box in percent and in pixels, and the way to the next problem."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crawler.parsing.rendering.evidence import PageEvidence
from crawler.parsing.rendering.renderer import Renderer
from crawler.parsing.rendering.sheet import Place
from monitor.wording import place_name
from storage.domain.document import Box, Locator
from storage.domain.reports import ParsedReport

_NEAR_WIDTH, _NEAR_HEIGHT = 900, 300
"""The part of a page shown enlarged, in its own pixels; more where the box is larger."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A box in percent of the page, as the attributes of an SVG rectangle want it."""

    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class View:
    """The page of a cell, or why there is none (`fault`). `near` is the SVG view box of the enlarged part, in pixels of the page."""

    page: PageEvidence | None
    fault: str = ""
    box: Marked | None = None
    near: tuple[int, int, int, int] = (0, 0, 0, 0)
    exact: bool = True


class Pictures:
    """Renders for the pages; one per application."""

    def __init__(self) -> None:
        self.renderer = Renderer()

    def view(self, data: bytes, parsed: ParsedReport, name: str) -> View:
        """Where a cell stands. Raises ReadError where the original cannot be shown."""
        locators: dict[str, Locator] = {str(path): cell.at for path, cell in parsed.cells.items() if cell.at is not None}
        places = self.renderer.places(data, locators=locators, media_type=parsed.media_type)
        place = places.get(name)
        if place is None:
            return View(None, "原件中找不到这个位置，请打开原件核对。")
        page = self.renderer.page(data, page=place.page, media_type=parsed.media_type)
        return View(page, "", _marked(place.box), _near(place.box, page), place.exact and not _shared(places, place))


def _shared(places: Mapping[str, Place], place: Place) -> bool:
    """Whether several cells have the very same box: the borders between them are lost in the original."""
    return Counter((other.page, other.box) for other in places.values())[(place.page, place.box)] > 1


def _marked(box: Box) -> Marked:
    return Marked(*(f"{value * 100:.3f}%" for value in (box.left, box.top, box.right - box.left, box.bottom - box.top)))


def _near(box: Box, page: PageEvidence) -> tuple[int, int, int, int]:
    wide = min(page.width, max(_NEAR_WIDTH, int((box.right - box.left) * page.width) + 80))
    high = min(page.height, max(_NEAR_HEIGHT, int((box.bottom - box.top) * page.height) + 80))
    x = int((box.left + box.right) / 2 * page.width - wide / 2)
    y = int((box.top + box.bottom) / 2 * page.height - high / 2)
    return max(0, min(x, page.width - wide)), max(0, min(y, page.height - high)), wide, high


def ways(rows: Sequence[Mapping[str, Any]], name: str, home: str, parsed: ParsedReport) -> dict[str, dict[str, str] | None]:
    """Links to the cell with a problem before this one and after it, in the order of the problems."""
    order = list(dict.fromkeys(cell["path"] for row in rows for cell in row["cells"] if cell["path"] in parsed.cells))
    at = order.index(name) if name in order else -1
    before = order[at - 1] if at > 0 else None
    after = order[at + 1] if at + 1 < len(order) else None

    def link(path: str | None) -> dict[str, str] | None:
        return None if path is None else {"href": f"{home}/evidence?cell={path}", "words": place_name(path, parsed.form)}

    return {"before": link(before), "after": link(after)}
