"""What the lines of a text tell about where it ends, where a log has PHP's text line by line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from parsers.model import Record
from parsers.php.servers.weaving import Line, Thread

LABELS = (
    rb"(?:Fatal error|Recoverable fatal error|Catchable fatal error|Parse error|Warning|Notice|Strict Standards|Deprecated"
    rb"|Unknown error)"
)
_LABEL = re.compile(rb"PHP %b:  " % LABELS)
_LABEL_BYTES = 48
_UNCAUGHT = b":  Uncaught "
_THROWN = b"  thrown in "
_ON_LINE = re.compile(rb" on line \d+\Z")
_MAIN = re.compile(rb"#\d+ \{main\}\Z")
_INDENTED = (b" ", b"\t", b"#", b")", b"}", b"]", b"Stack trace:")

#: Lines to a record's body.
ToRecord = Callable[[list[Line]], Record]


def is_labelled(text: bytes) -> bool:
    """Does *text* begin as PHP's errors do?"""
    return text.startswith(b"PHP ") and _LABEL.match(text) is not None


def is_uncaught(text: bytes) -> bool:
    """Does *text* begin as an uncaught exception does, which ends with its line `  thrown in`?"""
    return text.startswith(b"PHP ") and _UNCAUGHT in text[:_LABEL_BYTES]


def looks_whole(first: bytes, last: bytes) -> bool:
    """May PHP's error that begins with the line *first* end with the line *last*?"""
    if _ON_LINE.search(last) is None:
        return False
    return last.startswith(_THROWN) or not is_uncaught(first)


def goes_on(last: bytes, text: bytes) -> bool:
    """Does the line *text* go on with a text of the program's own, whose last line is *last*?

    Blank and indented lines do, the lines of a trace, and print_r's brackets.
    """
    if not text or text == b"(" or text.startswith(_INDENTED):
        return True
    return text.startswith(b"Next ") and (not last or _MAIN.search(last) is not None)


def is_over(thread: Thread, most_foreign: int) -> bool:
    """Has an open text ended, as far as a line of somebody else can tell?"""
    last = thread.lines[-1].text
    if thread.foreign > most_foreign or last.endswith(b"..."):
        return True
    first = thread.lines[0].text
    return is_labelled(first) and looks_whole(first, last)


def without_strangers(lines: list[Line], record: ToRecord) -> Iterator[Record]:
    """Records of *lines*: what is behind the end of PHP's error is what the program itself wrote."""
    first = lines[0].text
    if len(lines) > 1 and is_labelled(first) and not is_uncaught(first):
        ends = [index for index, line in enumerate(lines, 1) if _ON_LINE.search(line.text)]
        if ends and ends[-1] < len(lines):
            yield record(lines[: ends[-1]])
            yield from paragraphs(lines[ends[-1] :], record)
            return
    yield record(lines)


def paragraphs(lines: list[Line], record: ToRecord) -> Iterator[Record]:
    """Records of a program's own *lines*."""
    begin = 0
    for index in range(1, len(lines)):
        if not goes_on(lines[index - 1].text, lines[index].text):
            yield record(lines[begin:index])
            begin = index
    yield record(lines[begin:])
