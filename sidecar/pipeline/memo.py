"""A bounded memory of what was made of a text: real logs repeat themselves."""

from __future__ import annotations

from typing import Generic, TypeVar

_Value = TypeVar("_Value")

#: What an entry costs beside its key: the event, its strings and its JSON are some times the text.
_PER_ENTRY = 1024
_FACTOR = 2


class Memo(Generic[_Value]):
    """Two dictionaries that take turns: the newer fills up, the older holds what was used before.

    Cheaper than a least-recently-used list, which would cost a write at every hit; what is in use survives each turn.
    """

    def __init__(self, max_bytes: int = 32 << 20) -> None:
        """At most *max_bytes* are kept, by estimate."""
        self._limit = max_bytes // 2
        self._new: dict[bytes, _Value] = {}
        self._old: dict[bytes, _Value] = {}
        self._cost = 0

    def get(self, key: bytes) -> _Value | None:
        """What was put under *key*, if it is still known."""
        value = self._new.get(key)
        if value is None:
            value = self._old.get(key)
            if value is not None:
                self.put(key, value)
        return value

    def put(self, key: bytes, value: _Value) -> None:
        """Remember *value*; a key of more than an eighth of the memory is not kept."""
        cost = _PER_ENTRY + _FACTOR * len(key)
        if cost > self._limit // 4:
            return
        if self._cost + cost > self._limit:
            self._old, self._new, self._cost = self._new, {}, 0
        self._new[key] = value
        self._cost += cost

    def clear(self) -> None:
        """Forget everything."""
        self._new, self._old, self._cost = {}, {}, 0
