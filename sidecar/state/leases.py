"""Which rows are in a sender's hands: in memory only, so that a crash gives them all back."""

from __future__ import annotations

from collections.abc import Callable, Iterable


class Leases:
    """Row ids that are lent out, each until it is returned or its time is over.

    The end of a lease is for a sender that died or hangs; one that works returns its rows long before.
    """

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._ends: dict[int, float] = {}

    def held(self) -> set[int]:
        """Ids that are lent out now."""
        now = self._monotonic()
        self._ends = {row_id: end for row_id, end in self._ends.items() if end > now}
        return set(self._ends)

    def take(self, ids: Iterable[int]) -> None:
        """Lend rows out."""
        end = self._monotonic() + self._seconds
        self._ends.update((row_id, end) for row_id in ids)

    def release(self, ids: Iterable[int]) -> None:
        """Rows are back, or gone."""
        for row_id in ids:
            self._ends.pop(row_id, None)
