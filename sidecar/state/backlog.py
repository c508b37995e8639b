"""How much waits in the outbox: kept as numbers, because it is asked before every chunk that is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


class Backlog:
    """Rows and bytes a category.  Change it only after the commit that made the change true."""

    def __init__(self, sizes: Iterable[tuple[str, int, int]]) -> None:
        self._rows: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()
        for category, rows, size in sizes:
            self._rows[category] = rows
            self._bytes[category] = size

    def add(self, payloads: Iterable[tuple[str, int]]) -> None:
        """Payloads were stored: (category, size) of each."""
        for category, size in payloads:
            self._rows[category] += 1
            self._bytes[category] += size

    def subtract(self, payloads: Iterable[tuple[str, int]]) -> None:
        """Payloads were taken out: (category, size) of each."""
        for category, size in payloads:
            self._rows[category] -= 1
            self._bytes[category] -= size

    def rows(self, category: str | None) -> int:
        """Rows of one category, or of all."""
        return self._rows.total() if category is None else self._rows[category]

    def bytes(self, category: str | None) -> int:
        """Bytes of payload of one category, or of all."""
        return self._bytes.total() if category is None else self._bytes[category]
