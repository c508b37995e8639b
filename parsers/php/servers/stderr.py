"""PHP on a CLI without error_log: its text bare on stderr, maybe between what the program prints, and shown a second time.

    PHP Fatal error:  Uncaught …        log_errors
    LF Fatal error: Uncaught …          display_errors, on stdout; without the LF on stderr

The copy follows its error at once.  It is a record of its own, dropped as "displayed copy"; where errors are shown but not
logged it is the event.  No line says a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsers.model import Format, LogEvent, Record, Split, Stamp
from parsers.php.servers.framed import Around, body_of, php_event, text_and_context
from parsers.php.servers.lines import LABELS, goes_on, is_labelled, looks_whole, paragraphs
from parsers.php.servers.weaving import Line, Role, Rules, Thread, weave
from parsers.text import decode

FORMAT_NAME = "php.stderr"
COPY_RULE = "displayed copy"

_SHOWN = re.compile(rb"(?P<label>%b): (?=\S)" % LABELS)
_MARKS = re.compile(
    rb"^(?:PHP %b:  \S|%b: [^\n]+ in (?:/|[A-Z]:\\)[^\n]* on line \d+\r?$|%b: Uncaught )"
    % (LABELS, LABELS, LABELS),
    re.MULTILINE,
)
_LINES_PER_MARK = 60
_MOST_FOREIGN = 1


def read_line(data: bytes, begin: int, end: int) -> Line:
    """The line of *data* between two offsets."""
    text = data[begin:end].removesuffix(b"\n").removesuffix(b"\r")
    if is_labelled(text):
        return Line(begin, end, None, b"", text, b"php", Role.BEGINS)
    if _SHOWN.match(text):
        return Line(begin, end, None, b"", as_logged(text), b"shown", Role.GOES_ON)
    return Line(begin, end, None, b"", text, b"raw", Role.GOES_ON)


def as_logged(text: bytes) -> bytes:
    """The first line of a shown error as PHP logs it: `PHP Warning:  …` for `Warning: …`."""
    return _SHOWN.sub(rb"PHP \g<label>:  ", text, count=1)


def _goes_on(thread: Thread, line: Line) -> bool:
    first, last = thread.lines[0], thread.lines[-1]
    if thread.copy_at:
        return line.text == thread.lines[len(thread.lines) - thread.copy_at].text
    if first.context == b"raw":
        return line.context == b"raw" and goes_on(last.text, line.text)
    if not last.text and _is_whole(thread, behind=1):
        # The blank line that comes before a copy on stdout was the last.
        return _begins_copy(thread, line)
    if _is_whole(thread):
        return not line.text or _begins_copy(thread, line)
    return line.context == b"raw"


def _is_whole(thread: Thread, behind: int = 0) -> bool:
    """Is the text whole, but for so many lines at its end?"""
    lines = thread.lines
    return len(lines) > behind and looks_whole(lines[0].text, lines[-1 - behind].text)


def _begins_copy(thread: Thread, line: Line) -> bool:
    if line.context != b"shown" or line.text != thread.lines[0].text:
        return False
    thread.copy_at = len(thread.lines)
    return True


def _length(lines: list[Line], copy_at: int) -> int:
    """Lines of an error without the blank one before its copy."""
    return copy_at - 1 if not lines[copy_at - 1].text else copy_at


def _ends(thread: Thread) -> bool:
    if thread.lines[0].context == b"shown":
        return _is_whole(thread)
    return bool(thread.copy_at) and len(thread.lines) == thread.copy_at + _length(
        thread.lines, thread.copy_at
    )


def _is_over(thread: Thread, line: Line) -> bool:  # noqa: ARG001 - there is one stream
    return thread.foreign > _MOST_FOREIGN


def _divide(lines: list[Line]) -> Iterator[Record]:
    first = lines[0]
    if first.context == b"raw":
        yield from paragraphs(lines, _record)
        return
    copy = next((at for at in range(1, len(lines)) if lines[at].context == b"shown"), len(lines))
    end = _length(lines, copy) if copy > 1 else copy
    yield _record(lines[:end])
    if copy < len(lines):
        yield _copy(lines[end:])
    elif end < copy:
        yield _record(lines[end:])


def _record(lines: list[Line]) -> Record:
    first, last = lines[0], lines[-1]
    text = b"\n".join([line.text for line in lines]).rstrip(b"\n")
    return Record(first.begin, last.end - first.begin, b"", body_of(text, first.context))


def _copy(lines: list[Line]) -> Record:
    return _record(lines)._replace(
        body=body_of(b"\n".join([line.text for line in lines if line.text]), b"copy")
    )


_RULES = Rules(read_line, _goes_on, _ends, _is_over, _divide)


def split(data: bytes, final: bool) -> Split:  # noqa: FBT001 - the shape of `Format.split`
    """Cut *data* into records; see `parsers.model.Format.split`."""
    return weave(_RULES, data, final=final)


def parse(body: bytes) -> LogEvent:
    """A record's body as an event; total."""
    text, context = text_and_context(body)
    if context == b"copy":
        return LogEvent(FORMAT_NAME, "php", "info", decode(text), drop=COPY_RULE)
    # Free text may hold the text of an exception (error_log($e)).
    return php_event(text, Around(FORMAT_NAME, {"sapi": "cli"}))


def read_stamp(stamp: bytes) -> Stamp | None:  # noqa: ARG001 - the shape of `Format.read_stamp`
    """No time: stderr says none."""
    return None


def claim(sample: bytes) -> float:
    """How much of *sample* begins as PHP's errors do, bare; never as sure as a format with a time in each line."""
    marks = sum(1 for _ in _MARKS.finditer(sample))
    return min(0.85, _LINES_PER_MARK * marks / (sample.count(b"\n") or 1)) if marks else 0.0


STDERR = Format(FORMAT_NAME, split, parse, read_stamp, claim)
