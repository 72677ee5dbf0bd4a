"""A report split over several pages as one document: the further pages put behind the first, without the frame they share. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from storage.domain.document import Block, Document, GridBlock, Locator, TextBlock

_PAGER = re.compile(r"(?:首页|尾页|末页|最后一页|[上下前后]一?页|[共第]?\s*\d{1,2}\s*页|\d{1,2}|[\s\[\]()（）|/<>«»…,，])+")


def joined(first: Document, further: Sequence[Document]) -> Document:
    """One document of all pages. What the pages begin and end with alike is the portal's frame: it stays once, before and after the whole.

    Places on a further page are named `part:2/…`, so that none is taken for one of the first page.
    """
    if not further:
        return first
    pages = [list(document.blocks) for document in (first, *further)]
    head = _alike(pages)
    tail = _alike([page[head:][::-1] for page in pages])
    blocks = [*pages[0][:head], *_unturned(pages[0][head : len(pages[0]) - tail])]
    for number, page in enumerate(pages[1:], 2):
        blocks += [_moved(block, number) for block in _unturned(page[head : len(page) - tail])]
    blocks += pages[0][len(pages[0]) - tail :]
    problems = tuple(problem for document in (first, *further) for problem in document.problems)
    recognised = {f"part:{number}/{path}" for number, document in enumerate(further, 2) for path in document.recognised}
    return replace(first, blocks=tuple(blocks), problems=tuple(dict.fromkeys(problems)), recognised=first.recognised | recognised)


def _alike(pages: Sequence[Sequence[Block]]) -> int:
    """How many blocks of text the pages begin with alike."""
    count = 0
    for together in zip(*pages, strict=False):
        words = {block.text.strip() if isinstance(block, TextBlock) else None for block in together}
        if len(words) > 1 or None in words:
            break
        count += 1
    return count


def _unturned(blocks: Sequence[Block]) -> Sequence[Block]:
    """The blocks without the words of the pager under them."""
    end = len(blocks)
    while end and isinstance(last := blocks[end - 1], TextBlock) and "页" in last.text and _PAGER.fullmatch(last.text):
        end -= 1
    return blocks[:end]


def _moved(block: Block, number: int) -> Block:
    at = _at(block.at, number)
    if isinstance(block, GridBlock):
        return replace(block, at=at, cells=tuple(replace(cell, at=_at(cell.at, number)) for cell in block.cells))
    return replace(block, at=at)


def _at(place: Locator, number: int) -> Locator:
    return replace(place, path=f"part:{number}/{place.path}")
