"""`sidecar backfill`: old logs into an outbox of their own, and from there to Sentry.

It may be killed and started again at any time: how far each log was read is committed with its payloads, and a log that
was read to its end is not read again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from sidecar.app.plan import Plan, Plans
from sidecar.app.reading import OpenedLog, open_named
from sidecar.clock import Clock
from sidecar.identity import Checkpoint
from sidecar.pipeline.interpret import FileReader
from sidecar.pipeline.scan import scan
from sidecar.pipeline.sink import OutboxSink
from sidecar.pipeline.tally import Tally

#: Name under which backfills are counted and checkpointed.
SOURCE = "backfill"
#: Below the state directory: the outbox of `sidecar run` there may be in use.
DIRECTORY = "backfill"

_ROWS_A_COMMIT = 500


class Backfill:
    """Reads logs from where an earlier backfill stopped, and stores what they hold."""

    def __init__(
        self,
        plans: Plans,
        sink: OutboxSink,
        clock: Clock,
        tally: Tally,
        *,
        advance: Callable[[int], None],
        rest: Callable[[], None],
        stopped: Callable[[], bool],
    ) -> None:
        """Prepare; the outbox of *sink* knows how far earlier backfills came.

        Args:
            plans: how to read which log.
            sink: where payloads go.
            clock: what time it is.
            tally: where records are counted.
            advance: told of bytes read.
            stopped: asked between two batches whether to stop.
            rest: called again and again while the outbox is full; waits a little.
        """
        self._plans = plans
        self._sink = sink
        self._clock = clock
        self._tally = tally
        self._advance = advance
        self._rest = rest
        self._stopped = stopped
        #: Bytes that earlier backfills had read.
        self.known_bytes = 0
        self._known = {(one.device, one.inode): one for one in sink.store.checkpoints(SOURCE)}

    def store(self, path: str) -> None:
        """Store the rest of the log at *path*.

        Raises:
            InputError: it cannot be read.
            StateError: the outbox cannot be written.
        """
        plan = self._plans.for_path(path)
        with ExitStack() as stack:
            self._store(open_named(path, plan, self._clock.now(), stack), plan)

    def _store(self, log: OpenedLog, plan: Plan) -> None:
        offset = self._start_of(log)
        self.known_bytes += offset
        self._advance(offset)
        reader = FileReader(log.file)
        try:
            for batch in scan(plan.chooser(), *log.from_offset(offset)):
                for one in reader.interpret(batch.interpreter, batch.records, batch.base, batch.data):
                    self._sink.take(plan.name, one)
                    self._tally.add_one(one.template, one.record.length, one.place.said_time)
                last = batch.records[-1]
                self._advance(batch.base + last.offset + last.length - offset)
                offset = batch.base + last.offset + last.length
                self._commit(log.checkpoint(SOURCE, offset))
                if self._stopped():
                    break
        finally:
            # What was read before a fault is stored as well.
            self._sink.commit([log.checkpoint(SOURCE, offset)])

    def _start_of(self, log: OpenedLog) -> int:
        here = log.checkpoint(SOURCE)
        before = self._known.get((here.device, here.inode))
        return before.offset if before and log.goes_on(before) else 0

    def _commit(self, checkpoint: Checkpoint) -> None:
        if self._sink.pending >= _ROWS_A_COMMIT:
            self._sink.commit([checkpoint])
        while self._sink.full() and not self._stopped():
            self._sink.commit([checkpoint])
            self._rest()
