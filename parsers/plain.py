"""Text that no other format claims: one record a line, indented lines joined to the line above.

A record is a plain message, never more severe than info: nothing here guesses.
"""

from __future__ import annotations

import re

from parsers.model import MAX_RECORD, Format, LogEvent, Record, Split, Stamp
from parsers.text import decode

FORMAT_NAME = "plain"

#: A line end that no indented line follows; a byte must be there to know.
_BOUNDARY = re.compile(rb"\n(?=[^ \t])")


def split(data: bytes, final: bool) -> Split:  # noqa: FBT001 - the shape of `Format.split`
    """Cut *data* into records; see `parsers.model.Format.split`."""
    records: list[Record] = []
    begin = 0
    for boundary in _BOUNDARY.finditer(data):
        begin = _append(records, data, begin, boundary.end())
    if final:
        begin = _append(records, data, begin, len(data))
    while len(data) - begin > MAX_RECORD:
        begin = _append_piece(records, data, begin)
    return Split(records, begin)


def _append(records: list[Record], data: bytes, begin: int, end: int) -> int:
    while end - begin > MAX_RECORD:
        begin = _append_piece(records, data, begin)
    if begin < end:
        body = data[begin:end].removesuffix(b"\n").removesuffix(b"\r")
        records.append(Record(begin, end - begin, b"", body))
    return end


def _append_piece(records: list[Record], data: bytes, begin: int) -> int:
    records.append(Record(begin, MAX_RECORD, b"", data[begin : begin + MAX_RECORD]))
    return begin + MAX_RECORD


def parse(body: bytes) -> LogEvent:
    """A log item with the text as it is."""
    return LogEvent(FORMAT_NAME, "other", "info", decode(body))


def read_stamp(stamp: bytes) -> Stamp | None:  # noqa: ARG001 - the shape of `Format.read_stamp`
    """No time: plain text says none."""
    return None


def claim(sample: bytes) -> float:  # noqa: ARG001 - the shape of `Format.claim`
    """Anything can be plain text; every other claim is stronger."""
    return 0.01


PLAIN = Format(FORMAT_NAME, split, parse, read_stamp, claim)
