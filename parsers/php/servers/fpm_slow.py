r"""php-fpm's slow log: the stack of a request that took too long, one warning each.

    LF "[" d-M-Y H:i:s "]  [pool " P "] pid " N LF "script_filename = " F LF *( "[0x" ADDRESS "] " FUNCTION "() " FILE ":" LINE LF )

FILE:LINE is where the function was *called*, so that where the innermost one was is not known (reference: php.md section 2).
"""

from __future__ import annotations

import re

from parsers.model import MAX_RECORD, ExceptionValue, Format, Frame, LogEvent, Mechanism, Record, Split
from parsers.php.servers import stamps
from parsers.php.servers.framed import body_of, join_tags, text_and_context
from parsers.text import decode

FORMAT_NAME = "php.fpm-slow"
TYPE = "SlowRequest"

_HEAD = re.compile(
    rb"(?:\A\n?|\n\n?)\[(?P<stamp>\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d(?:\.\d{6})?)\]  "
    rb"\[pool (?P<pool>[^\]\n]{1,200})\] pid \d+\n"
)
_LONGEST_HEAD = 300
_ADDRESS = re.compile(rb"^\[0x[0-9a-f]+\] ", re.MULTILINE)
_CALL = re.compile(r"(?P<function>\S.*?)\(\) (?P<file>\S.*):(?P<line>\d{1,9})")
_SCRIPT = "script_filename = "
#: FPM's name for include, require and eval alike.
_INCLUDE = "[INCLUDE_OR_EVAL]"
_SLOW = Mechanism(synthetic=True)


def split(data: bytes, final: bool) -> Split:  # noqa: FBT001 - the shape of `Format.split`
    """Cut *data* into records; see `parsers.model.Format.split`."""
    heads = list(_HEAD.finditer(data))
    begins = [_begin_of(head) for head in heads]
    records: list[Record] = []
    first = begins[0] if begins else len(data)
    if first and (begins or final):
        _append(records, data, (0, first), None)
    ends = [*begins[1:], len(data)] if final else begins[1:]
    for head, begin, end in zip(heads, begins, ends, strict=False):
        _append(records, data, (begin, end), head)
    return _bounded(records, data)


def _begin_of(head: re.Match[bytes]) -> int:
    """The line end of the line before is that line's."""
    begin = head.start()
    return begin if begin == 0 else begin + 1


def _append(records: list[Record], data: bytes, span: tuple[int, int], head: re.Match[bytes] | None) -> None:
    begin, end = span
    while end - begin > MAX_RECORD:
        begin = _append_piece(records, data, begin)
        head = None
    text = data[head.end() if head else begin : end].rstrip(b"\n")
    context = b"slow " + head["pool"] if head else b"raw"
    stamp = head["stamp"] if head else b""
    records.append(Record(begin, end - begin, stamp, body_of(_ADDRESS.sub(b"", text), context)))


def _append_piece(records: list[Record], data: bytes, begin: int) -> int:
    """No entry of FPM's is that long."""
    records.append(Record(begin, MAX_RECORD, b"", body_of(data[begin : begin + MAX_RECORD], b"raw")))
    return begin + MAX_RECORD


def _bounded(records: list[Record], data: bytes) -> Split:
    """What follows the last record is held back, but never more than a record may be."""
    used = records[-1].offset + records[-1].length if records else 0
    while len(data) - used > MAX_RECORD + _LONGEST_HEAD:
        used = _append_piece(records, data, used)
    return Split(records, used)


def parse(body: bytes) -> LogEvent:
    """A record's body as an event; total."""
    raw, context = text_and_context(body)
    kind, _, pool = context.partition(b" ")
    text = decode(raw)
    if kind != b"slow":
        return LogEvent(FORMAT_NAME, "php", "info", text)
    script, _, calls = text.partition("\n")
    name = script.removeprefix(_SCRIPT)
    value = ExceptionValue(TYPE, f"{name} executing too slow", _frames_of(calls), _SLOW)
    tags = join_tags(sapi="fpm-fcgi", pool=decode(pool))
    return LogEvent(FORMAT_NAME, "php", "warning", "", issue=True, exceptions=(value,), tags=tags)


def _frames_of(calls: str) -> tuple[Frame, ...]:
    """Sentry's frames, oldest first: each function at the place where it was when the next one was called."""
    frames: list[Frame] = []
    place: tuple[str | None, int | None] = (None, None)
    for line in calls.split("\n"):
        call = _CALL.fullmatch(line)
        if call is None:
            continue
        function = "include" if call["function"] == _INCLUDE else call["function"]
        frames.append(Frame(function, *place))
        place = (call["file"], int(call["line"]))
    if frames:
        frames.append(Frame(None, *place))
    return tuple(reversed(frames))


def claim(sample: bytes) -> float:
    """1.0 when the sample starts as an entry does."""
    found = _HEAD.search(sample)
    if found is None:
        return 0.0
    return 1.0 if not sample[: found.start()].strip() else 0.95


SLOW_LOG = Format(FORMAT_NAME, split, parse, stamps.read_fpm, claim)
