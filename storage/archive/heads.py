"""The seal of each day: one small file that fixes every line of the capture log up to then, chained to the seal of the day before.

The log's own chain shows that a line was changed; whoever rewrites the whole log can make a new chain. A seal kept elsewhere (a second
copy, an evidence pack, a timestamp authority) cannot be rewritten with it. `heads/2025-02-01.json` names, for every stream of the log,
how far the day reached and the chain there, and the root of a hash tree over that day's lines; days are UTC, as in the log.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from storage.archive import merkle
from storage.archive.log import GENESIS, LOG
from storage.archive.places import Place
from storage.domain.errors import ArchiveError

HEADS = "heads"
VERSION = 1
SETTLED = timedelta(hours=1)
"""A day is sealed this long after its end: a process may be writing answers it received just before midnight."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log as it lies there: its stream, its place, its number within the file (from 1), its bytes without the line end."""

    stream: str
    key: str
    number: int
    text: bytes

    @property
    def chain(self) -> str:
        """The chain hash the line claims, empty where it cannot be read."""
        try:
            return str(json.loads(self.text)["chain"])
        except (ValueError, KeyError, TypeError):
            return ""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a stream had come: the last line sealed, and its chain hash."""

    stream: str
    key: str
    line: int
    chain: str


@dataclass(frozen=True, slots=True)
class Head:
    """One day's seal. `previous` is the SHA-256 of the seal before it, `root` that of the tree over the day's `leaves` lines."""

    day: date
    previous: str
    reach: tuple[Reach, ...]
    leaves: int
    root: str

    def data(self) -> bytes:
        """The file's bytes."""
        streams = [{"stream": one.stream, "key": one.key, "line": one.line, "chain": one.chain} for one in self.reach]
        body = {"v": VERSION, "day": self.day.isoformat(), "previous": self.previous, "streams": streams}
        body |= {"leaves": self.leaves, "root": self.root}
        return json.dumps(body, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode("ascii") + b"\n"

    @property
    def key(self) -> str:
        """Its place in the archive."""
        return f"{HEADS}/{self.day.isoformat()}.json"

    @property
    def sha256(self) -> str:
        """What the next seal names it by, and what is given to a timestamp authority."""
        return hashlib.sha256(self.data()).hexdigest()


def parse_head(data: bytes) -> Head:
    """The seal in these bytes. Raises ValueError for what is none, also for one whose bytes are not as we write them."""
    try:
        body = json.loads(data)
        reach = tuple(Reach(one["stream"], one["key"], int(one["line"]), one["chain"]) for one in body["streams"])
        head = Head(date.fromisoformat(body["day"]), body["previous"], reach, int(body["leaves"]), body["root"])
    except (KeyError, TypeError) as error:
        raise ValueError("not a seal") from error
    if head.data() != data:
        raise ValueError("not as written")
    return head


def heads(place: Place) -> tuple[Head, ...]:
    """All seals, the oldest first. Raises ArchiveError for one that cannot be read."""
    found = []
    for key in sorted(key for key in place.keys(HEADS) if key.endswith(".json")):
        try:
            found.append(parse_head(place.read(key)))
        except ValueError as error:
            raise ArchiveError(f"每日封存记录已损坏：{key}", advice="请从第二份存档恢复，并运行 nianbao archive verify。") from error
    return tuple(found)


def seal(place: Place, now: datetime) -> tuple[Head, ...]:
    """Seal all that is not sealed and whose day is over; the new seals, at most one per day that brought anything. Raises ArchiveError."""
    known = heads(place)
    last = known[-1] if known else None
    limit = (now.astimezone(UTC) - SETTLED).date() - timedelta(days=1)
    made = []
    for day, lines in _by_day(lines_after(place, log_keys(place), last), limit):
        if last is not None and day <= last.day:
            day = last.day + timedelta(days=1)  # noqa: PLW2901 - lines that came late to a sealed day are sealed with the next
            if day > limit:
                break
        head = _head(day, last, lines)
        if not place.create(head.key, head.data()) and place.read(head.key) != head.data():
            raise ArchiveError(f"每日封存记录已存在而内容不同：{head.key}", advice="请运行 nianbao archive verify。")
        made.append(head)
        last = head
    return tuple(made)


def log_keys(place: Place) -> tuple[str, ...]:
    """The files of the log, stream by stream, the oldest first within each."""
    return tuple(sorted(place.keys(LOG)))


def lines_after(place: Place, keys: Iterable[str], head: Head | None, until: Head | None = None) -> Iterator[Line]:
    """The lines of these files of the log behind one seal and up to another, in order. Torn ends are no lines."""
    start = {one.stream: one for one in head.reach} if head else {}
    end = {one.stream: one for one in until.reach} if until else None
    for key in keys:
        stream = stream_of(key)
        before, last = start.get(stream), end.get(stream) if end is not None else None
        if (before is not None and key < before.key) or (end is not None and (last is None or key > last.key)):
            continue
        skip = before.line if before is not None and key == before.key else 0
        for number, text in enumerate(place.read(key).split(b"\n")[:-1], start=1):
            if number > skip and (last is None or key < last.key or number <= last.line):
                yield Line(stream, key, number, text)


def stream_of(key: str) -> str:
    """`log/2025-02-01.jsonl` belongs to the one stream of a folder, named by nothing; `log/<writer>/…` to its writer's."""
    parts = key.split("/")
    return parts[1] if len(parts) > 2 else ""


def day_of(key: str) -> date:
    """The day a file of the log belongs to. Raises ValueError."""
    return date.fromisoformat(key.rpartition("/")[2].removesuffix(".jsonl")[-10:])


def _by_day(lines: Iterable[Line], limit: date) -> list[tuple[date, list[Line]]]:
    """Lines of days that are over, by day; within a day in the order in which they were given.

    A clock that went back makes a stream's days go back; such lines count for the newest day the stream had reached.
    """
    found: dict[date, list[Line]] = {}
    newest: dict[str, date] = {}
    for line in lines:
        day = max(day_of(line.key), newest.get(line.stream, date.min))
        newest[line.stream] = day
        if day <= limit:
            found.setdefault(day, []).append(line)
    return sorted(found.items())


def _head(day: date, last: Head | None, lines: list[Line]) -> Head:
    reach = {one.stream: one for one in last.reach} if last else {}
    for line in lines:
        reach[line.stream] = Reach(line.stream, line.key, line.number, line.chain)
    return Head(
        day=day,
        previous=last.sha256 if last else GENESIS,
        reach=tuple(reach[stream] for stream in sorted(reach)),
        leaves=len(lines),
        root=merkle.root([merkle.leaf(line.text) for line in lines]).hex(),
    )


@dataclass(frozen=True, slots=True)
class HeadProblem:
    """A seal that does not hold: `unreadable`, `chain-broken` (it does not follow the one before it), or `mismatch` (the log differs)."""

    kind: str
    key: str


def check_heads(place: Place) -> tuple[HeadProblem, ...]:
    """Whether every seal follows the one before it and the log still is what was sealed. Reads the whole log once."""
    problems = []
    last: Head | None = None
    before = GENESIS
    log = log_keys(place)
    for key in sorted(key for key in place.keys(HEADS) if key.endswith(".json")):
        data = place.read(key)
        try:
            head = parse_head(data)
        except ValueError:
            problems.append(HeadProblem("unreadable", key))
            before, last = hashlib.sha256(data).hexdigest(), None
            continue
        if head.previous != before:
            problems.append(HeadProblem("chain-broken", key))
        elif (last is not None or before == GENESIS) and not _holds(place, log, last, head):
            problems.append(HeadProblem("mismatch", key))
        before, last = head.sha256, head
    return tuple(problems)


def _holds(place: Place, log: Iterable[str], before: Head | None, head: Head) -> bool:
    lines = list(lines_after(place, log, before, head))
    reached: Mapping[str, str] = {line.stream: line.chain for line in lines}
    unmoved = {one.stream: one.chain for one in before.reach} if before else {}
    told = {one.stream: one.chain for one in head.reach}
    root = merkle.root([merkle.leaf(line.text) for line in lines]).hex()
    return len(lines) == head.leaves and root == head.root and {**unmoved, **reached} == told


@dataclass(frozen=True, slots=True)
class Proof:
    """That a line stands under a seal: the line, the seal's file, and the way up its tree; `head` is empty while its day is open."""

    line: Line
    head: str = ""
    steps: tuple[tuple[str, str], ...] = ()


def prove(place: Place, chains: Iterable[str], since: date) -> dict[str, Proof]:
    """The lines with those chain hashes, each with its proof; `since` is the day of the oldest. Lines not in the log are left out."""
    wanted, log = set(chains), log_keys(place)
    found: dict[str, Proof] = {}
    last: Head | None = None
    for head in heads(place):
        if head.day >= since and wanted - set(found):
            found |= _proofs(list(lines_after(place, log, last, head)), head.key, wanted)
        last = head
    if wanted - set(found):
        found |= {line.chain: Proof(line) for line in lines_after(place, log, last) if line.chain in wanted}
    return found


def _proofs(lines: list[Line], head: str, wanted: set[str]) -> dict[str, Proof]:
    hits = [(at, line) for at, line in enumerate(lines) if line.chain in wanted]
    leaves = [merkle.leaf(line.text) for line in lines] if hits else []
    return {line.chain: Proof(line, head, tuple((side, other.hex()) for side, other in merkle.path(leaves, at))) for at, line in hits}
