"""Logs named on a command line: opened, recognised, and read from end to end."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from sidecar.app.plan import Plan
from sidecar.errors import InputError
from sidecar.identity import Checkpoint, fingerprint_of
from sidecar.pipeline.interpret import FileReader, Interpreted, LogFile
from sidecar.pipeline.scan import CHUNK_BYTES, Batch, scan
from sidecar.tail.opening import HEAD_BYTES, Log, open_log, shown, unfit

STDIN = "-"

_EVIDENCE_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class OpenedLog:
    """A log whose first bytes have been read.

    Attributes:
        plan: how to read it.
        head: its first bytes.
        read: gives the bytes behind them.
        file: what its records need to know of it.
        log: the open file; None for standard input.
    """

    plan: Plan
    head: bytes
    read: Callable[[int], bytes]
    file: LogFile
    log: Log | None = None

    def batches(self) -> Iterator[Batch]:
        """All records of the log."""
        return scan(self.plan.chooser(), self.read, self.head)

    def from_offset(self, offset: int) -> tuple[Callable[[int], bytes], bytes, int]:
        """(read, head, base) for `scan`, to go on at *offset*."""
        if offset <= len(self.head):
            return self.read, self.head[offset:], offset
        position = len(self.head)
        while position < offset and (skipped := len(self.read(min(offset - position, CHUNK_BYTES)))):
            position += skipped
        return self.read, b"", position

    def checkpoint(self, source: str, offset: int = 0) -> Checkpoint:
        """How far the file was read.

        Raises:
            InputError: standard input has no offsets.
        """
        if self.log is None:
            raise InputError("standard input cannot be read again")
        state = self.log.stat()
        file = self.file
        known_by = file.fingerprint + self._evidence(offset)
        return Checkpoint(
            source, self.log.path, state.st_dev, state.st_ino, known_by, file.generation, offset
        )

    def goes_on(self, before: Checkpoint) -> bool:
        """Is this the file of the checkpoint, with the same bytes before its offset?"""
        if self.log is None or (not self.log.compressed and self.log.size < before.offset):
            return False
        return before.fingerprint == self.file.fingerprint + self._evidence(before.offset)

    def _evidence(self, offset: int) -> bytes:
        """What is before *offset*, hashed: a file written anew differs there.  A packed one is not unpacked for it."""
        if self.log is None or self.log.compressed:
            return b""
        begin = max(0, offset - _EVIDENCE_BYTES)
        return hashlib.blake2b(self.log.read_at(begin, offset - begin), digest_size=8).digest()

    def interpreted(self) -> Iterator[Interpreted]:
        """All records of the log, and what becomes of each."""
        reader = FileReader(self.file)
        for batch in self.batches():
            yield from reader.interpret(batch.interpreter, batch.records, batch.base, batch.data)


def open_named(path: str, plan: Plan, now: float, stack: ExitStack) -> OpenedLog:
    """Open the log at *path*, or standard input for "-"; *stack* closes it.

    Raises:
        InputError: it cannot be read as a log.
    """
    if path == STDIN:
        head = _checked(path, _read_stdin(CHUNK_BYTES))
        file = LogFile(path, fingerprint_of(head), 0, now, "read")
        return OpenedLog(plan, head, _read_stdin, file)
    log = open_log(path)
    stack.callback(log.close)
    head = _checked(path, log.read(CHUNK_BYTES))
    file = LogFile(shown(path), fingerprint_of(head), 0, log.stat().st_mtime, "file modified")
    return OpenedLog(plan, head, log.read, file, log)


def _read_stdin(size: int) -> bytes:
    """What there is now: somebody may be watching `docker logs -f app | sidecar explain -`."""
    return os.read(sys.stdin.fileno(), size)


def _checked(path: str, head: bytes) -> bytes:
    """*head*, if it is text: what is packed or piped is only seen here."""
    fault = unfit(head[:HEAD_BYTES])
    if fault:
        raise InputError(f"{shown(path)}: {fault}")
    return head
