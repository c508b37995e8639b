"""Where the records of a Node console begin and end: stdout, stderr, or both in one file.

A record is a paragraph: a line, the lines behind it that are indented or begin with a closing bracket, and the blank
lines that follow.  Stacks, objects and properties are printed that way (reference: node.md sections 1 to 4).  A line
starts a new one, though it is indented, behind a blank line, and where it is an error's header with its stack below
(console.group, koa).  Prints of several paragraphs are put together by `parsers.node.joining`.

Promise: cutting depends on the bytes from a record's start on alone, so chunks may end anywhere.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import accumulate, repeat
from operator import sub

from parsers.model import MAX_RECORD, Record, Split, Stamp
from parsers.node.joining import Paragraphs, join

#: Begins with a literal line end, which the engine looks for at about 700 MB/s.
_BOUNDARY = re.compile(
    rb"""\n(?![ ]{4}at\ )(?:             # most lines are stack lines: see them off first
      (?=[^\s}\])\x1b])(?![CEFTN(](?:     # a line that is not indented, closes nothing, and is no part of a stack
        (?<=E)mitted\ 'error'\ event\ |(?<=T)hrown\ at:\r?\n|(?<=F)rom\ previous\ event:\r?\n
        |(?<=C)aused\ by:\ [^\n]{0,1000}\n(?:[ \t]+at\ |\Z)   # unless a stack follows, or nothing yet
        |(?<=\()Use\ `node\ --trace-|(?<=N)ode\.js\ v\d+\.\d+\.\d+[^\s]*\r?(?:\n|\Z)))
    | (?=\x1b)(?!(?:\x1b\[[\d;]*m)+[ \t}\])\r\n])          # the same behind colours
    | (?=[ \t}\])\x1b])(?:(?<=\n\n)|(?<=\n\r\n))           # anything behind a blank line
    | (?=[ \t]+[A-Z<])(?<![\[{(,:>]\n)(?<![\[{(,:>]\r\n)   # console.group, koa: a header with its stack below
      (?=[ \t]+(?:<ref\ \*\d+>\ )?(?:[A-Z][\w$.]{0,200})?(?:Error|Exception)
        (?:\ \[[^\]\n]{1,80}\])?(?::[^\n]{0,1000})?\r?\n[ \t]+at\ )
    )""",
    re.VERBOSE,
)
#: More of an unfinished line than any look ahead of the pattern needs; such a line can be judged without its end.
_ENOUGH_OF_A_LINE = 4096

#: A time that the application printed itself: `2026-11-23T11:00:00.123Z INFO …`, `[2026-11-23 11:00:00,123] [WARN] …`.
_STAMPED = re.compile(
    rb"\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|[+-]\d\d:?\d\d))?)\]?(?: |(?=\t))"
)
#: datetime reads six digits of a second's fraction.
_LONG_FRACTION = re.compile(r"([.,]\d{6})\d+")

_NODE_MARKS = re.compile(
    rb"""^(?:\x1b\[[\d;]*m)*[ ]{4,}at\ .*(?::\d+:\d+|<anonymous>)\)?[\ {,]*\r?$   # a stack line
       | \\n[ ]{4}at\ [^"\n]{1,300}:\d+:\d+                    # one in a string of JSON
       | ^<---\ Last\ few\ GCs | \bnode:internal/ | ^Node\.js\ v\d+\.\d+\.\d+\r?$ | ^\(node:\d+\)\ """,
    re.VERBOSE | re.MULTILINE,
)
_LINE_SHARE = 20

#: `Record._make` without its Python frame: it runs for every record.
_record: Callable[[tuple[int, int, bytes, bytes, None]], Record] = partial(tuple.__new__, Record)


def split(data: bytes, final: bool) -> Split:  # noqa: FBT001 - the shape of `Format.split`
    """Cut *data* into records; see `parsers.model.Format.split`."""
    records: list[Record] = []
    begin, end = 0, len(data) if final else _readable_end(data)
    while begin < end:
        texts = _paragraphs(data[begin:end])
        long = _first_too_long(texts)
        if long is None:
            return Split(records, _group(records, data[begin:end], texts, (begin, final)))
        begin = _group(records, data[begin:end], texts[:long], (begin, True))
        records.append(Record(begin, MAX_RECORD, b"", data[begin : begin + MAX_RECORD]))
        begin += MAX_RECORD
    return Split(records, begin)


def _readable_end(data: bytes) -> int:
    """The part of unfinished *data* that can be judged: whole lines, or all of it when the last line is long."""
    end = data.rfind(b"\n") + 1
    return len(data) if len(data) - end > _ENOUGH_OF_A_LINE else end


def _paragraphs(data: bytes) -> list[bytes]:
    """Texts of the paragraphs, without the line end that divides them; blank lines at the very start join the first."""
    texts = _BOUNDARY.split(data)
    if len(texts) > 1 and not texts[0].strip(b"\r\n"):
        texts[:2] = [texts[0] + b"\n" + texts[1]]
    return texts


def _first_too_long(texts: list[bytes]) -> int | None:
    if max(map(len, texts)) < MAX_RECORD:
        return None
    return next((index for index, text in enumerate(texts) if len(text) >= MAX_RECORD), None)


def _group(records: list[Record], data: bytes, texts: list[bytes], where: tuple[int, bool]) -> int:
    """Append the records of *texts*, which begin at `where[0]`; nothing joins them to what follows if `where[1]`.

    Returns the offset of the first byte that is not used up.
    """
    begin, closed = where
    known = texts if closed else texts[:-1]
    starts = list(accumulate([len(text) + 1 for text in known], initial=0))
    starts[-1] = min(starts[-1], len(data))
    joined = join(Paragraphs(data, starts, closed))
    bodies: list[bytes] = []
    bounds: list[int] = []
    done = 0
    for first, behind in joined.spans:
        bodies += [*known[done:first], b"\n".join(known[first:behind])]
        bounds += starts[done : first + 1]
        done = behind
    bodies += known[done : joined.undecided]
    bounds += starts[done : joined.undecided + 1]
    if begin:
        bounds = [begin + bound for bound in bounds]
    records.extend(_records(bodies, bounds))
    return bounds[-1]


def _records(texts: list[bytes], bounds: list[int]) -> Iterator[Record]:
    """One record for each of *texts*; they lie between *bounds*.  Blank lines count for the length, not for the body."""
    bodies = [text.strip(b"\r\n") for text in texts]
    stamps: Iterable[bytes] = repeat(b"")
    if any(map(_STAMPED.match, bodies)):
        cuts = [_STAMPED.match(body) for body in bodies]
        stamps = [cut[1] if cut else b"" for cut in cuts]
        bodies = [body[cut.end() :] if cut else body for body, cut in zip(bodies, cuts, strict=True)]
    lengths = map(sub, bounds[1:], bounds)
    return map(_record, zip(bounds, lengths, stamps, bodies, repeat(None)))


def read_stamp(stamp: bytes) -> Stamp | None:
    """`2026-11-23T11:00:00.123Z` as a Stamp; None for what is no time."""
    text = _LONG_FRACTION.sub(r"\1", stamp.decode("ascii", "replace")).replace(",", ".")
    try:
        return Stamp(dt.datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-").replace(" Z", "Z")))
    except ValueError:
        return None


def claim(sample: bytes) -> float:
    """How much of *sample* only Node prints: stack lines, `node:internal`, `(node:PID)`, its trailer; 0.0 when none is."""
    marks = sum(1 for _ in _NODE_MARKS.finditer(sample))
    lines = sample.count(b"\n") + 1
    return min(0.95, 0.4 + _LINE_SHARE * marks / lines) if marks else 0.0
