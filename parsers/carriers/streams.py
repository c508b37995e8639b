"""Records of a log that a carrier wrote: the format inside finds them in the peeled text of each stream.

Promises, which make byte offsets a sufficient checkpoint:

- **clean cut**: what is used up ends where a physical line ends that no record spans, and before every record that may
  still go on.  Records behind the cut are not returned yet; they come again with more data.
- **invariance**: records do not depend on where chunks end.  Every decision is made on the `WINDOW` bytes behind a clean
  cut, never on more; so whoever reads in smaller steps arrives at the same cuts, and is stuck at the same ones.
- **nothing is lost**: spans lie in order of offset and cover the data; those of several streams may overlap.
- **bounded**: at most `WINDOW` bytes are held back.  Where there is no clean cut in a whole window, all records end with it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from functools import partial
from itertools import accumulate, count
from operator import add, attrgetter
from typing import NamedTuple

from parsers.carriers.line import Line, Peel
from parsers.model import MAX_RECORD, Format, Record, Split

WINDOW = MAX_RECORD
#: A stream that says nothing over so many bytes of the others has ended its record, else one error on stderr would hold
#: back a busy stdout.  What is printed at once goes through a pipe, and a pipe holds 64 KiB.
SILENCE = 1 << 16

_offset = attrgetter("offset")
#: `Record._make` without its Python frame: it runs for every record.
_record: Callable[[tuple[int, int, bytes, bytes, str | None]], Record] = partial(tuple.__new__, Record)


class _Block(NamedTuple):
    """Physical lines in a row, and where each begins; the last bound is the end of all."""

    lines: list[Line]
    bounds: list[int]


class _Found(NamedTuple):
    """Records of a block in order of offset, and where the first line lies that belongs to none yet."""

    records: list[Record]
    floor: int


def split(peel: Peel, inner: Format, data: bytes, final: bool) -> Split:  # noqa: FBT001 - the shape of `Format.split`
    """Cut *data* into records; see `parsers.model.Format.split`."""
    records: list[Record] = []
    begin = 0
    while begin < len(data):
        full = len(data) - begin >= WINDOW
        closed = final and not full
        window = data[begin : begin + WINDOW] if full or begin else data
        end = len(window) if closed else window.rfind(b"\n") + 1
        used = (
            _append(records, _block(peel, window[:end], begin), inner, closed=closed, full=full) if end else 0
        )
        if full and not end:
            records.append(Record(begin, WINDOW, b"", window))
            used = WINDOW
        begin += used
        if not full:
            break
    return Split(records, begin)


def _block(peel: Peel, text: bytes, begin: int) -> _Block:
    whole = text.endswith(b"\n")
    lines = peel(text if whole else text + b"\n")
    lengths = accumulate(map(len, text.split(b"\n")), initial=begin)
    bounds = list(map(add, lengths, count()))  # each line end is a byte more
    if whole:
        bounds.pop()
        return _Block(lines, bounds)
    bounds[-1] = begin + len(text)
    last = lines[-1]
    # A text with its line end must not be longer than its physical line, and not be empty either.
    lines[-1] = last._replace(ended=not last.text)
    return _Block(lines, bounds)


def _append(records: list[Record], block: _Block, inner: Format, *, closed: bool, full: bool) -> int:
    """Append the records of *block* up to its last clean cut; returns how many bytes they use up."""
    begin, end = block.bounds[0], block.bounds[-1]
    found = _find(block, inner, closed=closed)
    whole, cut = _clean(found, block.bounds)
    if cut == begin and full:
        whole, cut = _find(block, inner, closed=True).records, end
    records += whole
    return cut - begin


def _find(block: _Block, inner: Format, *, closed: bool) -> _Found:
    records: list[Record] = []
    floor = block.bounds[-1]
    for run, ended in _runs(block):
        floor = min(floor, _read(records, block, run, inner, closed=closed or ended))
    records.sort(key=_offset)
    return _Found(records, floor)


def _runs(block: _Block) -> Iterator[tuple[list[int], bool]]:
    """Lines of one stream (their indices) without `SILENCE` between them, and whether it is behind them."""
    lines, bounds = block
    streams: dict[str | None, list[int]] = {}
    for index, line in enumerate(lines):
        streams.setdefault(line.stream, []).append(index)
    for run in streams.values():
        first = 0
        if len(streams) > 1:
            for place in range(1, len(run)):
                if bounds[run[place]] - bounds[run[place - 1] + 1] > SILENCE:
                    yield run[first:place], True
                    first = place
        rest = run[first:]
        yield rest, bounds[-1] - bounds[rest[-1] + 1] > SILENCE


def _read(records: list[Record], block: _Block, run: list[int], inner: Format, *, closed: bool) -> int:
    """Append the records of one *run* of lines; returns where its first line is that belongs to none yet.

    Offsets in the joined text become offsets in the file.  Where a record begins or ends within a line (one line of
    pm2's JSON has several), it is told apart by the bytes that are left of the line: a text is never longer than its line.
    """
    lines, bounds = block
    texts = [line.text + b"\n" if line.ended else line.text for line in map(lines.__getitem__, run)]
    ends = list(accumulate(map(len, texts)))
    starts = [0, *ends]
    found = inner.split(b"".join(texts), closed)
    stream = lines[run[0]].stream
    for offset, length, own, body, part in found.records:
        place = bisect_right(ends, offset)
        line, behind = run[place], offset + length
        begin = bounds[line] if offset == starts[place] else bounds[line + 1] - (ends[place] - offset)
        last = place if behind <= ends[place] else bisect_left(ends, behind, place)
        end = bounds[run[last] + 1] - (ends[last] - behind)
        stamp = lines[line].stamp
        if own:
            stamp = _time(stamp, own, inner)
        records.append(_record((begin, end - begin, stamp, body, part or stream)))
    if found.consumed == ends[-1]:
        return bounds[-1]
    return bounds[run[bisect_right(ends, found.consumed)]]


def _time(carried: bytes, own: bytes, inner: Format) -> bytes:
    """Which of two stamps to keep: the event's own where PHP says it with its zone, else the carrier's if it is whole.

    `Nov 23 11:49:52` lacks the year; what an application or a server prints often lacks the zone.
    """
    says_zone = inner.name.startswith("php.") and own.count(b" ") > 1
    return own if says_zone or not carried[:1].isdigit() else carried


def _clean(found: _Found, bounds: list[int]) -> tuple[list[Record], int]:
    """The records before the last clean cut, and where it is."""
    records, cut = found
    count = bisect_left(records, cut, key=_offset)
    reach = list(accumulate((one.offset + one.length for one in records[:count]), max))
    while count and (reach[count - 1] > cut or bounds[bisect_left(bounds, cut)] != cut):
        count -= 1
        cut = records[count].offset
    return records[:count], cut
