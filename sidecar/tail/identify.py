"""Which file is this?  A pure decision from what was found and what is remembered.

Never a fingerprint alone (files share a first line), never an inode alone (inodes are reused):

    same inode, first line as remembered, not shorter          Known, or Renamed under another path
    same inode, shorter, or another first line at its path     Truncated: next generation, from the start
    other inode, same first line, a relative of a file
        that is still there                                    Twin: only comparing bytes can tell
    other inode, same first line, a rotated name of a file
        that is gone or was truncated                          Copied: it goes on at the remembered offset
    anything else                                              New

What it cannot see: a file truncated *and* grown past the old offset with the same first line while nobody ran.
`Follower` notices that while it runs, by the bytes before its offset.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import TypeAlias

from sidecar.identity import Checkpoint, fingerprint_of
from sidecar.tail.rotation import are_relatives, may_continue

FileId: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file as it is on disk now.

    Attributes:
        path: one of its names.
        device: st_dev.
        inode: st_ino.
        size: bytes on disk.
        head: first 1 KiB or more, unpacked where compressed.
        compressed: a gzip file, whose size says nothing of its text's.
    """

    path: str
    device: int
    inode: int
    size: int
    head: bytes
    compressed: bool = False

    @property
    def id(self) -> FileId:
        """Device and inode."""
        return self.device, self.inode

    def reaches(self, offset: int) -> bool:
        """Whether `offset` may lie within its text."""
        return self.compressed or self.size >= offset


@dataclass(frozen=True, slots=True)
class Known:
    """The file of the checkpoint, under the path it had."""

    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Renamed:
    """The file of the checkpoint under a new path."""

    checkpoint: Checkpoint
    path: str


@dataclass(frozen=True, slots=True)
class Truncated:
    """The file of the checkpoint, emptied in place since; it begins anew as the next generation."""

    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Copied:
    """Another file with the bytes of the checkpoint's: what copytruncate or gzip left behind."""

    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Twin:
    """Perhaps a copy of a file that is still there; compare bytes before reading it."""

    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class New:
    """Never seen."""


Verdict: TypeAlias = Known | Renamed | Truncated | Copied | Twin | New


def identify(found: FoundFile, live: Iterable[Checkpoint], past: Iterable[Checkpoint]) -> Verdict:
    """Say which file was found.

    Args:
        found: the file.
        live: checkpoints of files that are known to be there.
        past: checkpoints of files not seen yet, gone, or truncated since; later lives of an inode behind earlier ones.
    """
    past = tuple(past)
    mine = [one for one in past if (one.device, one.inode) == found.id]
    own = mine[-1] if mine else None
    if own is not None and _same_line(found, own):
        return _same_file(found, own)
    for one in live:
        if _same_text(found, one) and are_relatives(PurePath(found.path).name, PurePath(one.path).name):
            return Twin(one)
    for one in past:
        if (
            one is not own
            and found.reaches(one.offset)
            and _same_text(found, one)
            and has_copy_name(found, one)
        ):
            return Copied(one)
    if own is not None and found.path == own.path:
        return Truncated(own) if own.fingerprint else Known(own)
    return New()  # if it has an inode that is known, that was reused


def has_copy_name(found: FoundFile, one: Checkpoint) -> bool:
    """Whether a copy or archive of the checkpoint's file would be called so."""
    return may_continue(PurePath(found.path).name, PurePath(one.path).name, compressed=found.compressed)


def _same_line(found: FoundFile, own: Checkpoint) -> bool:
    if own.fingerprint:
        return own.fingerprint == fingerprint_of(found.head)
    # Only the inode and part of a first line speak for it; of a file that was empty not even that.
    return own.offset > 0 and not found.compressed


def _same_file(found: FoundFile, own: Checkpoint) -> Verdict:
    if not found.reaches(own.offset):
        return Truncated(own)
    return Known(own) if found.path == own.path else Renamed(own, found.path)


def _same_text(found: FoundFile, one: Checkpoint) -> bool:
    return (
        one.fingerprint != b""
        and one.fingerprint == fingerprint_of(found.head)
        and PurePath(found.path).parent == PurePath(one.path).parent
    )
