"""What of a PDF page's text is seen: struck-out, covered and mirrored digits are none, and text in the colour of its ground is gone.

Only what is odd costs anything: colours of text objects that are also those of a ground, lines through the middle of digits, shapes drawn
over digits, digits that follow each other to the left.
"""

from __future__ import annotations

import ctypes
import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import pypdfium2 as pdfium
from pypdfium2 import raw

from crawler.parsing import set_apart
from crawler.parsing.drawn_pages import Page
from crawler.parsing.page_lines import Glyph
from crawler.parsing.pdfium import calls, covers
from crawler.parsing.pdfium.strokes import Area, Drawn
from crawler.parsing.pdfium.turn import Rectangle
from crawler.parsing.ruling import Stroke

_MODES_UNSEEN = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
_MODES_FILLED = (raw.FPDF_TEXTRENDERMODE_FILL, raw.FPDF_TEXTRENDERMODE_FILL_CLIP)
_WHITE = (255, 255, 255)
_NEAR = 8  # of 255: colours nearer than this are one to the eye
_FAINT = 10  # of 255: less opaque is not seen
_BAND = 0.22  # of a digit's height: a line nearer to its middle goes through it
_COVERED = 0.6  # of a digit's width
_MANY = 3  # digits that one line goes through are not in its way by chance
_PATCH = 0.05  # of the page: a larger shape over text is no patch, but drawn under a clip that is not looked at
_UNREAD = "\ufffd"
_Colour = tuple[int, int, int]
_SIZE = ctypes.sizeof(ctypes.c_uint)


def settle(page: pdfium.PdfPage, drawn: Page, objects: Drawn) -> None:
    """Take what is not seen from the drawn page, and spell what is seen otherwise than it reads."""
    digits = sorted(((g.top + g.bottom) / 2, i) for i, g in enumerate(drawn.glyphs) if g[0].isdigit())
    if not digits:
        return
    changed = _struck(drawn, digits) | dict.fromkeys(_slashed(objects.slants, digits, drawn.glyphs), _UNREAD)
    odd = _odd(objects)
    over = [area for area in (*objects.areas, *objects.forms) if area.after and not area.in_form and _is_patch(area, drawn)]
    under = [(i, area) for area in over for i in _inside(area.box, digits, drawn.glyphs)] if over else []
    backward, turned = _backward(drawn.glyphs, digits), _turned(objects.texts)
    unseen: set[int] = set()
    if odd or under or backward or turned:
        textpage = page.get_textpage()
        try:
            text = calls.address(textpage.raw)
            owners = _Owners(text, objects.texts, drawn.glyphs)
            if odd:
                unseen = _unseen(owners, drawn, objects, odd)
            changed |= _covered(page, under, owners)
            if turned:
                changed |= {i: _UNREAD for _, i in digits if owners.of(i) in turned}
            if backward:
                changed |= {i: _UNREAD for _, i in digits if _is_mirrored(text, drawn.glyphs[i])}
        finally:
            textpage.close()
    figures = _annotated(page, drawn, digits, changed)
    if unseen or changed or figures:
        kept = (g._replace(char=changed[i]) if i in changed else g for i, g in enumerate(drawn.glyphs) if i not in unseen)
        drawn.glyphs[:] = [*kept, *figures]


class _Owners:
    """Which text object, by its place in drawing order, a glyph belongs to; -1 where it is none of the page's."""

    def __init__(self, text: calls.Address, texts: Sequence[calls.Address], glyphs: Sequence[Glyph]) -> None:
        self._text, self._glyphs = text, glyphs
        self._order = {item: i for i, item in enumerate(texts)}

    def of(self, index: int) -> int:
        """The place of a glyph's object."""
        return self._order.get(calls.text_object(self._text, self._glyphs[index].number) or 0, -1)


def _struck(drawn: Page, digits: Sequence[tuple[float, int]]) -> dict[int, str]:
    """Digits that a line goes through, spelled as such; those lines are none of a table's."""
    found: dict[int, str] = {}
    lines: list[Stroke] = []
    for stroke in drawn.across:
        hit = [i for i in _near(stroke.at, digits, drawn.glyphs) if _crosses(stroke, drawn.glyphs[i])]
        if hit and (len(hit) >= _MANY or _only_strikes(stroke, drawn.glyphs)):
            found |= {i: set_apart.struck(drawn.glyphs[i].char) for i in hit}
            lines.append(stroke)
    if lines:
        drawn.across[:] = [stroke for stroke in drawn.across if stroke not in lines]
    return found


