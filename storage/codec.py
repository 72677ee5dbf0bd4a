"""Values of the domain as JSON and back, without loss: dataclasses by field name, decimals apart from integers, enums by value.

The types come from the dataclasses themselves, so a new field with a default needs nothing here, and what was stored before it existed
still reads. A field whose value equals its default is left out.
"""

from __future__ import annotations

import base64
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Literal, NewType, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")

KIND = "$"
"""Key that names the class where a field may hold several."""

Reader = Callable[[Any], Any]
Writer = Callable[[Any], Any]


def to_plain(value: Any) -> Any:
    """JSON-ready values. Raises TypeError for a type the domain does not use."""
    kind: Any = type(value)
    writer = _writer(kind)
    return value if writer is None else writer(value)


@cache
def _writer(kind: type) -> Writer | None:
    """How values of exactly that class are written, None for those that are as JSON has them: asked of the class once, as a crawl writes
    thousands of the same few.
    """
    if issubclass(kind, (bool, int, float, str, types.NoneType)) and not issubclass(kind, Enum):
        return None
    if is_dataclass(kind):
        return _dataclass_writer(kind)
    if issubclass(kind, (tuple, list)):
        return lambda value: [to_plain(item) for item in value]
    if issubclass(kind, Mapping):
        return lambda value: {str(key): to_plain(item) for key, item in value.items()}
    return _scalar_writer(kind)


def _scalar_writer(kind: type) -> Writer:
    if issubclass(kind, Enum):
        return lambda value: value.value
    if issubclass(kind, Decimal):
        return lambda value: {KIND: "decimal", "v": str(value)}
    if issubclass(kind, (date, datetime)):
        return lambda value: value.isoformat()
    if issubclass(kind, bytes):
        return lambda value: base64.b64encode(value).decode("ascii")
    raise TypeError(f"{kind.__name__} has no stored form")


def _dataclass_writer(kind: type) -> Writer:
    layout = _layout(kind)

    def write(value: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for field, default, tagged in layout:
            item = getattr(value, field)
            if item is default or (type(item) is type(default) and item == default):
                continue
            item_kind: Any = type(item)
            writer = _writer(item_kind)
            plain = item if writer is None else writer(item)
            if tagged and is_dataclass(item):
                plain = {KIND: type(item).__name__, **plain}
            found[field] = plain
        return found

    return write


def _layout(kind: type) -> tuple[tuple[str, Any, bool], ...]:
    hints = get_type_hints(kind)
    return tuple((field.name, _default(field), len(_classes(hints[field.name])) > 1) for field in fields(kind))


def _default(field: Field[Any]) -> Any:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else MISSING


def _classes(hint: Any) -> list[type]:
    return [option for option in _options(hint) if is_dataclass(option) and isinstance(option, type)]


def _options(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in {Union, types.UnionType} else (hint,)


def from_plain(kind: type[T], plain: Any) -> T:
    """The value of that class. Raises ValueError, KeyError or TypeError for something `to_plain` did not write."""
    return cast(T, _reader(cast(Any, kind))(plain))


@cache
def _reader(hint: Any) -> Reader:
    if isinstance(hint, NewType):
        return _reader(hint.__supertype__)
    options = _options(hint)
    if len(options) > 1:
        return _union_reader(options)
    origin = get_origin(hint)
    if origin is tuple:
        return _tuple_reader(get_args(hint))
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        item = _reader(get_args(hint)[1])
        return dict if item is _as_is else lambda plain: {key: item(value) for key, value in plain.items()}
    if is_dataclass(hint):
        return _dataclass_reader(cast(type, hint))
    return _scalar_reader(hint, origin)


def _scalar_reader(hint: Any, origin: Any) -> Reader:
    if isinstance(hint, type) and issubclass(hint, Enum):
        # Looking a member up is five times faster than calling the class; the call is left to say what is wrong with a stranger.
        members = {member.value: member for member in hint}
        return lambda plain: members[plain] if plain in members else hint(plain)
    if hint in {date, datetime}:
        return cast(Reader, hint.fromisoformat)
    if hint is bytes:
        return lambda plain: base64.b64decode(plain, validate=True)
    if hint is Decimal:
        return lambda plain: Decimal(plain["v"])
    if hint in {int, float, str, bool, object, Any, type(None)} or origin is Literal:
        return _as_is
    raise TypeError(f"{hint} has no stored form")


def _as_is(plain: Any) -> Any:
    return plain


def _tuple_reader(arguments: tuple[Any, ...]) -> Reader:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        item = _reader(arguments[0])
        return lambda plain: tuple(item(value) for value in plain)
    readers = [_reader(argument) for argument in arguments]
    return lambda plain: tuple(reader(value) for reader, value in zip(readers, plain, strict=True))


def _union_reader(options: tuple[Any, ...]) -> Reader:
    classes = {option.__name__: _reader(option) for option in options if is_dataclass(option) and isinstance(option, type)}
    others = [option for option in options if option is not type(None) and not is_dataclass(option)]
    decimal = Decimal in others
    rest = [_reader(option) for option in others if option is not Decimal]
    if len(rest) > 1:
        raise TypeError(f"{options} cannot be told apart when read back")

    one = next(iter(classes.values())) if len(classes) == 1 else None

    def read(plain: Any) -> Any:
        if plain is None:
            return None
        if isinstance(plain, dict):
            if decimal:
                return Decimal(plain["v"])
            if classes:
                return one(plain) if one is not None else classes[plain[KIND]](plain)
        return rest[0](plain)

    return read


def _dataclass_reader(kind: type) -> Reader:
    hints = get_type_hints(kind)
    # Looked up when first needed, not now: classes may hold one another.
    factories = {field.name: field.default_factory for field in fields(kind) if field.default_factory is not MISSING}
    layout: list[tuple[str, Callable[[Any, Any], None], Any, Reader | None]] = []

    def read(plain: Any) -> Any:
        if not layout:
            for field in fields(kind):
                reader = _reader(hints[field.name])
                layout.append((field.name, _setter(kind, field.name), field.default, None if reader is _as_is else reader))
        made: Any = object.__new__(kind)
        get = plain.get
        for name, put, default, convert in layout:
            value = get(name, MISSING)
            if value is not MISSING:
                put(made, value if convert is None else convert(value))
            elif default is not MISSING:
                put(made, default)
            elif name in factories:
                put(made, factories[name]())
            else:
                raise TypeError(f"{kind.__name__} lacks {name}")
        return made

    return read


def _setter(kind: type, name: str) -> Callable[[Any, Any], None]:
    """How a field of a frozen class is filled: by its slot, which takes half the time of the constructor's way.

    A reading has four hundred such values. Classes of the domain only hold values: none does anything when it is made.
    """
    if hasattr(kind, "__post_init__"):
        raise TypeError(f"{kind.__name__} does something when it is made; it has no stored form")
    slot = getattr(kind, name, None)
    if isinstance(slot, types.MemberDescriptorType):
        return slot.__set__
    return lambda made, value: object.__setattr__(made, name, value)
