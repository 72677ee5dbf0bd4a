"""The six prescribed sections of a report, recognised by what their headings mean. Pure.

Shape: the text before the first heading comes as section 0 (empty `printed`) if there is any; then one Section per heading found,
in printed order, each number at most once. Table figures are no part of a section's text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from crawler.parsing import headings
from crawler.parsing.headings import Heading
from crawler.parsing.paragraphs import is_page_number, join, page_width
from storage.domain.document import Block, Document, Locator, TextBlock
from storage.domain.enums import Edition
from storage.domain.quick import quick
from storage.domain.reports import Section
from storage.forms.loader import form

_TABLE_START = re.compile(
    r"第二十条\s*第[（(]一[)）]项|信息内容\s*本年|[（(]本列数据的勾稽|申请人情况\s*自然人|行政复议\s*行政诉讼\s*(?:结果|未经)|一、本年新收政府信息公开申请数量"
)
_TABLE_NOTE = re.compile(r"(?:备注|说明|注)\s*[：:].*", re.DOTALL)
_LABEL_LINE = re.compile(
    r"[\d\s.,，．%/\\|—\-+]*|第二十条\s*第.项|第二十条第[（(].[)）]项|信息内容.*|.*本列数据的勾稽.*|于?第三项加第四项之和.*|申请人情况|自然人|法人或其他组织|总\s*计"
    r"|商业|企业|科研|机构|社会|公益|组织|法律|服务|其他|行政复议\s*行政诉讼.*|结果|维持|纠正|尚未|审结|未经复议直接起诉\s*复议后起诉"
    r"|[三本年度办理结果、\s]{1,12}|(?:[（(][一二三四五六七][)）])?[^。；]{2,60}?(?:\s+\d+){5,8}\s*|(?:规章|行政规范性文件|规范性文件|行政许可|行政处罚|行政强制|行政事业性收费)(?:\s+[\d.]+){1,3}\s*"
)
_FOOTER = re.compile(
    r"\s*(?:【?(?:打印|关闭|返回顶部|分享到|字体|纠错|收藏)|扫一扫|相关(?:链接|附件|文档|稿件|信息)|上一[篇条]|下一[篇条]|版权所有|主办(?:单位)?[：:]|承办[：:]"
    r"|网站(?:标识|地图)|[^，。]{0,6}ICP备|.{0,6}公网安备|附件[：:]?\s*$|友情链接|联系我们|责任编辑)"
)


@quick
@dataclass(frozen=True, slots=True)
class _Piece:
    """A line of text, or a stretch of a line between headings glued into it; `text` None is a table or picture."""

    text: str | None
    at: Locator
    heading: Heading | None = None


@dataclass(frozen=True, slots=True)
class Outline:
    """The lines of a document and which of them open a section."""

    pieces: list[_Piece]
    starts: list[int]


def outline(document: Document) -> Outline:
    """What `split` and `end_of_text` start from; given to both where both are asked."""
    pieces = _pieces(document.blocks)
    return Outline(pieces, _choose(pieces))


def split(document: Document, known: Outline | None = None) -> tuple[Section, ...]:
    """The sections of a document. Returns () if it has no text at all."""
    found = known or outline(document)
    pieces, starts = found.pieces, found.starts
    width = page_width([len(b.text) for b in document.blocks if isinstance(b, TextBlock)])
    bounds = [*starts, len(pieces)]
    sections = []
    if bounds[0] > 0:
        sections.append(_section(None, pieces[: bounds[0]], width))
    for start, end in pairwise(bounds):
        sections.append(_section(pieces[start], pieces[start + 1 : end], width))
    return tuple(s for s in sections if s.number or s.text)


def end_of_text(document: Document, known: Outline | None = None) -> tuple[str, ...]:
    """The text lines after the last section's heading (all lines where no heading is found); signatures stand there."""
    found = known or outline(document)
    return tuple(p.text for p in found.pieces[found.starts[-1] + 1 if found.starts else 0 :] if p.text)


def _pieces(blocks: tuple[Block, ...]) -> list[_Piece]:
    pieces: list[_Piece] = []
    for block in blocks:
        if not isinstance(block, TextBlock):
            pieces.append(_Piece(None, block.at))
            continue
        for line in block.text.split("\n"):
            if line.strip():
                pieces.extend(_line(line, block))
    return pieces


