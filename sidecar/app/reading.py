"""Logs named on a command line: opened, recognised, and read from end to end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from sidecar.app.plan import Plan
from sidecar.errors import InputError
from sidecar.identity import fingerprint_of
from sidecar.pipeline.interpret import FileReader, Interpreted, LogFile
from sidecar.pipeline.scan import CHUNK_BYTES, Batch, scan
from sidecar.tail.opening import HEAD_BYTES, open_log, unfit

STDIN = "-"


@dataclass(frozen=True, slots=True)
class OpenedLog:
    """A log whose first bytes have been read.

    Attributes:
        plan: how to read it.
        head: its first bytes.
        read: gives the bytes behind them.
        file: what its records need to know of it.
    """

    plan: Plan
    head: bytes
    read: Callable[[int], bytes]
    file: LogFile

    def batches(self) -> Iterator[Batch]:
        """All records of the log."""
        return scan(self.plan.chooser(), self.read, self.head)

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
    log = stack.enter_context(open_log(path))
    head = _checked(path, log.read(CHUNK_BYTES))
    file = LogFile(path, fingerprint_of(head), 0, log.stat().st_mtime, "file modified")
    return OpenedLog(plan, head, log.read, file)


def _checked(path: str, head: bytes) -> bytes:
    """*head*, if it is text: what is packed or piped is only seen here."""
    fault = unfit(head[:HEAD_BYTES])
    if fault:
        raise InputError(f"{path}: {fault}")
    return head
