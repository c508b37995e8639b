"""Where the records of PHP's own log file begin and end.

    "[" d-M-Y H:i:s [" " zone] "] " text LF        main/main.c, php_log_err_with_severity; reference: php.md section 1

A record goes on until the next line that starts with a stamp, whatever the text holds: PHP escapes nothing.  One kind
ends itself, an uncaught exception with its line `  thrown in FILE on line N`; text behind it (error_log() type 3 writes
raw bytes without a stamp) is a record of its own.  So is text behind ` on line N` of any other PHP error.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from parsers.model import MAX_RECORD, Record, Split, Stamp

#: Starts with a literal, which the engine looks for at about 1 GB/s; `^` with MULTILINE is seven times slower.
_START = re.compile(rb"\n\[(\d\d?-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d(?: [A-Za-z0-9_+:/-]{1,40})?)\] ")
#: Bytes around stamp and body of a record: the line end before the next one, "[" and "] ".
_HEAD_BYTES = 3
_FRAME_BYTES = 4
_LONGEST_START = 80

#: The line that ends an uncaught exception.  A message that holds one in full ends its record early; it is forged.
_THROWN_IN = b"\n  thrown in "
_THROWN = re.compile(_THROWN_IN + rb"[^\n]+ on line \d+\r?(?=\n|\Z)")
_ON_LINE = re.compile(rb" on line \d+\r?$", re.MULTILINE)
_UNCAUGHT = b":  Uncaught "
_LABEL_BYTES = 48

_MONTHS = {
    name: number
    for number, name in enumerate(
        (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"), 1
    )
}


def split(data: bytes, final: bool) -> Split:  # noqa: FBT001 - the shape of `Format.split`
    """Cut *data* into records; see `parsers.model.Format.split`."""
    records: list[Record] = []
    append = records.append
    # One call cuts the whole chunk: [text before the first stamp, stamp, body, stamp, body…].
    pieces = _START.split(b"\n" + data)
    if len(pieces) == 1:
        return Split(records, _cut(records, data, _Open(0, 0, b""), closed=final))
    begin = len(pieces[0])
    if begin:
        _cut(records, data[:begin], _Open(0, 0, b""), closed=True)
    stamps, bodies = pieces[1::2], pieces[2::2]
    last = stamps.pop()
    for stamp, body in zip(stamps, bodies, strict=False):
        length = len(stamp) + len(body) + _FRAME_BYTES
        if length <= MAX_RECORD and _is_whole(body):
            append(Record(begin, length, stamp, body))
        else:
            start = _Open(begin, begin + len(stamp) + _HEAD_BYTES, stamp)
            _cut(records, data[: begin + length], start, closed=True)
        begin += length
    return Split(
        records, _cut(records, data, _Open(begin, begin + len(last) + _HEAD_BYTES, last), closed=final)
    )


class _Open(NamedTuple):
    """A record whose end is still looked for: where it begins, where its text does, and its stamp."""

    begin: int
    text: int
    stamp: bytes


def _is_whole(body: bytes) -> bool:
    """Is *body*, which the next stamp ends, one record for sure?  Cheap: this runs for every record."""
    if not body.startswith(b"PHP "):
        return not body.endswith(b"\r")
    if _UNCAUGHT in body[:_LABEL_BYTES]:
        thrown = body.find(_THROWN_IN)  # finds at several GB/s, which a pattern does not
        if thrown >= 0 and thrown != body.rfind(b"\n"):
            return _ends_with_thrown(body, thrown)
    return body[-1:].isdigit()


def _ends_with_thrown(body: bytes, at: int) -> bool:
    thrown = _THROWN.search(body, at)
    return (thrown is None or thrown.end() == len(body)) and not body.endswith(b"\r")


def _cut(records: list[Record], data: bytes, start: _Open, *, closed: bool) -> int:
    """Append what is certain of the record at *start*, which no further stamp in *data* ends.

    Returns where the uncertain rest begins; the end of *data* where that is *closed*, by a stamp or for good.
    """
    thrown = _end_of_uncaught(data, start, closed=closed)
    if thrown is not None:
        start = _append(records, data, start, thrown)
    # The bytes of a stamp must be in sight before a record is known to go on over the limit.
    limit = MAX_RECORD if closed else MAX_RECORD + _LONGEST_START
    while len(data) - start.begin > limit:
        start = _append_piece(records, data, start)
    if closed and start.begin < len(data):
        start = _append(records, data, start, _end_of_error(data, start))
        if start.begin < len(data):
            start = _append(records, data, start, len(data))
    return start.begin


def _end_of_uncaught(data: bytes, start: _Open, *, closed: bool) -> int | None:
    """Where an uncaught exception ends by itself, its line end included; None when it does not."""
    label = data[start.text : start.text + _LABEL_BYTES]
    if not start.stamp or not label.startswith(b"PHP ") or _UNCAUGHT not in label:
        return None
    thrown = _THROWN.search(data, start.text, start.begin + MAX_RECORD)
    if thrown is None:
        return None
    if data.startswith(b"\n", thrown.end()):
        return thrown.end() + 1
    return thrown.end() if closed and thrown.end() == len(data) else None


def _end_of_error(data: bytes, start: _Open) -> int:
    """Where the PHP error at *start* ends, its line end included: behind its last ` on line N`, else at the end."""
    if not start.stamp or not data.startswith(b"PHP ", start.text):
        return len(data)
    ends = [found.end() for found in _ON_LINE.finditer(data, start.text)]
    return min(ends[-1] + 1, len(data)) if ends else len(data)


def _append(records: list[Record], data: bytes, start: _Open, end: int) -> _Open:
    body = data[start.text : end].removesuffix(b"\n").removesuffix(b"\r")
    records.append(Record(start.begin, end - start.begin, start.stamp, body))
    return _Open(end, end, b"")


def _append_piece(records: list[Record], data: bytes, start: _Open) -> _Open:
    """Append the first MAX_RECORD bytes of a record that is too long; its rest has no stamp of its own.

    One byte less where the rest would start with what looks like a stamp: it would be one if a chunk started there.
    """
    end = start.begin + MAX_RECORD
    if _START.match(b"\n" + data[end : end + _LONGEST_START]):
        end -= 1
    records.append(Record(start.begin, end - start.begin, start.stamp, data[start.text : end]))
    return _Open(end, end, b"")


def read_stamp(stamp: bytes) -> Stamp | None:
    """`23-Nov-2026 12:20:04 Europe/Berlin` as a Stamp; None for what is no time."""
    # No pattern here: stamps are many, and slices take half the time.
    day, _, rest = stamp.partition(b"-")
    month, time = _MONTHS.get(rest[:3]), rest[9:17]
    if month is None or time[2:3] + time[5:6] != b"::":
        return None
    try:
        when = dt.datetime(int(rest[4:8]), month, int(day), int(time[:2]), int(time[3:5]), int(time[6:]))  # noqa: DTZ001 - zone is beside it
    except ValueError:
        return None
    zone = rest[18:]
    return Stamp(when, zone.decode("ascii", "replace") if zone else None)


def claim(sample: bytes) -> float:
    """Share of the sample's lines that start as PHP writes them: 1.0 when the first line does."""
    starts = _START.findall(b"\n" + sample)
    if not starts:
        return 0.0
    return (
        1.0
        if _START.match(b"\n" + sample[:_LONGEST_START])
        else min(0.9, 2 * len(starts) / (sample.count(b"\n") or 1))
    )