def _near(at: float, digits: Sequence[tuple[float, int]], glyphs: Sequence[Glyph]) -> Iterator[int]:
    """Digits near whose middle a height is; none is taller than 60 points."""
    for k in range(bisect_left(digits, (at - 60 * _BAND, -1)), len(digits)):
        middle, i = digits[k]
        if middle > at + 60 * _BAND:
            return
        if abs(middle - at) <= _BAND * (glyphs[i].bottom - glyphs[i].top):
            yield i


def _crosses(stroke: Stroke, glyph: Glyph) -> bool:
    return min(stroke.high, glyph.right) - max(stroke.low, glyph.left) >= _COVERED * (glyph.right - glyph.left)


def _only_strikes(stroke: Stroke, glyphs: Sequence[Glyph]) -> bool:
    """Whether a line is about as long as what it goes through; the border of a row that is too low for its text is longer."""
    hit = [g for g in glyphs if abs(g.middle - stroke.at) <= 2 * _BAND * (g.bottom - g.top) and _crosses(stroke, g)]
    left, right = min(g.left for g in hit), max(g.right for g in hit)
    return stroke.high - stroke.low <= right - left + max(g.bottom - g.top for g in hit)


def _colour(item: calls.Address, box: ctypes.Array[ctypes.c_uint]) -> tuple[_Colour, int] | None:
    """Colour and opacity an object is filled with; None for a pattern."""
    at = ctypes.addressof(box)
    if not calls.fill_colour(item, at, at + _SIZE, at + 2 * _SIZE, at + 3 * _SIZE):
        return None
    red, green, blue, opacity = box[:]
    return (red, green, blue), opacity


def _odd(objects: Drawn) -> dict[int, _Colour | None]:
    """Texts, by their place, that may not be seen: with the colour of a ground, or None where they are invisible anyway."""
    box = (ctypes.c_uint * 4)()
    shapes = {told[0] for area in objects.areas if area.shape and (told := _colour(area.shape, box)) is not None}
    grounds = [_WHITE, *shapes]
    plain: set[_Colour] = set()
    found: dict[int, _Colour | None] = {}
    for i, item in enumerate(objects.texts):
        mode, told = calls.render_mode(item), _colour(item, box)
        if mode in _MODES_UNSEEN or (told is not None and told[1] < _FAINT and mode in _MODES_FILLED):
            found[i] = None
        elif told is not None and told[0] not in plain and mode in _MODES_FILLED:
            if any(_alike(told[0], ground) for ground in grounds):
                found[i] = told[0]
            else:
                plain.add(told[0])
    return found


def _alike(one: _Colour, other: _Colour) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= _NEAR


def _unseen(owners: _Owners, drawn: Page, objects: Drawn, odd: Mapping[int, _Colour | None]) -> set[int]:
    """Glyphs nobody sees. A page that is mostly invisible is a picture or outlines under its text: recognised, or called garbled."""
    of = {i: owner for i in range(len(drawn.glyphs)) if (owner := owners.of(i)) in odd}
    invisible = {i for i, owner in of.items() if odd[owner] is None}
    if 2 * len(invisible) > len(drawn.glyphs):
        drawn.garbled = drawn.garbled or not drawn.pictures
        return set(range(len(drawn.glyphs))) if drawn.garbled else set()
    gone = {i for i in invisible if not any(_holds(box, drawn.glyphs[i]) for box in drawn.pictures)}
    box = (ctypes.c_uint * 4)()
    for i in of.keys() - invisible:
        colour, ground = odd[of[i]], _ground(objects.areas, of[i], drawn.glyphs[i], box)
        if colour is not None and ground is not None and _alike(colour, ground):
            gone.add(i)
    return gone


def _ground(areas: Sequence[Area], owner: int, glyph: Glyph, box: ctypes.Array[ctypes.c_uint]) -> _Colour | None:
    """The colour of what lies right under a glyph; white where nothing does, None where that cannot be told."""
    for area in reversed(areas):
        if area.after <= owner and _holds(area.box, glyph):
            told = _colour(area.shape, box) if area.shape else None
            return told[0] if told is not None and told[1] == _WHITE[0] else None
    return _WHITE


