"""The values that parsers return; everything else in this project speaks in them.

Rule of this package: bytes in, values out.  No file, clock, environment, logger or global state, so that every
parser can be tested, fuzzed and memoised as a plain function.

The way of one record:

    chunk (bytes) --Format.split--> Record --Format.parse(record.body)--> LogEvent
                                      |
                                      +--Format.read_stamp(record.stamp)--> Stamp

A `LogEvent` says nothing of *where* or *when*: it depends on the body's bytes alone, which is what makes it safe to
remember it by body.  Position and time stay on the `Record`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

Level: TypeAlias = Literal["fatal", "error", "warning", "info", "debug"]
Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

#: A record longer than this is cut into pieces of this size, so that memory stays bounded whatever a log does.
MAX_RECORD = 1 << 20


class Record(NamedTuple):
    """One log entry, perhaps of many lines, inside the data given to `Format.split`.

    A tuple rather than a dataclass: one is made per log entry on the hot path, at a third of the cost.

    Attributes:
        offset: of its first byte, from the start of the data given.
        length: in bytes, line end included.  The records of a file cover it without gap or overlap.
        stamp: the time as the log wrote it, without brackets; b"" when the record carries none.
        body: the text after the stamp, without the last line end.
        stream: "stdout", "stderr", "child 17"…, where a carrier keeps several apart.
    """

    offset: int
    length: int
    stamp: bytes
    body: bytes
    stream: str | None = None


class Split(NamedTuple):
    """What `Format.split` found: whole records, and how many bytes of the data they use up.

    The bytes from `consumed` on belong to a record whose end is not known yet; give them again, with more behind.
    """

    records: list[Record]
    consumed: int


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time as the log says it.

    Attributes:
        when: naive wall-clock time, or aware when the text holds an offset from UTC.
        zone: name of the zone the text holds ("UTC", "Europe/Berlin"), None when it holds none.
    """

    when: dt.datetime
    zone: str | None = None


class Frame(NamedTuple):
    """One call of a stack, as the log names it; in_app, module and source context are added by `sidecar.event`.

    A tuple, because stacks are looked up by their frames: its hash costs a tenth of a dataclass's.

    Attributes:
        function: as the official SDK of the platform would name it; None where the SDK sends none.
        path: file as logged; None when the frame has no file.
        line: counted from 1; None when unknown.
        column: counted from 1; None when unknown (PHP has none).
    """

    function: str | None
    path: str | None
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Mechanism:
    """How an exception came to be reported; the fields are Sentry's own (reference: exception mechanism)."""

    type: str = "generic"
    handled: bool = True
    synthetic: bool = False
    source: str | None = None
    exception_id: int | None = None
    parent_id: int | None = None
    is_exception_group: bool = False


class ExceptionValue(NamedTuple):
    """One exception of a chain; a tuple for the same reason as `Record`.

    Attributes:
        type: class name as the official SDK sends it.
        value: the message.
        frames: oldest call first, the line that threw last (Sentry's order).  Empty: no stack is known.
        mechanism: see there.
    """

    type: str
    value: str
    frames: tuple[Frame, ...] = ()
    mechanism: Mechanism = Mechanism()


class LogEvent(NamedTuple):
    """A parsed record body: everything its bytes say, nothing else; a tuple for the same reason as `Record`.

    Attributes:
        format: the finer format name that `explain` reports, such as "php.error_log".
        platform: Sentry's platform: "php", "node" or "other".
        level: Sentry's level.
        message: the text of a log item, or of an issue without an exception; for others what was said beside the exception.
        issue: True when the record is an issue event; False when it is a log item.
        exceptions: oldest cause first, the one thrown last at the end (Sentry's order).
        logger: Sentry's logger field, such as "console".
        contexts: Sentry's contexts, by name (error properties, for instance).
        tags: what the record itself says about its origin.
        extra: Sentry's extra data.
        request: Sentry's request: method, url, query_string, headers, as far as a server's log line says them.
        drop: name of the rule by which the record is dropped, such as "displayed copy"; None: it is kept.
    """

    format: str
    platform: Literal["php", "node", "other"]
    level: Level
    message: str
    issue: bool = False
    exceptions: tuple[ExceptionValue, ...] = ()
    logger: str | None = None
    contexts: Mapping[str, Mapping[str, Json]] | None = None
    tags: Mapping[str, str] | None = None
    extra: Mapping[str, Json] | None = None
    request: Mapping[str, Json] | None = None
    drop: str | None = None


Splitter: TypeAlias = Callable[[bytes, bool], Split]
BodyParser: TypeAlias = Callable[[bytes], LogEvent]
StampReader: TypeAlias = Callable[[bytes], Stamp | None]
Claim: TypeAlias = Callable[[bytes], float]


@dataclass(frozen=True, slots=True)
class Format:
    """One log format.

    Attributes:
        name: such as "php.error_log"; reported by `explain`, accepted by `format =`.
        split: (data, final) -> Split.  `data` starts at a record's first byte.  Where `final` is False, only records
            whose end cannot change with more data are returned; where True, all of it.  Must not depend on where
            chunks end: feeding a file in any pieces gives the same records.
        parse: body -> LogEvent.  Total: never raises, whatever the bytes.
        read_stamp: stamp -> Stamp, or None when it is no time.
        claim: sample of a file -> how surely it is of this format, 0.0 (no) to 1.0.
    """

    name: str
    split: Splitter
    parse: BodyParser
    read_stamp: StampReader
    claim: Claim
