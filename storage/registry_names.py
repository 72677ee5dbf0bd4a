"""Whose name is it: which body a row of a registry table speaks of, and which one it names as its parent. Pure.

A name alone decides only where one body bears it. What looks like a body known under another spelling is left to a person: two
entries of one body would owe two reports.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from storage.bodies import make_id
from storage.domain.enums import Labelled
from storage.domain.ids import BodyId
from storage.registry_rows import RowError
from storage.statements import clean_name


class Action(Labelled):
    """What an imported row does."""

    ADDED = "added", "新增"
    UPDATED = "updated", "更新"
    SAME = "same", "跳过"
    CONFLICT = "conflict", "冲突"
    DOUBTFUL = "doubtful", "可能重复"
    ERROR = "error", "错误"


class Stopped(RowError):
    """A row that may be right, but that a person has to look at."""

    def __init__(self, action: Action, message: str) -> None:
        super().__init__(message)
        self.action = action


@dataclass(slots=True)
class Names:
    """Whose names these are. A body of a row is known here before its other values are."""

    own: dict[str, dict[BodyId, None]] = field(default_factory=lambda: defaultdict(dict))
    other: dict[str, dict[BodyId, None]] = field(default_factory=lambda: defaultdict(dict))
    codes: dict[BodyId, str] = field(default_factory=dict)
    alike: dict[tuple[str, str], BodyId] = field(default_factory=dict)
    called: dict[BodyId, str] = field(default_factory=dict)

    def add(self, body_id: BodyId, name: str, code: str, aliases: Sequence[str] = ()) -> None:
        """A body and what it is called."""
        self.own[name].setdefault(body_id)
        self.called[body_id] = name
        self.codes[body_id] = code or self.codes.get(body_id, "")
        self.alike.setdefault((self.codes[body_id], skeleton(name)), body_id)
        for alias in aliases:
            self.other[alias].setdefault(body_id)

    def named(self, given: str, name: str, code: str, *, allow_similar: bool) -> BodyId:
        """By its id where one is given, else the only body of that name, in that division if one is given; else a new one."""
        same = [one for one in self.own.get(name, ()) if not code or self.codes[one] in {code, ""}]
        if given:
            twin = next((one for one in same if one != given and self.codes[one] == code), None)
            if twin is not None and self.called.get(BodyId(given)) != name:
                raise Stopped(Action.CONFLICT, f"同名同地区的单位已有编号：{twin}")
            return BodyId(given)
        if len(same) > 1:
            raise RowError(f"有 {len(same)} 个单位叫这个名字，请用编号或地区代码区分")
        return same[0] if same else self._new(name, code, allow_similar=allow_similar)

    def _new(self, name: str, code: str, *, allow_similar: bool) -> BodyId:
        borne = [one for one in self.other.get(name, ()) if not code or self.codes[one] == code]
        like = borne[0] if borne else self.alike.get((code, skeleton(name)))
        if like is not None and not allow_similar:
            known = self.called[like]
            how = "这是它的别名" if borne else f"相似 {SequenceMatcher(None, name, known).ratio():.0%}"
            raise Stopped(Action.DOUBTFUL, f"名录中已有{known}（编号 {like}，{how}）；同一单位请填其编号，不是则加 --allow-similar")
        return make_id(code, name)

    def parent(self, name: str, body_id: BodyId, code: str) -> BodyId | None:
        """The body named as a parent, by id or name; of several the one whose division holds this one. Raises RowError."""
        if not name:
            return None
        if name in self.called:
            return BodyId(name)
        found = [one for one in (self.own.get(name) or self.other.get(name) or ()) if one != body_id]
        if len(found) > 1:
            found = [one for one in found if code and holds(self.codes[one], code)] or found
        if not found:
            raise RowError(f"上级单位不在名录中：{name}")
        if len(found) > 1:
            raise RowError(f"上级单位不唯一，请填写其编号：{name}（{'、'.join(found[:5])}）")
        return found[0]


def skeleton(name: str) -> str:
    """A name without what offices write now and then: brackets, and the long forms of common words."""
    short = re.sub(r"\(.*?\)", "", clean_name(name))
    for long, brief in (("人民政府", "政府"), ("办公室", "办"), ("委员会", "委"), ("管理局", "局"), ("关于", "")):
        short = short.replace(long, brief)
    return short


def holds(code: str, below: str) -> bool:
    """Whether a division holds another: 330000 holds 330100 and 330106, and each holds itself."""
    if len(code.rstrip("0")) > 6:
        return below.startswith(code.rstrip("0"))
    return bool(code) and below.startswith(code[:6].removesuffix("00").removesuffix("00"))
