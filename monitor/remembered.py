"""Remembering what was made of a report while it is being compared with others: each is one of several reports' neighbours in turn."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
V = TypeVar("V")


class Remembered(Generic[T, V]):
    """A function of one value, its newest answers kept by the value's identity.

    The value itself is kept too, so that its identity cannot pass to another one while the answer is remembered.
    """

    def __init__(self, function: Callable[[T], V], most: int = 128) -> None:
        self._function = function
        self._most = most
        self._known: OrderedDict[int, tuple[T, V]] = OrderedDict()

    def __call__(self, value: T) -> V:
        """The answer for `value`."""
        found = self._known.get(id(value))
        if found is not None:
            return found[1]
        answer = self._function(value)
        self._known[id(value)] = (value, answer)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return answer
