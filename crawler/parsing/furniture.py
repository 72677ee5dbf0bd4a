"""What a page prints around its text: page numbers, the address and the title a browser puts on every sheet. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from storage.domain.document import Block, TextBlock

_FOLIO = re.compile(r"\s*(?:[-—–－]+\s*\d{1,3}\s*[-—–－]+|第\s*\d{1,3}\s*页(?:\s*[,，/]?\s*共\s*\d{1,3}\s*页)?)\s*\Z")
_ADDRESS = re.compile(r"\s*(?:https?|file)://\S+(?:\s+\d{1,3}\s*/\s*\d{1,3})?\s*\Z", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_NEAR = 5  # lines: address, sheet number, date and title stand together, each on a line of its own in some extractions


def furniture(blocks: Sequence[Block]) -> frozenset[int]:
    """Indexes of the text blocks that belong to the page and not to the report.

    A line with a figure in it that comes back beside page numbers or addresses, digits apart, is a running head (browsers print date, title
    and sheet number there); a figure alone never is.
    """
    sure = [
        i for i, block in enumerate(blocks) if isinstance(block, TextBlock) and (_FOLIO.match(block.text) or _ADDRESS.match(block.text))
    ]
    if not sure:
        return frozenset()
    shapes = [_shape(block.text) if isinstance(block, TextBlock) else "" for block in blocks]
    beside = {
        i for s in sure for i in range(max(0, s - _NEAR), min(len(blocks), s + _NEAR + 1)) if "#" in shapes[i] and len(shapes[i]) >= 3
    }
    often = Counter(shapes[i] for i in beside)
    return frozenset(sure) | {i for i in beside if often[shapes[i]] >= 2 and _is_head(shapes[i])}


def _shape(text: str) -> str:
    return " ".join(_DIGITS.sub("#", text).split())


def _is_head(shape: str) -> bool:
    """Whether a line that came back may be a running head: not one that ends in a figure of its own, as the rows of a table do."""
    return shape == "#/#" or (len(shape) >= 12 and not shape.endswith((" #", " -", " /")) and not set(shape) <= set("# .,/-"))
