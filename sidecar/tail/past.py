"""Checkpoints of files that are not there: not seen yet, gone, or truncated since."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeVar

from sidecar.identity import Checkpoint
from sidecar.tail.identify import FileId

_Key = TypeVar("_Key", bound=Hashable)


class Past:
    """Remembers checkpoints, by inode and by fingerprint, since when they are past, and the bytes before their offset."""

    def __init__(self, checkpoints: Iterable[Checkpoint], now: float) -> None:
        self._entries: dict[Checkpoint, tuple[float, bytes]] = {}
        self._by_id: dict[FileId, list[Checkpoint]] = {}
        self._by_fingerprint: dict[bytes, list[Checkpoint]] = {}
        for one in checkpoints:
            self.add(one, now)

    def ids(self) -> set[FileId]:
        """Inodes of all of them."""
        return set(self._by_id)

    def paths(self) -> dict[str, FileId]:
        """Where they were, and which file was there last."""
        return {one.path: (one.device, one.inode) for one in self._entries}

    def add(self, checkpoint: Checkpoint, now: float, context: bytes = b"") -> None:
        """Remember one; the latest life of an inode is added last."""
        self.discard(checkpoint)
        self._entries[checkpoint] = now, context
        self._by_id.setdefault((checkpoint.device, checkpoint.inode), []).append(checkpoint)
        self._by_fingerprint.setdefault(checkpoint.fingerprint, []).append(checkpoint)

    def discard(self, checkpoint: Checkpoint) -> None:
        """Forget one, if it is there."""
        if self._entries.pop(checkpoint, None) is None:
            return
        id_ = (checkpoint.device, checkpoint.inode)
        _remove(self._by_id, id_, checkpoint)
        _remove(self._by_fingerprint, checkpoint.fingerprint, checkpoint)

    def context(self, checkpoint: Checkpoint) -> bytes:
        """The bytes before its offset; b"" when they are not known."""
        return self._entries[checkpoint][1]

    def like(self, id_: FileId, fingerprint: bytes) -> list[Checkpoint]:
        """Those with this inode, and those with this first line."""
        others = self._by_fingerprint.get(fingerprint, ()) if fingerprint else ()
        mine = self._by_id.get(id_, [])
        return [*(one for one in others if one not in mine), *mine]

    def since_before(self, time: float) -> list[Checkpoint]:
        """Those past for longer than since this time."""
        return [one for one, (since, _) in self._entries.items() if since < time]


def _remove(index: dict[_Key, list[Checkpoint]], key: _Key, checkpoint: Checkpoint) -> None:
    index[key].remove(checkpoint)
    if not index[key]:
        del index[key]
