"""Which checkpoints have to be stored or deleted since they were last asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from sidecar.identity import Checkpoint
from sidecar.tail.identify import FileId


class Books:
    """What the store knows of one source's files, and what it should."""

    def __init__(self, stored: Iterable[Checkpoint]) -> None:
        self._stored = {(one.device, one.inode): one for one in stored}
        self._changed: dict[FileId, Checkpoint | None] = {}  # None: where its follower is when it is asked
        self._forgotten: list[Checkpoint] = []

    def touch(self, id_: FileId) -> None:
        """A followed file may have moved on."""
        self._changed[id_] = None

    def put(self, checkpoint: Checkpoint) -> None:
        """A checkpoint that no follower moves on any more."""
        self._changed[checkpoint.device, checkpoint.inode] = checkpoint

    def forget(self, checkpoint: Checkpoint) -> None:
        """Nobody will ask for this one again."""
        self._forgotten.append(checkpoint)

    def take_changed(self, position: Callable[[FileId], Checkpoint]) -> list[Checkpoint]:
        """Those that differ from what was stored or taken before."""
        taken = []
        for id_, kept in self._changed.items():
            now = kept or position(id_)
            if self._stored.get(id_) != now:
                self._stored[id_] = now
                taken.append(now)
        self._changed.clear()
        return taken

    def take_forgotten(self, used: Collection[FileId]) -> list[Checkpoint]:
        """Those to delete.

        A row belongs to an inode: where that lives on as another file, the row was replaced and must stay.
        """
        taken = [one for one in self._forgotten if (one.device, one.inode) not in used]
        self._forgotten.clear()
        for one in taken:
            self._stored.pop((one.device, one.inode), None)
        return taken
