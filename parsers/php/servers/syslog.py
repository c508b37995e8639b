r"""PHP's messages in syslog (`error_log = syslog`): one entry for each line, with control bytes as \x09.

    Nov 23 12:22:43 vm shop-php: PHP Fatal error:  Uncaught …                            rsyslog's traditional format
    2026-11-23T12:22:43.045919+00:00 vm shop-php: PHP Fatal error:  Uncaught …           its own
    <11>1 2026-11-23T12:22:43.045919+00:00 vm shop-php - - -  PHP Fatal error:  …        RFC 5424

A text is put together from the lines of one host, ident and pid.  The traditional time lacks the year, so it is none.
Only errors say that they are PHP's; what error_log() was given cannot be told from other programs' lines.  php-fpm's master
writes there as well: `php-fpm[7]: [NOTICE] fpm is running, pid 7`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from parsers.model import Format, Level, LogEvent, Record, Split, Stamp
from parsers.php.servers import fpm_master
from parsers.php.servers.framed import Around, body_of, php_event, text_and_context
from parsers.php.servers.lines import (
    LABELS,
    goes_on,
    is_labelled,
    is_over,
    is_uncaught,
    looks_whole,
    without_strangers,
)
from parsers.php.servers.weaving import Line, Role, Rules, Thread, weave
from parsers.text import decode

FORMAT_NAME = "php.syslog"

_ISO = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)"
_TRADITIONAL = rb"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d"
_HEAD = re.compile(
    rb"""(?:
      <(?P<pri>\d{1,3})>1\ (?P<stamp5>%b)\ (?P<host5>\S{1,255})\ (?P<ident5>\S{1,255}\ \S{1,128})\ \S{1,128}\ (?:-|\[[^\n]{0,1000}?\])\ \ ?
    | (?:<(?P<pri3>\d{1,3})>)?(?P<stamp>%b|%b)\ (?P<host>\S{1,255})\ (?P<ident>[^\s:\[]{1,128}(?:\[\d{1,10}\])?):\ ?
    )"""
    % (_ISO, _ISO, _TRADITIONAL.replace(b" ", rb"\ ").replace(rb"[\ \d]", rb"[ \d]")),
    re.VERBOSE,
)
_MARKS = re.compile(
    rb"^(?:<\d{1,3}>1? ?)?(?:%b|%b) [^\n]{3,500}?(?:PHP %b:  |php-fpm\[\d+\]: \[)"
    % (_ISO, _TRADITIONAL, LABELS),
    re.MULTILINE,
)
_LINES_PER_MARK = 60
_FPM = b"php-fpm"
_MASTER = re.compile(rb"\[(?P<level>DEBUG|NOTICE|WARNING|ERROR|ALERT)\] ")
_CONTROL = re.compile(rb"\\x([01][0-9a-f]|7f)|#0([0-3][0-7]|177)")
_MOST_FOREIGN = 64

#: The low three bits of a priority.
_SEVERITIES: tuple[Level, ...] = ("fatal", "fatal", "fatal", "error", "warning", "info", "info", "debug")


def read_line(data: bytes, begin: int, end: int) -> Line:
    """The line of *data* between two offsets."""
    head = _HEAD.match(data, begin, end)
    if head is None:
        text = data[begin:end].removesuffix(b"\n").removesuffix(b"\r")
        return Line(begin, end, None, b"", text, b"raw", Role.ALONE)
    text = _plain(data[head.end() : end].removesuffix(b"\n").removesuffix(b"\r"))
    ident = head["ident"] or head["ident5"]
    stream = decode(b" ".join((head["host"] or head["host5"], ident)))
    master = _MASTER.match(text) if ident.startswith(_FPM) else None
    if master:
        context = b"master " + master["level"]
        return Line(
            begin, end, stream, head["stamp"] or head["stamp5"], text[master.end() :], context, Role.ALONE
        )
    kind = b"php" if is_labelled(text) else b"text"
    context = kind + b" " + (head["pri"] or head["pri3"] or b"")
    role = Role.BEGINS if kind == b"php" else Role.GOES_ON
    return Line(begin, end, stream, head["stamp"] or head["stamp5"], text, context, role)


def _plain(text: bytes) -> bytes:
    return _CONTROL.sub(_control, text) if b"\\x" in text or b"#0" in text else text


def _control(escape: re.Match[bytes]) -> bytes:
    return bytes((int(escape[1], 16) if escape[1] else int(escape[2], 8),))


def _goes_on(thread: Thread, line: Line) -> bool:
    first, last = thread.lines[0].text, thread.lines[-1].text
    if is_labelled(first):
        return not looks_whole(first, last)
    return goes_on(last, line.text)


def _ends(thread: Thread) -> bool:
    first = thread.lines[0].text
    return is_labelled(first) and looks_whole(first, thread.lines[-1].text)


def _is_over(thread: Thread, line: Line) -> bool:  # noqa: ARG001 - what the line says is no matter
    # A line of a program's own is whole for most; others' lines show that it will not go on.
    return is_over(thread, _MOST_FOREIGN if is_uncaught(thread.lines[0].text) else 1)


def _divide(lines: list[Line]) -> Iterator[Record]:
    return without_strangers(lines, _record)


def _record(lines: list[Line]) -> Record:
    first, last = lines[0], lines[-1]
    text = b"\n".join([line.text for line in lines])
    return Record(
        first.begin, last.end - first.begin, first.stamp, body_of(text, first.context), first.stream
    )


_RULES = Rules(read_line, _goes_on, _ends, _is_over, _divide)


def split(data: bytes, final: bool) -> Split:  # noqa: FBT001 - the shape of `Format.split`
    """Cut *data* into records; see `parsers.model.Format.split`."""
    return weave(_RULES, data, final=final)


def parse(body: bytes) -> LogEvent:
    """A record's body as an event; total."""
    text, context = text_and_context(body)
    kind, _, priority = context.partition(b" ")
    if kind == b"master":
        return fpm_master.parse(FORMAT_NAME, decode(priority), decode(text))
    event = php_event(text, Around(FORMAT_NAME))
    if kind == b"php" or event.issue:
        return event
    level: Level = _SEVERITIES[int(priority) & 7] if priority.isdigit() else "info"
    return event._replace(platform="other", level=level)


def read_stamp(stamp: bytes) -> Stamp | None:
    """`2026-11-23T12:22:43.045919+00:00`; None for `Nov 23 12:22:43`, which lacks the year."""
    try:
        return Stamp(dt.datetime.fromisoformat(stamp.decode("ascii", "replace")))
    except ValueError:
        return None


def claim(sample: bytes) -> float:
    """How much of *sample* are errors of PHP's in syslog; other syslog is no matter of this format."""
    marks = sum(1 for _ in _MARKS.finditer(sample))
    return min(1.0, _LINES_PER_MARK * marks / (sample.count(b"\n") or 1)) if marks else 0.0


SYSLOG = Format(FORMAT_NAME, split, parse, read_stamp, claim)
