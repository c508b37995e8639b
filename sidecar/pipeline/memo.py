"""A bounded memory of what was made of a text: real logs repeat themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

_Value = TypeVar("_Value")

#: What an entry costs beside its key: the event, its strings and its JSON are some times the text.
_PER_ENTRY = 1024
_FACTOR = 2


class Memo(dict[bytes, _Value]):
    """A dictionary that makes what it does not know: `memo[text]`.

    A hit costs what a dictionary's hit costs, with no call of Python's.  When it is full it starts anew: what repeats is
    soon back, and keeping order would cost a write at every hit.
    """

    def __init__(self, make: Callable[[bytes], _Value], max_bytes: int = 24 << 20) -> None:
        """*make* the value of a text; at most *max_bytes* are kept, by estimate."""
        super().__init__()
        self._make = make
        self._limit = max_bytes
        self._cost = 0

    def __missing__(self, key: bytes) -> _Value:
        """Make the value, and keep it unless it is an eighth of all."""
        value = self._make(key)
        cost = _PER_ENTRY + _FACTOR * len(key)
        if cost > self._limit // 8:
            return value
        if self._cost + cost > self._limit:
            self.clear()
        self._cost += cost
        self[key] = value
        return value

    def clear(self) -> None:
        """Forget everything."""
        super().clear()
        self._cost = 0
