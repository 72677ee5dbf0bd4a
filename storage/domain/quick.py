"""Frozen dataclasses with slots that are made by the hundred for every report."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, TypeVar

_Class = TypeVar("_Class")


def quick(made: type[_Class]) -> type[_Class]:
    """The same dataclass with an `__init__` that fills its slots directly.

    The usual one of a frozen dataclass goes through `object.__setattr__` for each field and takes twice as long; a report has about a
    thousand cells and places. Everything else stays: frozen, compared, replaced and pickled as before. Raises TypeError for a class that
    does something when it is made, or has a field that is not made by it.
    """
    known: dict[str, Any] = {"MISSING": MISSING}
    heads, lines = [], []
    for field in fields(made):  # type: ignore[arg-type]  # any dataclass
        if hasattr(made, "__post_init__") or not field.init or field.kw_only:
            raise TypeError(f"{made.__name__}.{field.name} is not a plain field")
        known[f"_set_{field.name}"] = getattr(made, field.name).__set__
        known[f"_default_{field.name}"] = field.default
        value = field.name
        if field.default_factory is not MISSING:
            known[f"_make_{field.name}"] = field.default_factory
            value = f"_make_{field.name}() if {field.name} is MISSING else {field.name}"
        needed = field.default is MISSING and field.default_factory is MISSING
        heads.append(field.name if needed else f"{field.name}=_default_{field.name}")
        lines.append(f"  _set_{field.name}(self, {value})")
    exec(f"def __init__(self, {', '.join(heads)}):\n" + "\n".join(lines), known)  # noqa: S102 - as `dataclasses` does it
    type.__setattr__(made, "__init__", known["__init__"])
    return made
