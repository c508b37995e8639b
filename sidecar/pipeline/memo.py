"""A bounded memory of what was made of a text: real logs repeat themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

_Value = TypeVar("_Value")

#: What an entry costs beside its key: the event, its strings and its JSON are some times the text.
_PER_ENTRY = 1024
_FACTOR = 2


#: What a memo keeps unless it is told otherwise.
REMEMBERED_BYTES = 32 << 20


class Memo(dict[bytes, _Value]):
    """A dictionary that makes what it does not know: `memo[text]`.

    A hit costs what a dictionary's hit costs, with no call of Python's.  When it is full its entries become the older
    generation, and those used again come back from there: cheaper than an order of use, which is a write at every hit.
    """

    def __init__(self, make: Callable[[bytes], _Value], max_bytes: int = REMEMBERED_BYTES) -> None:
        """*make* the value of a text; at most *max_bytes* are kept, by estimate."""
        super().__init__()
        self._make = make
        self._limit = max_bytes // 2
        self._cost = 0
        self._older: dict[bytes, _Value] = {}

    def __missing__(self, key: bytes) -> _Value:
        """Take the value from the older generation, or make it; an eighth of all is not kept."""
        value = self._older[key] if key in self._older else self._make(key)
        cost = _PER_ENTRY + _FACTOR * len(key)
        if cost > self._limit // 4:
            return value
        if self._cost + cost > self._limit:
            self._older = dict(self)
            super().clear()
            self._cost = 0
        self._cost += cost
        self[key] = value
        return value

    def clear(self) -> None:
        """Forget everything."""
        super().clear()
        self._older.clear()
        self._cost = 0
