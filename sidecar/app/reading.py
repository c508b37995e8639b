"""Logs named on a command line: opened, recognised, and read from end to end."""

from __future__ import annotations

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
        return Checkpoint(
            source, file.path, state.st_dev, state.st_ino, file.fingerprint, file.generation, offset
        )

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
        head = _checked(path, sys.stdin.buffer.read(CHUNK_BYTES))
        file = LogFile(path, fingerprint_of(head), 0, now, "read")
        return OpenedLog(plan, head, sys.stdin.buffer.read, file)
    log = open_log(path)
    stack.callback(log.close)
    head = _checked(path, log.read(CHUNK_BYTES))
    file = LogFile(shown(path), fingerprint_of(head), 0, log.stat().st_mtime, "file modified")
    return OpenedLog(plan, head, log.read, file, log)


def _checked(path: str, head: bytes) -> bytes:
    """*head*, if it is text: what is packed or piped is only seen here."""
    fault = unfit(head[:HEAD_BYTES])
    if fault:
        raise InputError(f"{shown(path)}: {fault}")
    return head
