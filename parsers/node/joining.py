"""Which paragraphs of a Node console belong to one print, though nothing in their first characters says so.

A paragraph is a line with the indented lines behind it (see `parsers.node.console`).  Three prints go over several:

    fatal print     /srv/a.js:7 | throw new Error(`x`) | ^ | Error: x … | Node.js v20.20.2
    long message    Error: Validation failed: … | See docs at https://x.test | at main (/srv/a.js:2:7)
    heap dump       <--- Last few GCs ---> | [1:0x9] 237 ms: … | FATAL ERROR: … | ----- Native stack trace ----- | 1: 0xb7…

Each is found by what opens it, and looks at the paragraphs that follow until it is decided, never further than
`REACH` paragraphs or `REACH_BYTES`.  Whether paragraphs join depends on the bytes from the opening one on alone, so it is
the same wherever chunks end; what is not decided yet is `None`, and waits for more data.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

#: The longest look ahead.  assert's messages have about 50 lines, lists of required files about as many.
REACH = 64
REACH_BYTES = 1 << 18

#: The header of an error whose class is named as usual: `TypeError [ERR_X]: message`.
_HEADER = re.compile(rb"(?:Error|Exception)(?: \[[^\]\n]{1,80}\])?(?::|\r?$)", re.MULTILINE)
#: A header whose next line is no stack line.
#: It takes in the rest of the line in any case, so that a line of a thousand headers is read once.
_OPEN = rb"""(?:\ \[[^\]\n]{1,80}\])?(?::[^\n]*+)?+
    (?P<open>\r?\n(?![ \t]+(?:\x1b\[[\d;]*m)*at\ |\x1b\[[\d;]*m[ \t]+at\ ))?"""
_OPEN_ERROR = re.compile(rb"Error" + _OPEN, re.VERBOSE)
_OPEN_EXCEPTION = re.compile(rb"Exception" + _OPEN, re.VERBOSE)
_FRAME = re.compile(rb"(?:\A|\n)(?:\x1b\[[\d;]*m)*[ \t]+(?:\x1b\[[\d;]*m)*at [^\n]")

#: The line under the source line of a fatal print; JSON.parse of an empty text has neither source nor caret.
_CARET = re.compile(rb"\n[ \t]*\^+[ \t]*\r?(?=\n|\Z)")
_EMPTY_SOURCE = re.compile(rb"<anonymous_script>:\d+\r?\n\r?\n\r?\n")
_LOCATION = re.compile(rb"\S:\d+\r?\Z")
#: A paragraph that ends like this may be the first line of a fatal print until two more lines are there.
_LINES_TO_CARET = 3
_TRAILER = re.compile(rb"(?:\A|\n)Node\.js v\d+\.")
_NO_TRACE = b"\n(Use `node --trace-uncaught"

_DUMP_MARKS = (b"<--- Last few GCs", b"FATAL ERROR: ", b"# Fatal error in", b"----- Native stack trace")
_DUMP = re.compile(rb"^(?:" + b"|".join(_DUMP_MARKS) + rb")", re.MULTILINE)
_DUMP_LINE = re.compile(rb"\s*(?:\[\d+:0x|<--- |FATAL ERROR: |-{5} |={3,} |# |#\r?\n|\d+: )")

#: Lines of another record for sure: an application's own stamp, JSON, a warning of Node's.
_OTHER_RECORD = re.compile(rb"\[?\d{4}-\d\d-\d\d[T ]|\{\"|\(node:\d+\) ")


class Paragraphs(NamedTuple):
    """Paragraphs of some data.

    Attributes:
        data: the bytes they are cut from.
        starts: where each begins, and where the last one ends.
        closed: nothing can follow: the end of the file, or a piece too long to join.
    """

    data: bytes
    starts: list[int]
    closed: bool

    def text(self, index: int) -> bytes:
        """The bytes of one paragraph."""
        return self.data[self.starts[index] : self.starts[index + 1]]

    def at(self, offset: int) -> int:
        """Index of the paragraph that holds the byte at *offset*."""
        return bisect_right(self.starts, offset) - 1

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.starts) - 1


@dataclass(frozen=True, slots=True)
class _Opener:
    """The first paragraph of a print that may go over several, and the one where its own mark ends."""

    first: int
    kind: str
    mark: int


class Joined(NamedTuple):
    """What belongs together.

    Attributes:
        spans: (first, behind) paragraph indices of the prints found, in order, without overlap.
        undecided: index of the first paragraph that more data could join to others; `size` when there is none.
    """

    spans: list[tuple[int, int]]
    undecided: int


def join(paragraphs: Paragraphs) -> Joined:
    """Find the prints that go over several paragraphs."""
    spans: list[tuple[int, int]] = []
    cursor = 0
    known = (one for one in _openers(paragraphs) if one.first < paragraphs.size)
    openers = sorted(known, key=lambda one: (one.first, one.kind != "fatal"))
    fatal_starts = frozenset(one.first for one in openers if one.kind == "fatal")
    for opener in openers:
        if opener.first < cursor:
            continue
        end = _end_of(paragraphs, opener, fatal_starts)
        if end is None:
            return Joined(spans, opener.first)
        if end > opener.first + 1:
            spans.append((opener.first, end))
            cursor = end
    return Joined(spans, max(cursor, _first_half_fatal(paragraphs)))


def _openers(paragraphs: Paragraphs) -> Iterator[_Opener]:
    data = paragraphs.data
    # `in` is ten times as fast as a pattern, and most data holds none of these.
    if b"^" in data:
        for caret in _CARET.finditer(data):
            yield from _fatal_opener(paragraphs, caret.start() + 1)
    if b"<anonymous_script>:" in data:
        yield from _all(paragraphs, "fatal", _EMPTY_SOURCE)
    yield from _all(paragraphs, "message", _OPEN_ERROR)
    if b"Exception" in data:
        yield from _all(paragraphs, "message", _OPEN_EXCEPTION)
    if any(mark in data for mark in _DUMP_MARKS):
        yield from _all(paragraphs, "dump", _DUMP)


def _all(paragraphs: Paragraphs, kind: str, pattern: re.Pattern[bytes]) -> Iterator[_Opener]:
    """One opener for each paragraph where *pattern* is found, `open` if it has a group of that name."""
    last = -1
    for found in pattern.finditer(paragraphs.data):
        if kind == "message" and found["open"] is None:
            continue
        index = paragraphs.at(found.start())
        if index != last:
            yield _Opener(index, kind, index)
        last = index


def _fatal_opener(paragraphs: Paragraphs, caret: int) -> Iterator[_Opener]:
    """The print whose caret line begins at *caret*, if a location stands two lines above it."""
    data = paragraphs.data
    source = data.rfind(b"\n", 0, caret - 1) + 1
    location = data.rfind(b"\n", 0, source - 1) + 1 if source else 0
    if source and caret - location <= REACH_BYTES and _LOCATION.search(data, location, source - 1):
        yield _Opener(paragraphs.at(location), "fatal", paragraphs.at(caret))


def _end_of(paragraphs: Paragraphs, opener: _Opener, fatal_starts: frozenset[int]) -> int | None:
    """Index behind the last paragraph of the print; `first + 1` when it is alone; None when that is not known yet."""
    reach, decided = _reach(paragraphs, opener.first)
    if opener.kind == "dump":
        return _end_of_dump(paragraphs, opener.first, reach, decided=decided)
    if opener.kind == "message":
        return _end_of_message(paragraphs, opener.first, reach, fatal_starts, decided=decided)
    return _end_of_fatal(paragraphs, opener, reach, fatal_starts, decided=decided)


def _reach(paragraphs: Paragraphs, first: int) -> tuple[int, bool]:
    """How far to look from *first*, and whether everything there is in sight."""
    limit = paragraphs.starts[first] + REACH_BYTES
    behind = min(first + REACH, bisect_right(paragraphs.starts, limit) - 1, paragraphs.size)
    decided = paragraphs.closed or behind < paragraphs.size or len(paragraphs.data) > limit
    return behind, decided or paragraphs.size - first >= REACH


def _end_of_dump(paragraphs: Paragraphs, first: int, reach: int, *, decided: bool) -> int | None:
    for index in range(first + 1, reach):
        if not _DUMP_LINE.match(paragraphs.text(index)):
            return index
    return max(reach, first + 1) if decided else None


def _end_of_message(
    paragraphs: Paragraphs, first: int, reach: int, fatal_starts: frozenset[int], *, decided: bool
) -> int | None:
    """A header without stack lines goes on to the first stack that has no header of its own."""
    if _FRAME.search(paragraphs.text(first)):
        return first + 1
    for index in range(first + 1, reach):
        text = paragraphs.text(index)
        if index in fatal_starts or _OTHER_RECORD.match(text):
            return first + 1
        frame = _FRAME.search(text)
        headed = _HEADER.search(text, 0, frame.start() + 1 if frame else len(text))
        if headed:
            return first + 1
        if frame:
            return index + 1
    return first + 1 if decided else None


def _end_of_fatal(
    paragraphs: Paragraphs, opener: _Opener, reach: int, fatal_starts: frozenset[int], *, decided: bool
) -> int | None:
    """Up to `Node.js v20…`; before Node 16 there is none: up to the first stack, else the one value printed."""
    if opener.mark >= reach:
        return opener.first + 1 if decided else None
    fallback = None
    for index in range(opener.mark, reach):
        if index > opener.mark and index in fatal_starts:
            decided = True
            break
        text = paragraphs.text(index)
        if _TRAILER.search(text):
            return index + 1
        if fallback is None and (_NO_TRACE in text or _FRAME.search(text)):
            fallback = index + 1
    if not decided:
        return None
    return fallback or min(opener.mark + 2, reach)


def _first_half_fatal(paragraphs: Paragraphs) -> int:
    """Index of the paragraph that may begin a fatal print whose caret line is not in sight; else `size`."""
    data, count = paragraphs.data, paragraphs.size
    if paragraphs.closed:
        return count
    end = len(data)
    found = count
    for _ in range(_LINES_TO_CARET):
        start = data.rfind(b"\n", 0, end - 1) + 1 if end > 0 else 0
        if _LOCATION.search(data, start, end - (end > start and data[end - 1 : end] == b"\n")):
            found = min(found, paragraphs.at(start))
        end = start
    return found
