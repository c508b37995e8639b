"""What delivery needs from the rest of the program: rows that wait, and a way to post bytes.

`sidecar.state.Store` is an `Outbox`, though neither package knows the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias


class Row(Protocol):
    """One payload that waits; see `sidecar.state.OutboxRow`."""

    @property
    def id(self) -> int:
        """Unique; grows in the order of storing."""

    @property
    def event_id(self) -> str | None:
        """The same at every attempt."""

    @property
    def payload(self) -> bytes:
        """JSON."""

    @property
    def attempts(self) -> int:
        """How often it failed."""


class Outbox(Protocol):
    """Rows that wait to be delivered.  All methods may be called from any thread and may raise `StateError`."""

    def due(self, category: str, limit: int, now: float) -> Sequence[Row]:
        """Lend out rows that may be sent now."""

    def next_due(self, category: str) -> float | None:
        """When the next row that is not lent out may be sent; None: nothing waits."""

    def acknowledge(self, ids: Sequence[int]) -> None:
        """Rows were accepted."""

    def release(self, ids: Sequence[int], *, attempted: bool = False) -> None:
        """Rows come back and keep their place in line; never fails where `attempted` is False."""

    def defer(self, ids: Sequence[int], until: float) -> None:
        """Rows failed; others go first until then."""

    def bury(self, ids: Sequence[int], reason: str, status: int | None) -> int:
        """Rows were refused for good; returns how many older dead letters had to make room."""

    def pending_rows(self) -> int:
        """Rows that wait, lent out or not."""

    def limits(self) -> dict[str, float]:
        """Rate limits that were in force when the program stopped."""

    def remember_limits(self, found: Mapping[str, float]) -> None:
        """Keep rate limits over a restart."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one POST.

    Attributes:
        status: HTTP status; None: there was no answer.
        headers: of the answer.
        detail: the beginning of its body, for people.
        error: why there was no answer.
    """

    status: int | None
    headers: Mapping[str, str] = field(default_factory=dict)
    detail: str = ""
    error: Exception | None = None


#: Sends one gzipped envelope.  A network error is an `Answer` as well; it does not raise.
Post: TypeAlias = Callable[[bytes], Answer]
