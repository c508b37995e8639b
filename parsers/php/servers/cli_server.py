"""The log of PHP's built-in server, `php -S`.

    [Mon Nov 23 13:20:50 2026] 127.0.0.1:58498 Accepted
    [Mon Nov 23 13:20:50 2026] PHP Fatal error:  Uncaught …
    [Mon Nov 23 13:20:50 2026] 127.0.0.1:58498 [500]: GET /x.php?id=1 - Uncaught …
    [10983] [Mon Nov 23 13:20:52 2026] …                                     with PHP_CLI_SERVER_WORKERS

Each fatal error is there twice; the second copy says the request, which goes to the event, and is dropped as "displayed
copy".  Times are local and without a zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsers.model import Format, LogEvent, Record, Split
from parsers.php.servers import stamps
from parsers.php.servers.framed import Around, body_of, php_event, text_and_context
from parsers.php.servers.lines import LABELS, is_labelled, is_over, looks_whole, without_strangers
from parsers.php.servers.requests import request_of
from parsers.php.servers.stderr import COPY_RULE
from parsers.php.servers.weaving import Line, Role, Rules, Thread, weave
from parsers.text import decode

FORMAT_NAME = "php.cli-server"

_HEAD = re.compile(
    rb"(?:\[\d+\] )?\[(?P<stamp>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})\] "
    rb"(?P<client>\[?[0-9a-f.:]{2,45}\]?:\d+ )?(?:\[(?P<status>\d{3})\]: (?P<request>[A-Z]+ \S*)(?: - (?P<said>[^\n]*))?)?"
)
_MARKS = re.compile(
    rb"^(?:\[\d+\] )?\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\] ", re.MULTILINE
)
#: Errors that end the request, and so are in its line.
_ENDING = re.compile(rb"PHP (?:Fatal|Parse|Recoverable fatal|Catchable fatal) error:  ")
_LABEL = re.compile(rb"PHP %b:  " % LABELS)
_MOST_FOREIGN = 64


def read_line(data: bytes, begin: int, end: int) -> Line:
    """The line of *data* between two offsets."""
    head = _HEAD.match(data, begin, end) if data.startswith(b"[", begin) else None
    if head is None:
        text = data[begin:end].removesuffix(b"\n").removesuffix(b"\r")
        return Line(begin, end, None, b"", text, b"raw", Role.GOES_ON)
    stamp = head["stamp"]
    if head["said"]:
        said = head["said"].removesuffix(b"\r")
        return Line(begin, end, None, stamp, said, b"copy " + head["request"], Role.GOES_ON)
    # The client's address and port are left out.
    begin_of_text = head.end("client") if head["client"] else head.end("stamp") + 2
    text = data[begin_of_text:end].removesuffix(b"\n").removesuffix(b"\r")
    if head["client"]:
        return Line(begin, end, None, stamp, text, b"own", Role.ALONE)
    return Line(begin, end, None, stamp, text, b"php", Role.BEGINS)


def _goes_on(thread: Thread, line: Line) -> bool:
    lines = thread.lines
    if thread.copy_at:
        at = len(lines) - thread.copy_at
        return line.context == b"raw" and at < thread.copy_at and line.text == lines[at].text
    if line.context == b"raw":
        return True
    if not _awaits_copy(thread) or line.text != _LABEL.sub(b"", lines[0].text, count=1):
        return False
    thread.copy_at = len(lines)
    return True


def _awaits_copy(thread: Thread) -> bool:
    lines = thread.lines
    return _ENDING.match(lines[0].text) is not None and looks_whole(lines[0].text, lines[-1].text)


def _ends(thread: Thread) -> bool:
    return bool(thread.copy_at) and len(thread.lines) == 2 * thread.copy_at


def _is_over(thread: Thread, line: Line) -> bool:  # noqa: ARG001 - what the line says is no matter
    if thread.copy_at or _awaits_copy(thread):
        return thread.foreign > _MOST_FOREIGN
    return is_over(thread, _MOST_FOREIGN)


def _divide(lines: list[Line]) -> Iterator[Record]:
    copy = next((at for at in range(1, len(lines)) if lines[at].context.startswith(b"copy ")), 0)
    if not copy or not is_labelled(lines[0].text):
        yield from without_strangers(lines, _record)
        return
    request = lines[copy].context.partition(b" ")[2]
    yield _record([lines[0]._replace(context=b"php " + request), *lines[1:copy]])
    yield _record([lines[copy]._replace(context=b"dropped"), *lines[copy + 1 :]])


def _record(lines: list[Line]) -> Record:
    first, last = lines[0], lines[-1]
    text = b"\n".join([line.text for line in lines])
    return Record(first.begin, last.end - first.begin, first.stamp, body_of(text, first.context))


_RULES = Rules(read_line, _goes_on, _ends, _is_over, _divide)


def split(data: bytes, final: bool) -> Split:  # noqa: FBT001 - the shape of `Format.split`
    """Cut *data* into records; see `parsers.model.Format.split`."""
    return weave(_RULES, data, final=final)


def parse(body: bytes) -> LogEvent:
    """A record's body as an event; total."""
    text, context = text_and_context(body)
    kind, _, detail = context.partition(b" ")
    request = request_of(decode(detail)) if detail else None
    around = Around(FORMAT_NAME, {"sapi": "cli-server"}, request)
    if kind == b"php":
        return php_event(text, around)
    drop = COPY_RULE if kind == b"dropped" else None
    return LogEvent(FORMAT_NAME, "php", "info", decode(text), tags=around.tags, request=request, drop=drop)


def claim(sample: bytes) -> float:
    """1.0 when the first line begins as the server's do, else the share of lines that do."""
    marks = sum(1 for _ in _MARKS.finditer(sample))
    if not marks:
        return 0.0
    return 0.99 if _MARKS.match(sample) else min(0.9, 10 * marks / (sample.count(b"\n") or 1))


CLI_SERVER = Format(FORMAT_NAME, split, parse, stamps.read_ctime, claim)
