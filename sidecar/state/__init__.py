"""Durable state: checkpoints, the outbox, dead letters, limits and the balance, in one SQLite database.

`Store` is the door; everything else here is behind it.  This package knows nothing of log formats or of the network.
"""

from sidecar.state.store import Store
from sidecar.state.values import DeadLetter, NewRow, OutboxRow

__all__ = ["DeadLetter", "NewRow", "OutboxRow", "Store"]