def _holds(box: tuple[float, float, float, float], glyph: Glyph) -> bool:
    return box[0] <= (glyph.left + glyph.right) / 2 <= box[2] and box[1] <= glyph.middle <= box[3]


def _inside(box: Rectangle, digits: Sequence[tuple[float, int]], glyphs: Sequence[Glyph]) -> list[int]:
    """Digits in a box."""
    _, top, _, bottom = box
    return [i for _, i in digits[bisect_left(digits, (top, -1)) : bisect_left(digits, (bottom, -1))] if _holds(box, glyphs[i])]


def _is_patch(area: Area, drawn: Page) -> bool:
    left, top, right, bottom = area.box
    return (right - left) * (bottom - top) <= _PATCH * drawn.width * drawn.height


def _covered(page: pdfium.PdfPage, under: Sequence[tuple[int, Area]], owners: _Owners) -> dict[int, str]:
    """Digits over which something opaque was drawn later."""
    opaque: dict[Area, bool] = {}
    found: dict[int, str] = {}
    for i, area in under:
        if i in found or not 0 <= owners.of(i) < area.after:
            continue
        if area not in opaque:
            opaque[area] = _is_opaque(page, area)
        if opaque[area]:
            found[i] = _UNREAD
    return found


def _is_opaque(page: pdfium.PdfPage, area: Area) -> bool:
    if area.picture:
        of_form = calls.kind_of(area.picture) == raw.FPDF_PAGEOBJ_FORM
        return covers.form_hides(page, area.picture) if of_form else covers.is_opaque(page, area.picture)
    if not area.shape or calls.has_transparency(area.shape):
        return False
    told = _colour(area.shape, (ctypes.c_uint * 4)())
    return told is not None and told[1] == _WHITE[0]


def _slashed(slants: Sequence[Rectangle], digits: Sequence[tuple[float, int]], glyphs: Sequence[Glyph]) -> Iterator[int]:
    """Digits through whose middle a slanting line goes."""
    for x0, y0, x1, y1 in slants:
        box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        length = math.hypot(x1 - x0, y1 - y0)
        for i in _inside(box, digits, glyphs):
            glyph = glyphs[i]
            x, y = (glyph.left + glyph.right) / 2, glyph.middle
            if abs((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)) <= _BAND * (glyph.bottom - glyph.top) * length:
                yield i


def _turned(texts: Sequence[calls.Address]) -> set[int]:
    """Texts, by their place, that stand on their heads beside others that do not."""
    matrix = raw.FS_MATRIX()
    at, get = ctypes.addressof(matrix), calls.matrix
    ways = [(matrix.a < 0) if get(item, at) and matrix.a else None for item in texts]
    over = {i for i, way in enumerate(ways) if way}
    return over if 2 * len(over) < len(texts) else {i for i, way in enumerate(ways) if way is False}


def _annotated(page: pdfium.PdfPage, drawn: Page, digits: Sequence[tuple[float, int]], changed: dict[int, str]) -> list[Glyph]:
    """Marks for the figures annotations print; digits under annotations that cover or cross them out are put among the changed."""
    found: list[Glyph] = []
    for box, is_figure in covers.annotated(page):
        left, top, right, bottom = box
        if not _is_patch(Area(box, 0, 0, in_form=False), drawn):
            continue
        changed |= dict.fromkeys(_inside(box, digits, drawn.glyphs), _UNREAD)
        if is_figure:
            x, y = (left + right) / 2, (top + bottom) / 2
            found.append(Glyph(_UNREAD, x - 2, y - 4, x + 2, y + 4, -1))
    return found


def _backward(glyphs: Sequence[Glyph], digits: Sequence[tuple[float, int]]) -> bool:
    """Whether digits that follow each other in the file stand beside each other the other way round."""
    ordered = sorted(i for _, i in digits)
    for i, k in pairwise(ordered):
        a, b = glyphs[i], glyphs[k]
        if b.number == a.number + 1 and b.left < a.left and a.left - b.right < b.bottom - b.top and abs(b.middle - a.middle) < 1:
            return True
    return False


def _is_mirrored(text: calls.Address, glyph: Glyph) -> bool:
    matrix = raw.FS_MATRIX()
    return bool(calls.char_matrix(text, glyph.number, ctypes.addressof(matrix))) and matrix.a * matrix.d - matrix.b * matrix.c < 0
