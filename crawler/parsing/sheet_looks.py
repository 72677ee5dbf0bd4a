"""How the cells of a spreadsheet look: number formats, struck-out and white figures, and conditions that change all that. Pure.

Source: ECMA-376 part 1, 18.3.1.18 (conditional formats) and 18.8 (styles).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from crawler.parsing import number_formats, numbers, paleness, set_apart
from storage.domain.enums import CellKind

_NOTHING: dict[str, str] = {}
_WHITES = ("1", "9", "65")  # of the palette; the last is the ground of a window
_COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    "equal": operator.eq,
    "notEqual": operator.ne,
    "lessThan": operator.lt,
    "lessThanOrEqual": operator.le,
    "greaterThan": operator.gt,
    "greaterThanOrEqual": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Look:
    """How cells of one style look: number and code of the format, whether struck out, whether white on nothing."""

    number: int = 0
    code: str = ""
    struck: bool = False
    unseen: bool = False
    filled: bool = False


PLAIN = Look()


@dataclass(frozen=True, slots=True)
class Looks:
    """The looks cells name by number, and those that conditions put over them."""

    styles: Sequence[Look] = ()
    conditional: Sequence[Look] = ()

    def of(self, style: str) -> Look:
        """The look a cell names."""
        return self.styles[int(style)] if style.isdigit() and int(style) < len(self.styles) else PLAIN


def read(root: etree._Element | None) -> Looks:
    """What the style sheet of a workbook says."""
    if root is None:
        return Looks()
    codes = {e.get("numFmtId", ""): str(e.get("formatCode", "")) for e in root.iterfind("{*}numFmts/{*}numFmt")}
    fonts, fills = list(root.iterfind("{*}fonts/{*}font")), list(root.iterfind("{*}fills/{*}fill"))
    styles = []
    for xf in root.iterfind("{*}cellXfs/{*}xf"):
        number = n if (n := xf.get("numFmtId", "0")).isdigit() else "0"
        code = codes.get(number, number_formats.BUILT_IN.get(int(number), ""))
        styles.append(_look(int(number), code, _named(fonts, xf.get("fontId")), _named(fills, xf.get("fillId"))))
    conditional = []
    for told in root.iterfind("{*}dxfs/{*}dxf"):
        own = told.find("{*}numFmt")
        conditional.append(_look(0, str(own.get("formatCode", "")) if own is not None else "", told.find("{*}font"), told.find("{*}fill")))
    return Looks(styles, conditional)


def _named(elements: Sequence[etree._Element], number: str | None) -> etree._Element | None:
    return elements[int(number)] if number and number.isdigit() and int(number) < len(elements) else None


def _look(number: int, code: str, font: etree._Element | None, fill: etree._Element | None) -> Look:
    filled, pale = _filled(fill), font is not None and white(font.find("{*}color"))
    return Look(number, code, struck(font), pale and not filled, filled)


def struck(properties: etree._Element | None) -> bool:
    """Whether the properties of a font or run strike it out."""
    found = properties.find("{*}strike") if properties is not None else None
    return found is not None and found.get("val", "1") not in ("0", "false")


def white(colour: etree._Element | None) -> bool:
    """Whether a colour is white."""
    told: Mapping[str, str] = {str(k): str(v) for k, v in colour.attrib.items()} if colour is not None else _NOTHING
    if told.get("theme") == "0":  # white, made darker by a share
        share = _share(told.get("tint", "0"))
        return share is not None and paleness.is_pale(*[round(255 * (1 + min(share, 0.0)))] * 3)
    return paleness.is_pale_hex(told.get("rgb", "")) or told.get("indexed") in _WHITES


def _share(told: str) -> float | None:
    try:
        return float(told)
    except ValueError:
        return None


def _filled(fill: etree._Element | None) -> bool:
    if fill is None or len(fill) == 0:
        return False
    pattern = fill[0]
    if etree.QName(pattern).localname != "patternFill":
        return True
    colours = [colour for colour in (pattern.find("{*}fgColor"), pattern.find("{*}bgColor")) if colour is not None]
    return pattern.get("patternType", "solid" if colours else "none") != "none" and not all(map(white, colours[:1]))


@dataclass(frozen=True, slots=True)
class Condition:
    """A rule that may change the look of the cells in its areas (rows and columns from 0, both corners included)."""

    areas: tuple[tuple[int, int, int, int], ...]
    look: Look
    compare: Callable[[float, float], bool] | None = None
    bound: float = 0.0

    def holds(self, row: int, column: int, text: str) -> bool | None:
        """Whether the rule changes a cell of this figure; None where that cannot be told."""
        if not any(top <= row <= bottom and left <= column <= right for top, left, bottom, right in self.areas):
            return False
        try:
            return self.compare(float(text), self.bound) if self.compare else None
        except ValueError:
            return None


def conditions(root: etree._Element, looks: Looks, area: Callable[[str], tuple[int, int, int, int] | None]) -> list[Condition]:
    """The rules of a sheet that hide, strike out or otherwise set what cells show; those that only colour are no matter."""
    found = []
    for block in root.iterfind("{*}conditionalFormatting"):
        areas = tuple(place for name in block.get("sqref", "").split() if (place := area(name)) is not None)
        for rule in block.iterfind("{*}cfRule"):
            number = rule.get("dxfId", "")
            look = looks.conditional[int(number)] if number.isdigit() and int(number) < len(looks.conditional) else PLAIN
            if any(e.get("showValue") in ("0", "false") for e in rule):
                look = Look(unseen=True)
            if look.struck or look.unseen or look.code:
                compare, bound = _comparison(rule)
                found.append(Condition(areas, look, compare, bound))
    return found


def _comparison(rule: etree._Element) -> tuple[Callable[[float, float], bool] | None, float]:
    formulas = [e.text or "" for e in rule.iterfind("{*}formula")]
    try:
        return (_COMPARED.get(rule.get("operator", "")) if rule.get("type") == "cellIs" and len(formulas) == 1 else None), float(
            formulas[0]
        )
    except (IndexError, ValueError):
        return None, 0.0


def under(conditions: Sequence[Condition], row: int, column: int, stored: str, text: str, look: Look) -> str:
    """A cell's text under the sheet's conditions: what is hidden for sure is gone, what may be changed is a figure no more."""
    for condition in conditions:
        holds = condition.holds(row, column, stored)
        if holds is False:
            continue
        if holds and condition.look.unseen and not look.filled:
            return ""
        if holds and condition.look.struck:
            return set_apart.struck(text)
        return doubted(text, "条件格式")
    return text


def doubted(text: str, why: str) -> str:
    """A figure of which nobody can tell whether it is seen, as no figure with the reason; words stay as they are."""
    return text if numbers.read(text).kind in (CellKind.TEXT, CellKind.BLANK) else f"#{why} {text}"
