"""Records of one source to templates and payloads: the hot path.

For each record: look its body up, and only where it is new parse it, decide, and compose its shared JSON.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import orjson
import structlog

from parsers.model import Format, LogEvent, Record
from parsers.text import decode
from sidecar.event.payload import Composer, Place, Template, TimeSource
from sidecar.identity import event_id_of
from sidecar.pipeline.memo import REMEMBERED_BYTES, Memo
from sidecar.pipeline.times import Times

#: Names of the rules by which this program itself drops a record.
BLANK_RULE = "blank"
NO_LOGS_RULE = "logs = false"


@dataclass(frozen=True, slots=True)
class LogFile:
    """The file that records are from.

    Attributes:
        path: as people know it.
        fingerprint: of its first line, see `sidecar.identity`.
        generation: how often it was truncated in place.
        fallback_time: unix time for records before the first stamp.
        fallback_source: what that time is.
    """

    path: str
    fingerprint: bytes
    generation: int
    fallback_time: float
    fallback_source: TimeSource


class Interpreted(NamedTuple):
    """One record and what becomes of it."""

    record: Record
    template: Template
    place: Place

    def payload(self) -> bytes:
        """The JSON that is sent."""
        return self.template.payload(self.place)


class Interpreter:
    """What one source's records in one format become."""

    def __init__(
        self,
        log_format: Format,
        composer: Composer,
        *,
        zone: str | None = None,
        logs: bool = True,
        memory: int = REMEMBERED_BYTES,
    ) -> None:
        """Prepare.

        Args:
            log_format: of the records.
            composer: builds their payloads.
            zone: for stamps without one.
            logs: whether records that are no issue become log items.
            memory: bytes, by estimate, for what was made of texts.
        """
        self.format = log_format
        self._composer = composer
        self._logs = logs
        #: Unix time of a stamp.
        self.times = Times(log_format.read_stamp, zone)
        #: What becomes of every record with a body.
        self.templates: Memo[Template] = Memo(self._template, memory)

    def forget(self) -> None:
        """Make everything anew from here on: source files may have changed."""
        self.templates.clear()
        self._composer.forget()

    def _template(self, body: bytes) -> Template:
        try:
            template = self._decide(self.format.parse(body))
            template.prove()
        except Exception:  # noqa: BLE001 - a fence: one line must never stop the reading, whatever it makes of our mistakes
            structlog.get_logger().exception("record_not_understood", format=self.format.name)
            return Template(LogEvent(self.format.name, "other", "info", decode(body)), self._composer, "log")
        return template

    def _decide(self, event: LogEvent) -> Template:
        if event.drop:
            return Template(event, self._composer, "drop", event.drop)
        if event.issue:
            return Template(event, self._composer, "event")
        if not event.message.strip():
            return Template(event, self._composer, "drop", BLANK_RULE)
        if not self._logs:
            return Template(event, self._composer, "drop", NO_LOGS_RULE)
        return Template(event, self._composer, "log")


class FileReader:
    """Interprets the records of one file in order; knows the last time that the file said."""

    def __init__(self, file: LogFile) -> None:
        """Records are to be given in the order of the file."""
        self._file = file
        # A file's name may be any bytes; JSON holds text only.
        self._path = orjson.dumps(os.fsencode(file.path).decode("utf-8", "replace"))
        self._trace_id = event_id_of(file.fingerprint, file.generation, 0, b"trace")
        self._time = file.fallback_time
        self._time_source = file.fallback_source

    def read_at(self, now: float) -> None:
        """What follows was read at unix time *now*; records of a log that says no times are of then."""
        if self._time_source == "read":
            self._time = now

    def interpret(
        self, interpreter: Interpreter, records: list[Record], base: int, data: bytes
    ) -> Iterator[Interpreted]:
        """What becomes of *records* of *data*, which starts at byte *base* of the file."""
        file = self._file
        templates, times = interpreter.templates, interpreter.times
        for record in records:
            time_source: TimeSource = "record"
            when = times[record.stamp]
            if when is None:
                when, time_source = self._time, self._time_source
            else:
                if when < self._time and self._time_source == "previous record":
                    when = times.nearest(record.stamp, self._time) or when
                self._time, self._time_source = when, "previous record"
            offset = base + record.offset
            span = data[record.offset : record.offset + record.length]
            event_id = event_id_of(file.fingerprint, file.generation, offset, span)
            yield Interpreted(
                record,
                templates[record.body],
                Place(event_id, when, time_source, self._trace_id, self._path, offset),
            )
