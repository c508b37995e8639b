"""Whose turn it is: files with something to read, and files whose held bytes become final at some time."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sidecar.tail.follow import Follower
from sidecar.tail.identify import FileId


class Agenda:
    """What is to be done for the files of one source, so that the others need not be touched."""

    def __init__(self) -> None:
        self._due: set[FileId] = set()
        self._waiting: dict[FileId, float] = {}
        self._blocked: set[FileId] = set()

    def due(self, ids: Iterable[FileId]) -> None:
        """Something happened to these."""
        self._due.update(ids)

    def note(self, follower: Follower) -> None:
        """What is left to do after a turn, or an advance."""
        (self._due.add if follower.behind else self._due.discard)(follower.id)
        if follower.final_at is None:
            self._waiting.pop(follower.id, None)
        else:
            self._waiting[follower.id] = follower.final_at

    def block(self, id_: FileId) -> None:
        """This one cannot be opened now; it is due again with `unblock`."""
        self.remove(id_)
        self._blocked.add(id_)

    def unblock(self, existing: Collection[FileId]) -> None:
        """Try again those that still exist."""
        self._due.update(id_ for id_ in self._blocked if id_ in existing)
        self._blocked.clear()

    def remove(self, id_: FileId) -> None:
        """Nothing is to be done for this one."""
        self._due.discard(id_)
        self._blocked.discard(id_)
        self._waiting.pop(id_, None)

    def now(self, now: float) -> set[FileId]:
        """Files with something to do."""
        return self._due | {id_ for id_, time in self._waiting.items() if time <= now}

    def wait(self, now: float) -> float:
        """Seconds until `now` has something."""
        return 0.0 if self._due else max(0.0, min(self._waiting.values(), default=float("inf")) - now)