def _line(line: str, block: TextBlock) -> list[_Piece]:
    whole = headings.of_line(line, block.heading)
    if whole is not None:
        return [_Piece(line, block.at, whole)]
    if len(line) < 24:
        return [_Piece(line, block.at)]
    pieces, position = [], 0
    for start, end, heading in headings.in_line(line):
        if line[position:start].strip():
            pieces.append(_Piece(line[position:start], block.at))
        pieces.append(_Piece(line[start:end], block.at, heading))
        position = end
    if line[position:].strip():
        pieces.append(_Piece(line[position:], block.at))
    return pieces


def _choose(pieces: list[_Piece]) -> list[int]:
    """Positions of the real headings: the chain of rising section numbers that its typing and the text under it support best.

    A table of contents and the same six titles in an introduction lose because nothing stands under them.
    """
    marks = [i for i, p in enumerate(pieces) if p.heading]
    if any(p.heading and p.heading.weight >= 3 for p in pieces):
        plain = {p.heading.number for p in pieces if p.heading and p.heading.weight >= 3}
        marks = [i for i in marks if _weight(pieces[i]) >= 2 or _number(pieces[i]) not in plain]
    best: dict[int, tuple[float, list[int]]] = {}
    for i in marks:
        own = _weight(pieces[i]) + _substance(pieces, i)
        before = [best[j] for j in best if _number(pieces[j]) < _number(pieces[i])]
        score, chain = max(before, key=lambda b: (b[0], b[1]), default=(0.0, []))
        best[i] = (score + own, [*chain, i])
    if not best:
        return []
    _, chain = max(best.values(), key=lambda b: (b[0], b[1]))
    return sorted([*chain, *_out_of_order(pieces, marks, chain)])


def _out_of_order(pieces: list[_Piece], marks: list[int], chain: list[int]) -> list[int]:
    """Well typed headings of sections the rising chain lacks: printed in the wrong order, they are still there."""
    have = {_number(pieces[i]) for i in chain}
    extra: list[int] = []
    for i in marks:
        heading = pieces[i].heading
        if heading and heading.ordinal and heading.weight >= 4 and heading.number not in have and _substance(pieces, i) > 0:
            extra.append(i)
            have.add(heading.number)
    return extra


def _weight(piece: _Piece) -> int:
    return piece.heading.weight if piece.heading else 0


def _number(piece: _Piece) -> int:
    return piece.heading.number if piece.heading else 0


def _substance(pieces: list[_Piece], start: int) -> float:
    """1.5 where text or a table stands between this heading and the next, 0 in an enumeration of titles."""
    size = 0
    for piece in pieces[start + 1 :]:
        if piece.heading and piece.heading.number != _number(pieces[start]):
            break  # a subheading of the same meaning (五、存在的问题 over 一、存在的问题) is text under it
        size += 10 if piece.text is None else len(piece.text.strip())
        if size >= 8:
            return 1.5
    return 0.0


def _section(head: _Piece | None, body: list[_Piece], width: int) -> Section:
    number = _number(head) if head else 0
    lines: list[tuple[str, Locator]] = []
    for piece in body:
        if piece.text is None:
            lines.append(("", piece.at))
        elif number == 6 and _FOOTER.match(piece.text):
            break
        elif text := _prose(piece.text, number):
            lines.append((text, piece.at))
    text, places = _layout(lines, width)
    at = head.at if head else (body[0].at if body else Locator(""))
    printed = head.heading.printed if head and head.heading else ""
    return Section(number, _title(number), printed, text, at, places)


def _prose(text: str, number: int) -> str:
    """The running text of a line; table labels and figures that leaked into it removed in the sections that hold tables."""
    if number not in (2, 3, 4):
        return text
    if _LABEL_LINE.fullmatch(text.strip()) and not is_page_number(text):
        return ""
    start = _TABLE_START.search(text)
    if start is None:
        return text
    note = _TABLE_NOTE.search(text, start.end())
    return text[: start.start()] + (note[0] if note else "")


def _layout(lines: list[tuple[str, Locator]], width: int) -> tuple[str, tuple[tuple[int, Locator], ...]]:
    text, places = "", list[tuple[int, Locator]]()
    run: list[tuple[str, Locator]] = []
    for line, at in [*lines, ("", Locator(""))]:
        if line:
            run.append((line, at))
            continue
        for paragraph in join(run, width):
            offset = len(text) + (1 if text else 0)
            places.extend((offset + start, place) for start, place in paragraph.places)
            text += ("\n" if text else "") + paragraph.text
        run = []
    return text, tuple(places)


def _title(number: int) -> str:
    if not number:
        return ""
    return next(s.title for s in form(Edition.E2021).sections if s.number == number)
