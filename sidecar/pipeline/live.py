"""From files that grow to a sink: one look at a time.

The loop itself is the caller's, see `sidecar.app.running`; nothing here waits.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping

import structlog

from sidecar.clock import Clock
from sidecar.errors import StateError
from sidecar.pipeline.interpret import FileReader, Interpreter, LogFile
from sidecar.pipeline.sink import Sink
from sidecar.tail.follow import Chunk
from sidecar.tail.tailer import Tailer

#: Rows a transaction: enough to share its cost, few enough that a crash repeats little work.
_ROWS_A_COMMIT = 500
#: Files whose format and last time are remembered; one that is forgotten is recognised anew.
_KEPT_FILES = 4096
#: While the database cannot be written (a full disk), it is tried again so often.
_RETRY_SECONDS = 1.0

_Chooser = Callable[[bytes], Interpreter]


class Live:
    """Reads what the tailer finds, interprets it, and commits it with the offsets."""

    def __init__(
        self, tailer: Tailer, choosers: Mapping[str, Callable[[], _Chooser]], sink: Sink, clock: Clock
    ) -> None:
        """*choosers*: for each source, what makes the chooser of formats for one of its files."""
        self._tailer = tailer
        self._choosers = choosers
        self._sink = sink
        self._clock = clock
        self._files: OrderedDict[tuple[str, str, bytes, int], tuple[_Chooser, FileReader]] = OrderedDict()
        self._retry_at: float | None = None
        # Reasons to look that came while nothing could be read.
        self._hints: set[str] = set()
        self._rescan = False
        self._log = structlog.get_logger()

    def look(self, paths: Collection[str], *, rescan: bool, stopped: Callable[[], bool]) -> None:
        """Do all there is to do now: find files, read, interpret, commit."""
        self._hints.update(paths)
        self._rescan |= rescan
        if self._retry_at is not None:
            # What was taken is not stored yet: nothing more is read until it is.
            self._commit()
        if self._retry_at is None and self._rescan:
            self._rescan = False
            self._tailer.rescan()
            self._commit(forget=True)
        if self._retry_at is not None or self._sink.full():
            return
        hints, self._hints = self._hints, set()
        for chunk in self._tailer.poll(hints):
            self._read(chunk)
            if self._sink.pending >= _ROWS_A_COMMIT:
                self._commit()
            if stopped() or self._sink.full() or self._retry_at is not None:
                break
        self._commit()

    def wait(self) -> float:
        """Seconds until `look` has something to do of its own."""
        if self._retry_at is not None:
            return max(0.0, self._retry_at - self._clock.monotonic())
        return float("inf") if self._sink.full() else self._tailer.wait()

    def _read(self, chunk: Chunk) -> None:
        choose, reader = self._file(chunk)
        interpreter = choose(chunk.data)
        records, consumed = interpreter.format.split(chunk.data, chunk.final)
        for one in reader.interpret(interpreter, records, chunk.offset, chunk.data):
            self._sink.take(chunk.source, one)
        chunk.advance(consumed)

    def _file(self, chunk: Chunk) -> tuple[_Chooser, FileReader]:
        """How to read the chunk's file; its fallback time is that of this reading."""
        key = (chunk.source, chunk.path, chunk.fingerprint, chunk.generation)
        known = self._files.pop(key, None)
        if known is None:
            file = LogFile(chunk.path, chunk.fingerprint, chunk.generation, self._clock.now(), "read")
            known = self._choosers[chunk.source](), FileReader(file)
            while len(self._files) >= _KEPT_FILES:
                self._files.popitem(last=False)
        self._files[key] = known
        known[1].read_at(self._clock.now())
        return known

    def _commit(self, *, forget: bool = False) -> None:
        try:
            self._sink.commit(self._tailer.checkpoints())
            if forget:
                self._sink.forget(self._tailer.forgotten())
        except StateError as error:
            if self._retry_at is None:
                self._log.error(
                    "cannot_store",
                    problem=str(error),
                    advice="reading pauses until it can be stored; nothing is lost",
                )
            self._retry_at = self._clock.monotonic() + _RETRY_SECONDS
            return
        if self._retry_at is not None:
            self._log.info("can_store_again")
        self._retry_at = None
