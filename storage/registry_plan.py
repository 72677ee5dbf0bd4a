"""What the rows of a registry table would do to the registry: one word per row, and the registry as it would stand. No writing.

Rows may come in any order: a body's parent may stand below it, or come with another row of the same table. Several rows may speak of one
body (one per portal); where they contradict each other, both cannot be meant.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from storage.bodies import cleaned
from storage.domain.enums import BodyKind, BodyLevel
from storage.domain.ids import BodyId, PortalId
from storage.domain.registry import SUBSITE, Body, Portal
from storage.registry_names import Action, Names, Stopped
from storage.registry_rows import RowError, address_of, check, code_of, delay_of, kind_of, level_of, name_of
from storage.registry_table import Row
from storage.statements import clean_name, url_of

NO_PORTAL = "没有网址：暂按“无法判断”处理，补上网址后才会查找"
_ONE_VALUE = ("单位名称", "地区代码", "类型", "层级", "系统", "上级", "联络人", "邮箱", "免报原因")


STOPPING = frozenset({Action.CONFLICT, Action.DOUBTFUL, Action.ERROR})
"""One row of these and nothing at all is written."""


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row; `line` counts from 1 with the heading, as a spreadsheet shows it."""

    line: int
    name: str
    action: Action
    message: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A list page as it stands or would stand. An empty family is found out at the first visit."""

    family: str = ""
    tier: str = "http"
    params: Mapping[str, str] = field(default_factory=dict)
    body_ids: frozenset[BodyId] = frozenset()


@dataclass(slots=True)
class Registry:
    """Bodies, portals and list pages, the latter by portal and address."""

    bodies: dict[BodyId, Body]
    portals: dict[PortalId, Portal]
    places: dict[tuple[PortalId, str], Place]

    def copy(self) -> Registry:
        """The same, to be changed."""
        return Registry(dict(self.bodies), dict(self.portals), dict(self.places))


@dataclass(slots=True)
class Plan:
    """The rows' results, and the registry before and after them."""

    before: Registry
    after: Registry
    results: list[RowResult] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether every row can be taken."""
        return all(row.action not in STOPPING for row in self.results)


def plan(registry: Registry, rows: Sequence[Row], *, families: Collection[str] = (), allow_similar: bool = False) -> Plan:
    """What these rows would do. `families` are the known ways of reading a list, empty for "not checked"."""
    work = _Work(Plan(registry, registry.copy()), families, allow_similar)
    drafts = [work.identify(row) for row in rows]
    for row, draft in zip(rows, drafts, strict=True):
        work.take(row, draft)
    work.refuse_circles()
    return work.plan


@dataclass(slots=True)
class _Work:
    plan: Plan
    families: Collection[str]
    allow_similar: bool
    names: Names = field(default_factory=Names)
    said: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    governments: dict[str, BodyId] = field(default_factory=dict)
    by_line: dict[BodyId, int] = field(default_factory=dict)
    placed: set[BodyId] = field(default_factory=set)

    def __post_init__(self) -> None:
        for body in self.plan.before.bodies.values():
            self.names.add(body.id, body.name, body.division_code, body.aliases)
            if _governs(body):
                self.governments.setdefault(body.division_code, body.id)
        self.placed = {body_id for place in self.plan.before.places.values() for body_id in place.body_ids}

    def identify(self, row: Row) -> BodyId | RowError:
        """Which body a row speaks of, known or new; its name is known to all rows from then on."""
        try:
            check(row, self.families)
            name, code = name_of(row), code_of(row)
            found = self.names.named(row["编号"], name, code, allow_similar=self.allow_similar)
        except RowError as error:
            return error
        self.names.add(found, name, code)
        return found

    def take(self, row: Row, draft: BodyId | RowError) -> None:
        """Bring the registry to what the row says, and say what that changed."""
        name = clean_name(row["单位名称"])
        try:
            if isinstance(draft, RowError):
                raise draft
            result = self._taken(row, name, draft)
        except Stopped as error:
            result = RowResult(row.line, name, error.action, str(error))
        except RowError as error:
            result = RowResult(row.line, name, Action.ERROR, str(error))
        self.plan.results.append(result)

    def _taken(self, row: Row, name: str, body_id: BodyId) -> RowResult:
        self._agree(row, str(body_id), _ONE_VALUE)
        stored = self.plan.after.bodies.get(body_id)
        body = self._body(row, name, body_id, stored)
        self.plan.after.bodies[body_id] = body
        self.by_line[body_id] = row.line
        new_places = self._places(row, body)
        words = []
        if stored is None:
            action = Action.ADDED
        elif stored != body or new_places:
            action = Action.UPDATED
            words += [f"更名，原名“{stored.name}”列为别名"] if stored.name != name else []
            words += ["新增栏目"] if new_places else []
        else:
            action = Action.SAME
        return RowResult(row.line, name, action, "；".join(words + ([NO_PORTAL] if body_id not in self.placed else [])))

    def _agree(self, row: Row, of: str, columns: Sequence[str]) -> None:
        """Two rows of one body or portal must not say different things; the later one would silently win."""
        for column in columns:
            value = clean_name(row[column]).removesuffix(".0")
            if not value:
                continue
            before, line = self.said.setdefault((of, column), (value, row.line))
            if before != value:
                raise Stopped(Action.CONFLICT, f"与第 {line} 行的{column}不一致：{before}、{value}")

    def _body(self, row: Row, name: str, body_id: BodyId, stored: Body | None) -> Body:
        code = code_of(row) or (stored.division_code if stored else "")
        kind = kind_of(row, name, stored)
        former = {stored.name} if stored else set()
        kept = stored or Body(body_id, name, kind, BodyLevel.COUNTY, code)
        body = replace(
            kept,
            name=name,
            kind=kind,
            level=level_of(row, kind, code, stored),
            division_code=code,
            parent_id=self.names.parent(clean_name(row["上级"]), body_id, code) or kept.parent_id,
            aliases=tuple({*row.several("别名"), *kept.aliases, *former}),
            system=row["系统"] or kept.system,
            contact=row["联络人"] or kept.contact,
            email=row["邮箱"] or kept.email,
            exempt_reason=row["免报原因"] or kept.exempt_reason,
        )
        if _governs(body) and self.governments.setdefault(code, body_id) != body_id:
            other = self.names.called[self.governments[code]]
            raise Stopped(Action.CONFLICT, f"地区代码 {code} 已属于{other}；更名请填写它的编号 {self.governments[code]}")
        return cleaned(body)

    def _places(self, row: Row, body: Body) -> bool:
        """The portal and its list pages; whether anything is new. Without a column address the home page is where the search begins."""
        if not row["网址"]:
            if row.several("栏目网址"):
                raise RowError("有栏目网址而网址为空，请填写门户首页")
            return False
        home = address_of(row["网址"], "网址")
        portal = self._portal(row, body, home)
        changed = False
        for text in row.several("栏目网址") or (home,):
            key = portal.id, address_of(text, "栏目网址")
            before = self.plan.after.places.get(key)
            further = {SUBSITE: "1"} if text == home and url_of(home) != url_of(portal.home_url) else {}
            place = _updated(before or Place(tier=row["方式"] or "http", params=further), row, body.id)
            self.plan.after.places[key] = place
            changed = changed or place != before
        self.placed.add(body.id)
        return changed

    def _portal(self, row: Row, body: Body, home: str) -> Portal:
        host = PortalId(urlsplit(home).netloc.lower())
        self._agree(row, f"门户 {host}", ("间隔秒",))
        stored = self.plan.after.portals.get(host)
        tier = row["方式"] or "http"
        portal = stored or Portal(host, body.name, home, platform_id=host, division_code=body.division_code, tier=tier)
        delay = delay_of(row)
        self.plan.after.portals[host] = portal if delay is None else replace(portal, delay_seconds=delay)
        return self.plan.after.portals[host]

    def refuse_circles(self) -> None:
        """A body below itself has no top; every row that made it so is refused."""
        at = {row.line: place for place, row in enumerate(self.plan.results)}
        for body_id, line in self.by_line.items():
            if self._circular(body_id):
                row = self.plan.results[at[line]]
                self.plan.results[at[line]] = replace(row, action=Action.ERROR, message="上级单位绕回了自身")

    def _circular(self, body_id: BodyId) -> bool:
        seen, above = {body_id}, self.plan.after.bodies[body_id].parent_id
        while above is not None and above in self.plan.after.bodies:
            if above in seen:
                return above == body_id
            seen.add(above)
            above = self.plan.after.bodies[above].parent_id
        return False


def _updated(place: Place, row: Row, body_id: BodyId) -> Place:
    """A list page with what the row says of it. What was learned of it holds, unless it is read in another way now."""
    family = row["站群系统"] or place.family
    params = place.params if family == place.family else {}
    return Place(family, row["方式"] or place.tier, params, place.body_ids | {body_id})


def _governs(body: Body) -> bool:
    """Whether there can be only one of it per division code."""
    return body.kind is BodyKind.GOVERNMENT and body.level is not BodyLevel.TOWNSHIP and bool(body.division_code)
