"""Where interpreted records go: into the outbox, or onto the terminal where there is no DSN."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sidecar.identity import Checkpoint
from sidecar.pipeline.interpret import Interpreted
from sidecar.state.store import Store
from sidecar.state.values import NewRow

#: Sentry's data category of each outcome that is sent.
CATEGORIES = {"event": "error", "log": "log_item"}


class Sink(Protocol):
    """Takes what records became, and the offsets that belong to them."""

    @property
    def pending(self) -> int:
        """Rows taken and not committed yet."""
        ...

    def take(self, source: str, one: Interpreted) -> None:
        """Take one record of a source."""
        ...

    def commit(self, checkpoints: Sequence[Checkpoint]) -> None:
        """Make durable what was taken since the last call, together with how far the files were read.

        Raises:
            StateError: it could not be stored; nothing is lost, call again with further checkpoints or none.
        """
        ...

    def forget(self, checkpoints: Sequence[Checkpoint]) -> None:
        """Files are gone for good: their offsets need not be kept.

        Raises:
            StateError: see `commit`; they stay, which does no harm.
        """
        ...

    def full(self) -> bool:
        """Is it time to stop reading for a while?"""
        ...


@dataclass(slots=True)
class OutboxSink:
    """Stores payloads with their offsets in one transaction.

    Crash windows: see `sidecar.state.store`.  What a failed commit leaves here is committed by the next one.

    Attributes:
        store: the outbox.
        wake: tells the senders that there is something to do.
        max_bytes: from this backlog on, `full`.
        stored: payloads stored so far.
        duplicates: payloads that were known already, and were not stored again.
    """

    store: Store
    wake: Callable[[], None]
    max_bytes: int
    stored: int = 0
    duplicates: int = 0
    _rows: list[NewRow] = field(default_factory=list)
    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _checkpoints: list[Checkpoint] = field(default_factory=list)

    def take(self, source: str, one: Interpreted) -> None:
        """See `Sink.take`."""
        outcome = one.template.outcome
        self._counts[source, "read"] += 1
        self._counts[source, outcome] += 1
        category = CATEGORIES.get(outcome)
        if category is not None:
            self._rows.append(NewRow(category, source, one.place.event_id, one.payload()))

    def commit(self, checkpoints: Sequence[Checkpoint]) -> None:
        """See `Sink.commit`."""
        self._checkpoints += checkpoints
        if not self._checkpoints and not self._counts:
            return
        duplicates = self.store.commit(self._checkpoints, self._rows, self._counts)
        stored = len(self._rows) - duplicates
        self.stored += stored
        self.duplicates += duplicates
        self._checkpoints, self._rows, self._counts = [], [], Counter()
        if stored:
            self.wake()

    def forget(self, checkpoints: Sequence[Checkpoint]) -> None:
        """See `Sink.forget`."""
        for checkpoint in checkpoints:
            self.store.forget(checkpoint)

    def full(self) -> bool:
        """See `Sink.full`."""
        return self.store.pending_bytes() >= self.max_bytes

    @property
    def pending(self) -> int:
        """Rows taken and not committed yet."""
        return len(self._rows)


@dataclass(slots=True)
class TerminalSink:
    """Shows what would be sent; keeps nothing.

    Attributes:
        show: prints one record.
    """

    show: Callable[[Interpreted], None]

    @property
    def pending(self) -> int:
        """Nothing waits."""
        return 0

    def take(self, source: str, one: Interpreted) -> None:  # noqa: ARG002 - the shape of `Sink.take`
        """See `Sink.take`."""
        if one.template.outcome != "drop":
            self.show(one)

    def commit(self, checkpoints: Sequence[Checkpoint]) -> None:
        """Nothing is kept: the next start shows it again."""

    def forget(self, checkpoints: Sequence[Checkpoint]) -> None:
        """Nothing was kept."""

    def full(self) -> bool:
        """A terminal is never full."""
        return False
