"""Records of many lines, of several writers whose lines alternate in one file.

Each line belongs to a stream, and says what it is (`Role`).  A record is open until its end is seen, the next one of its
stream begins, or nothing of it came for too long (`Rules`); its bytes run from its first to its last line, so that
records of two streams may overlap.

Promise: a reader may start anew at every byte `consumed` says.  That is always a *clean* place, the end of a line at which
no record is open, so that nothing before it matters for what follows; where clean places lie depends on the bytes
alone, so chunks may end anywhere.  No record, nor what is held back, grows over the limit: a line that would take the
bytes since the last clean place over `_MOST_OPEN` closes all first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from operator import itemgetter
from typing import NamedTuple

from parsers.model import MAX_RECORD, Record, Split

#: A trace of 1,000 calls, each line with a head, fits.
_MOST_OPEN = 1 << 18


class Role(Enum):
    """What a line is to its stream's open record."""

    BEGINS = auto()  # a record; the one before has ended
    GOES_ON = auto()  # with the open record; begins one where none is open
    ALONE = auto()  # a record of one line, which interrupts none


class Line(NamedTuple):
    """One physical line.

    Attributes:
        begin: of its first byte.
        end: behind its last byte, line end included.
        stream: whose it is.
        stamp: as in `Record`.
        text: without what the carrier put around it.
        context: see `framed.body_of`; that of a record's first line counts.
        role: see `Role`.
    """

    begin: int
    end: int
    stream: str | None
    stamp: bytes
    text: bytes
    context: bytes
    role: Role


@dataclass(slots=True)
class Thread:
    """An open record.

    Attributes:
        lines: it has so far.
        foreign: lines of other streams since its last one.
        copy_at: number of the line where a second copy of the text begins; 0 while there is none.
    """

    lines: list[Line]
    foreign: int = 0
    copy_at: int = 0


class Rules(NamedTuple):
    """What differs between formats.

    Attributes:
        read: the line in data between two offsets, line end included.
        goes_on: does a line go on with the open record?
        ends: has the open record ended with its last line for sure?
        is_over: after a line of another stream: has it ended?
        divide: a closed record's lines to records.
        block: the common record as a whole, (record, end) or None: what the rules above would make of the lines from an
            offset on where no record is open, only faster.
    """

    read: Callable[[bytes, int, int], Line]
    goes_on: Callable[[Thread, Line], bool]
    ends: Callable[[Thread], bool]
    is_over: Callable[[Thread, Line], bool]
    divide: Callable[[list[Line]], Iterator[Record]]
    block: Callable[[bytes, int], tuple[Record, int] | None] | None = None


def weave(rules: Rules, data: bytes, *, final: bool) -> Split:
    """Cut *data* into records; see `parsers.model.Format.split`."""
    loom = _Loom(rules)
    begin = 0
    while end := _end_at(data, begin, loom, final=final):
        begin = end
    if final or len(data) - loom.clean > _MOST_OPEN:
        # Not final: the line that is not whole yet will take it over the limit.
        loom.close_all(begin)
    return Split(loom.finished(), loom.clean)


def _end_at(data: bytes, begin: int, loom: _Loom, *, final: bool) -> int:
    """Add the block or line at *begin*; where it ends, 0 where none is whole."""
    if loom.rules.block is not None and loom.clean == begin:
        found = loom.rules.block(data, begin)
        if found is not None and found[1] - begin <= _MOST_OPEN:
            loom.add_whole(*found)
            return found[1]
    end = _line_end(data, begin, final=final)
    if end:
        loom.add(loom.rules.read(data, begin, end))
    return end


def _line_end(data: bytes, begin: int, *, final: bool) -> int:
    """Where the line ends; one that is longer than a record may be is cut.  0: it is not whole."""
    end = data.find(b"\n", begin, begin + MAX_RECORD) + 1
    if end:
        return end
    if len(data) - begin >= MAX_RECORD:
        return begin + MAX_RECORD
    return len(data) if final and begin < len(data) else 0


class _Loom:
    """The open records, and those that were closed since the last clean place."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._open: dict[str | None, Thread] = {}
        self._closed: list[Record] = []
        self._done = 0
        self.clean = 0

    def add(self, line: Line) -> None:
        if line.end - self.clean > _MOST_OPEN and self._open:
            self.close_all(line.begin)
        if line.role is Role.ALONE:
            self._closed.extend(self.rules.divide([line]))
        else:
            self._weave_in(line)
        if self._open:
            self._close_those_over(line)
        if not self._open:
            self.clean, self._done = line.end, len(self._closed)

    def add_whole(self, record: Record, end: int) -> None:
        self._closed.append(record)
        self.clean, self._done = end, len(self._closed)

    def _weave_in(self, line: Line) -> None:
        thread = self._open.get(line.stream)
        if thread is not None and line.role is Role.GOES_ON and self.rules.goes_on(thread, line):
            thread.lines.append(line)
            thread.foreign = 0
        else:
            if thread is not None:
                self._close(line.stream)
            thread = self._open[line.stream] = Thread([line])
        if self.rules.ends(thread):
            self._close(line.stream)

    def _close_those_over(self, line: Line) -> None:
        over = []
        for stream, thread in self._open.items():
            if thread.lines[-1] is not line:
                thread.foreign += 1
                if self.rules.is_over(thread, line):
                    over.append(stream)
        for stream in over:
            self._close(stream)

    def _close(self, stream: str | None) -> None:
        self._closed.extend(self.rules.divide(self._open.pop(stream).lines))

    def close_all(self, at: int) -> None:
        for stream in list(self._open):
            self._close(stream)
        self.clean, self._done = at, len(self._closed)

    def finished(self) -> list[Record]:
        """The records that end before the last clean place, in order."""
        return sorted(self._closed[: self._done], key=itemgetter(0))
