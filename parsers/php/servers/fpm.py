r"""php-fpm's log: the master's lines, and what its workers say.

    [23-Nov-2026 12:21:01] NOTICE: fpm is running, pid 10987                                        the master
    [23-Nov-2026 12:21:01] WARNING: [pool www] child 17 said into stderr: "NOTICE: PHP message: …"  decorated
    NOTICE: PHP message: PHP Fatal error:  Uncaught …                                               undecorated
    [23-Nov-2026 12:21:11 UTC] PHP Fatal error:  Uncaught …            PHP's own error_log on the same stream
    - -  23/Nov/2026:13:21:08 +0100 "GET /x.php" 500 …                                    access.log on the same stream

One log line is one line of PHP's text, and blank lines are lost; reference: php.md section 2.  Lines of two children
alternate; a child's lines are put together by its pid.  Access lines and the master's may stand inside a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from parsers.model import Format, LogEvent, Record, Split
from parsers.php.servers import fpm_master, stamps
from parsers.php.servers.framed import Around, body_of, join_tags, php_event, text_and_context
from parsers.php.servers.lines import goes_on, is_over, is_uncaught, looks_whole, without_strangers
from parsers.php.servers.weaving import Line, Role, Rules, Thread, weave
from parsers.text import decode

FORMAT_NAME = "php.fpm"
SAPI = "fpm-fcgi"

_STAMP = rb"\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d"
#: What log_level = debug puts in front of each text.
_DEBUG = rb"(?:pid \d+, \w+\(\), line \d+: )?"
_HEAD = re.compile(
    rb"\[(?P<stamp>%b(?:\.\d{6})?)\] (?P<level>DEBUG|NOTICE|WARNING|ERROR|ALERT): %b"
    rb'(?P<said>\[pool (?P<pool>[^\]\n]{1,200})\] child (?P<child>\d+) said into std(?:err|out): ")?'
    % (_STAMP, _DEBUG)
)
_OWN = re.compile(rb"\[(?P<stamp>%b [A-Za-z0-9_+:/-]{1,40})\] " % _STAMP)
_ACCESS = re.compile(
    rb'[\w.:%-]{1,64} - (?:\S{0,64} ){1,2}(?P<stamp>\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}) "'
)
_MESSAGE = b"NOTICE: PHP message: "
_PIPE_CLOSED = b", pipe is closed"

#: zlog breaks what a worker writes itself at this many bytes of a line.
_BROKEN_AT = 1023
#: Lines of others inside a text: the master reads 1,023 bytes of a child at a time.
_MOST_FOREIGN = 64

_MARKS = re.compile(
    rb"^(?:\[%b(?:\.\d{6})?\] (?:DEBUG|NOTICE|WARNING|ERROR|ALERT): |NOTICE: PHP message: )" % _STAMP,
    re.MULTILINE,
)
_ACCESS_MARKS = re.compile(rb"^" + _ACCESS.pattern, re.MULTILINE)
_LINES_PER_MARK = 60


def read_line(data: bytes, begin: int, end: int) -> Line:
    """The line of *data* between two offsets."""
    if data.startswith(b"[", begin):
        head = _HEAD.match(data, begin, end)
        if head:
            return _headed(data, end, head)
        own = _OWN.match(data, begin, end)
        if own:
            return Line(begin, end, None, own["stamp"], _rest(data, own.end(), end), b"php", Role.BEGINS)
    elif data.startswith(_MESSAGE, begin):
        return Line(begin, end, None, b"", _rest(data, begin + len(_MESSAGE), end), b"php", Role.BEGINS)
    elif access := _ACCESS.match(data, begin, end):
        # Without the client's address and the user's name, which come before the time.
        said = _rest(data, access.end() - 1, end)
        return Line(begin, end, None, access["stamp"], said, b"access", Role.ALONE)
    return Line(begin, end, None, b"", _rest(data, begin, end), b"raw", Role.GOES_ON)


def _headed(data: bytes, end: int, head: re.Match[bytes]) -> Line:
    """A line that the master wrote."""
    begin, stamp, text = head.start(), head["stamp"], _rest(data, head.end(), end)
    if not head["said"]:
        return Line(begin, end, None, stamp, text, b"master " + head["level"], Role.ALONE)
    text = text.removesuffix(_PIPE_CLOSED).removesuffix(b'"')
    stream = f"child {int(head['child'])}"
    if text.startswith(_MESSAGE):
        return Line(begin, end, stream, stamp, text[len(_MESSAGE) :], b"php " + head["pool"], Role.BEGINS)
    return Line(begin, end, stream, stamp, text, b"raw " + head["pool"], Role.GOES_ON)


def _rest(data: bytes, begin: int, end: int) -> bytes:
    return data[begin:end].removesuffix(b"\n").removesuffix(b"\r")


def _goes_on(thread: Thread, line: Line) -> bool:
    last = thread.lines[-1]
    if _is_broken(last):
        return True
    if not _same_time(last.stamp, line.stamp):
        return False
    return thread.lines[0].context.startswith(b"php") or goes_on(last.text, line.text)


def _is_broken(line: Line) -> bool:
    """Was the line broken for its length, so that the next one goes on in the middle of a line?"""
    return line.end - line.begin == _BROKEN_AT + 1 and not line.text.endswith(b"...")


def _same_time(one: bytes, other: bytes) -> bool:
    """At most a second apart: the lines of one text are written in one go."""
    if not one or not other or one[:20] == other[:20]:
        return True
    seconds = [int(at[12:14]) * 3600 + int(at[15:17]) * 60 + int(at[18:20]) for at in (one, other)]
    return (seconds[1] - seconds[0]) % 86400 <= 1


def _ends(thread: Thread) -> bool:
    first = thread.lines[0].text
    return is_uncaught(first) and looks_whole(first, thread.lines[-1].text)


def _is_over(thread: Thread, line: Line) -> bool:
    """Has an open text ended, as far as a line of somebody else can tell?"""
    stamp = thread.lines[-1].stamp
    late = bool(stamp) and line.context != b"access" and not _same_time(stamp, line.stamp)
    return late or is_over(thread, _MOST_FOREIGN)


def _divide(lines: list[Line]) -> Iterator[Record]:
    return without_strangers(lines, _record)


def _record(lines: list[Line]) -> Record:
    first, last = lines[0], lines[-1]
    text = first.text
    if len(lines) > 1:
        pieces = [text]
        for before, line in pairwise(lines):
            pieces += (b"" if _is_broken(before) else b"\n", line.text)
        text = b"".join(pieces)
    return Record(
        first.begin, last.end - first.begin, first.stamp, body_of(text, first.context), first.stream
    )


#: An uncaught exception of one child whose lines nobody interrupts; most are, and so need not be read line by line.
_BLOCK = re.compile(
    rb'(?P<head>\[(?P<stamp>%b)\] WARNING: \[pool (?P<pool>[^\]\n]{1,200})\] child (?P<child>\d+) said into stderr: ")'
    rb'NOTICE: PHP message: (?=PHP Fatal error:  Uncaught )[^\n]*"\n'
    rb'(?:(?P=head)(?!NOTICE: PHP message: |  thrown in )[^\n]*"\n)*+(?P=head)  thrown in [^\n]* on line \d+"\n'
    % _STAMP
)
_BARE_BLOCK = re.compile(
    rb"NOTICE: PHP message: (?=PHP Fatal error:  Uncaught )[^\n]*\n"
    rb"(?:(?:\#|Stack trace:|Next [^-]|  (?!thrown in ))[^\n]*\n)*+  thrown in [^\n]* on line \d+\n"
)


def _block(data: bytes, begin: int) -> tuple[Record, int] | None:
    if data.startswith(_MESSAGE, begin):
        found = _BARE_BLOCK.match(data, begin)
        if found is None or _has_broken(found[0]):
            return None
        text, stream, stamp, context = found[0][len(_MESSAGE) : -1].replace(b"\r\n", b"\n"), None, b"", b"php"
    else:
        found = _BLOCK.match(data, begin)
        if found is None or _has_broken(found[0]):
            return None
        head = found["head"]
        text = found[0][len(head) + len(_MESSAGE) : -2].replace(b'"\n' + head, b"\n")
        stream, stamp, context = f"child {int(found['child'])}", found["stamp"], b"php " + found["pool"]
    end = found.end()
    return Record(begin, end - begin, stamp, body_of(text, context), stream), end


def _has_broken(block: bytes) -> bool:
    return len(block) > _BROKEN_AT and max(map(len, block.split(b"\n"))) >= _BROKEN_AT


_RULES = Rules(read_line, _goes_on, _ends, _is_over, _divide, _block)


def split(data: bytes, final: bool) -> Split:  # noqa: FBT001 - the shape of `Format.split`
    """Cut *data* into records; see `parsers.model.Format.split`."""
    return weave(_RULES, data, final=final)


def parse(body: bytes) -> LogEvent:
    """A record's body as an event; total."""
    text, context = text_and_context(body)
    kind, _, detail = context.partition(b" ")
    if kind == b"php":
        return php_event(text, Around(FORMAT_NAME, join_tags(sapi=SAPI, pool=decode(detail))))
    if kind == b"master":
        return fpm_master.parse(FORMAT_NAME, decode(detail), decode(text))
    tags = join_tags(sapi=SAPI, pool=decode(detail)) if kind == b"raw" else None
    return LogEvent(FORMAT_NAME, "php", "info", decode(text), tags=tags)


def claim(sample: bytes) -> float:
    """1.0 where every few lines begin as FPM's do; less for an access log alone."""
    lines = sample.count(b"\n") or 1
    marks = sum(1 for _ in _MARKS.finditer(sample))
    access = sum(1 for _ in _ACCESS_MARKS.finditer(sample))
    if marks:
        return min(1.0, _LINES_PER_MARK * (marks + access) / lines)
    return min(1.0 if _OWN.search(sample) else 0.9, 2 * access / lines)


FPM = Format(FORMAT_NAME, split, parse, stamps.read_fpm, claim)
