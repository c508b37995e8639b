"""The values that go into the state and come out of it; no behaviour here."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class NewRow:
    """One payload to store.

    Attributes:
        category: Sentry's data category: "error" (an issue event) or "log_item".
        source: name of the source that it was read from.
        event_id: what makes it recognisable when the same bytes are read again; None: never a duplicate.
        payload: JSON, ready to be put into an envelope.
    """

    category: str
    source: str
    event_id: str | None
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One payload that waits to be delivered.

    Attributes:
        id: grows in the order of storing, never used twice.
        category: see `NewRow`.
        source: see `NewRow`.
        event_id: see `NewRow`; the same at every attempt.
        payload: see `NewRow`.
        attempts: how often its delivery was tried and failed.
        created: when it was stored, unix time.
    """

    id: int
    category: str
    source: str
    event_id: str | None
    payload: bytes = field(repr=False)
    attempts: int
    created: float


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One payload that was refused for good; kept for people to look at.

    Attributes:
        id: the one it had in the outbox.
        category: see `NewRow`.
        source: see `NewRow`.
        event_id: see `NewRow`.
        size: of the payload, in bytes; the payload itself is read on demand.
        reason: why it was refused, for people.
        status: the HTTP status that refused it; None when it was never sent.
        attempts: how often it had been tried before.
        created: when it was stored, unix time.
        buried: when it was refused, unix time.
    """

    id: int
    category: str
    source: str
    event_id: str | None
    size: int
    reason: str
    status: int | None
    attempts: int
    created: float
    buried: float
