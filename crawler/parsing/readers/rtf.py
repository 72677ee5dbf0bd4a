r"""RTF as word processors save it: running text, tables from \cell, \row and \cellx, hidden and deleted text left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from crawler.parsing import marks, rtf_grounds, set_apart
from crawler.parsing.flowing_tables import UNREAD, Edge, Flow, RowShape
from crawler.parsing.rtf_grounds import Grounds
from crawler.parsing.rtf_tokens import Token, Tokens
from crawler.parsing.set_apart import Part, Spelling
from storage.domain.document import Document
from storage.domain.errors import Corrupt

MEDIA_TYPES: tuple[str, ...] = ("application/rtf", "text/rtf")

_SILENT = frozenset(
    [
        "fonttbl",
        "colortbl",
        "stylesheet",
        "info",
        "header",
        "headerl",
        "headerr",
        "headerf",
        "footer",
        "footerl",
        "footerr",
        "footerf",
        "footnote",
        "annotation",
        "xe",
        "tc",
        "txe",
        "rxe",
        "pict",
        "objdata",
        "nonshppict",
        "nonesttables",
        "upr",
        "fldinst",
        "themedata",
        "datastore",
        "listtable",
        "listoverridetable",
        "rsidtbl",
        "xmlnstbl",
        "generator",
        "sp",
    ]
)
_HEARD = frozenset(
    {"shptxt", "ud", "nesttableprops", "shppict", "shpinst", "fldrslt"}
)  # may stand behind \* or in a silent group, yet are shown


_PRINTED = frozenset({"pict", "objdata", "mmath", "moMath", "fldinst"})
_LOOKS: dict[str, Callable[[bool], dict[str, Any]]] = {  # what a word changes of how text looks, by whether it is switched on
    "v": lambda on: {"hidden": on},
    "deleted": lambda on: {"deleted": on},
    "strike": lambda on: {"struck": on},
    "striked": lambda on: {"struck": on},
    "super": lambda on: {"script": set_apart.raised if on else None},
    "sub": lambda on: {"script": set_apart.lowered if on else None},
    "up": lambda on: {"script": set_apart.raised if on else None},
    "dn": lambda on: {"script": set_apart.lowered if on else None},
    "nosupersub": lambda _: {"script": None},
    "plain": lambda _: {"hidden": False, "deleted": False, "struck": False, "script": None, "white": False, "ground": frozenset()},
}


def sniff(data: bytes) -> bool:
    """Whether these bytes are RTF."""
    return marks.of(data) == "rtf"


@dataclass(frozen=True)
class _State:
    """What a group inherits: whether its text is shown, and where in tables it stands."""

    silent: bool = False
    hidden: bool = False
    deleted: bool = False
    starred: bool = False
    struck: bool = False
    script: Spelling | None = None
    white: bool = False
    ground: frozenset[str] = frozenset()  # its characters stand on a colour of their own


@dataclass
class _Walk:
    grounds: Grounds = field(default_factory=Grounds)
    flow: Flow = field(default_factory=Flow)
    states: list[_State] = field(default_factory=lambda: [_State()])
    text: list[Part] = field(default_factory=list)
    in_table: bool = False
    depth: int = 0
    heading: int = 0
    left: int = 0
    edges: list[Edge] = field(default_factory=list)
    joins_left: bool = False
    joins_above: bool = False

    @property
    def level(self) -> int:
        """Depth in tables of the text being read."""
        return max(self.depth, 1) if self.in_table else self.depth

    def take(self) -> str:
        """The text gathered since the last mark."""
        text, self.text = set_apart.spelled(self.text), []
        return text

    def change(self, **values: Any) -> None:
        """Change the state of the innermost group."""
        self.states[-1] = replace(self.states[-1], **values)


def read(data: bytes) -> Document:
    """Read an RTF file. Raises Corrupt where it is cut off or empty, TooLarge."""
    walk = _Walk(Grounds(rtf_grounds.whites(data)))
    closed = False
    for token in Tokens(data):
        closed = closed or _token(walk, token)
        if closed:
            break
    text = walk.take()
    if text.strip():
        walk.flow.paragraph(walk.level, text)
    if not closed:
        raise Corrupt("RTF 文件不完整", advice="请重新下载原件")
    blocks = walk.flow.finish()
    if not blocks:
        raise Corrupt("文档是空白的")
    return Document(MEDIA_TYPES[0], blocks)


def _token(walk: _Walk, token: Token) -> bool:
    """Take one token in; True where it closed the document."""
    state = walk.states[-1]
    if token.kind == "text":
        _text(walk, token.name, state)
    elif token.kind == "open":
        walk.states.append(replace(state, starred=False))
    elif token.kind == "close":
        walk.states.pop()
        if len(walk.states) <= 1:
            return True
    elif token.name == "*":
        walk.change(starred=True)
    elif token.name in _HEARD:
        walk.change(silent=False, starred=False)
    elif state.starred or token.name in _SILENT:
        _hush(walk, token.name)
    elif not state.silent:
        _word(walk, token)
    return False


def _text(walk: _Walk, text: str, state: _State) -> None:
    if state.silent or state.hidden or state.deleted:
        return
    seen = walk.grounds.seen(walk.level) if state.white and not state.ground else True
    if seen is not False:
        walk.text.append((text, set_apart.unsure if seen is None else set_apart.struck if state.struck else state.script))


def _hush(walk: _Walk, name: str) -> None:
    """Enter a group whose text is not shown; a picture, a formula or a field leaves its place."""
    if name in _PRINTED and not walk.states[-1].silent:
        walk.text.append((UNREAD, None))
        if name == "pict":
            walk.flow.picture()
    walk.change(silent=True, starred=False)


def _word(walk: _Walk, token: Token) -> None:
    name, number = token.name, token.number
    if name in _ROW_WORDS:
        _row_word(walk, name, number or 0)
    elif name in ("par", "cell", "nestcell", "row", "nestrow", "sect", "page"):
        _mark(walk, name)
    elif name in _PARAGRAPH_WORDS:
        _paragraph_word(walk, name, number)
    elif name in _LOOKS:
        walk.change(**_LOOKS[name](number != 0))
    elif name == "cf":
        walk.change(white=(number or 0) in walk.grounds.whites)
    elif name in rtf_grounds.CHARACTERS:
        others = walk.states[-1].ground - {name}
        walk.change(ground=others | {name} if walk.grounds.sets(name, number) else others)
    elif name in ("line", "tab"):
        walk.text.append(("\n" if name == "line" else "\t", None))


_PARAGRAPH_WORDS = frozenset({"pard", "intbl", "itap", "outlinelevel", *rtf_grounds.PARAGRAPH})


def _paragraph_word(walk: _Walk, name: str, number: int | None) -> None:
    if name == "pard":
        walk.in_table, walk.depth, walk.heading, walk.grounds.paragraph = False, 0, 0, False
    elif name == "intbl":
        walk.in_table = True
    elif name == "itap":
        walk.depth = max(0, number or 0)
    elif name == "outlinelevel":
        walk.heading = number + 1 if number is not None and 0 <= number < 9 else walk.heading
    else:
        walk.grounds.paragraph = walk.grounds.paragraph or walk.grounds.sets(name, number)


def _mark(walk: _Walk, name: str) -> None:
    """The end of a paragraph, cell or row."""
    text = walk.take()
    if name in ("cell", "nestcell"):
        depth = 1 if name == "cell" else max(2, walk.depth)
        walk.flow.paragraph(depth, text)
        walk.flow.end_cell(depth)
        walk.grounds.end_cell(depth)
    elif name in ("row", "nestrow"):
        depth = 1 if name == "row" else max(2, walk.depth)
        if text.strip():
            walk.flow.paragraph(depth, text)
        walk.grounds.end_row(depth)
        walk.flow.end_row(depth, RowShape(walk.left, tuple(walk.edges)) if walk.edges else None)
    elif text.strip() or name == "par":
        walk.flow.paragraph(walk.level, text, walk.heading)


_ROW_WORDS = frozenset({"trowd", "trleft", "cellx", "clvmgf", "clvmrg", "clmgf", "clmrg", *rtf_grounds.CELL})


def _row_word(walk: _Walk, name: str, number: int) -> None:
    walk.grounds.row_word(name, number)
    if name == "trowd":
        walk.left, walk.edges, walk.joins_left, walk.joins_above = 0, [], False, False
    elif name == "trleft":
        walk.left = number
    elif name == "clmrg":
        walk.joins_left = True
    elif name == "clvmrg":
        walk.joins_above = True
    elif name == "cellx":
        walk.edges.append(Edge(number, walk.joins_left, walk.joins_above))
        walk.joins_left = walk.joins_above = False
