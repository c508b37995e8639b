r"""Apache's error log: what mod_php and mod_proxy_fcgi pass on of PHP, and Apache's own errors.

    [Mon Nov 23 12:22:09.144954 2026] [php:error] [pid 1:tid 1] [client 127.0.0.1:41112] PHP Fatal error:  Uncaught …
    [Mon Nov 23 07:22:30.983810 2026] [proxy_fcgi:error] [pid 1:tid 2] [client …] AH01071: Got error 'PHP message: A; PHP
    message: B', referer: http://shop.example/

An entry is one line: line ends, tabs, backslashes and all bytes that are not ASCII are escaped, so that PHP's text comes
back exact.  It is cut at 8,190 bytes, maybe inside an escape.  What a worker writes to its stderr goes between, raw and
perhaps without a line end, so that an entry may begin in the middle of a line; reference: php.md section 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsers.model import MAX_RECORD, Format, Json, Level, LogEvent, Record, Split
from parsers.php.servers import stamps
from parsers.php.servers.framed import Around, body_of, php_event, text_and_context
from parsers.php.servers.messages import Entry, records_of
from parsers.text import decode

FORMAT_NAME = "apache.error"

_HEAD = re.compile(
    rb"""
    \[(?P<stamp>[A-Z][a-z]{2}\ [A-Z][a-z]{2}\ [ \d]\d\ \d\d:\d\d:\d\d(?:\.\d{1,6})?\ \d{4})\]\    # [Mon Nov 23 12:22:09.144954 2026]
    \[(?:(?P<module>\w{0,40}):)?(?P<level>emerg|alert|crit|error|warn|notice|info|debug|trace\d)\]\   # [php:error]
    (?:\[pid\ \d+(?::tid\ (?:\d+)?)?(?:\]\ |(?=\[client\ )))?     # [pid 1:tid 2]; a format of one's own may leave the end out
    """,
    re.VERBOSE,
)
#: Between head and text: `mod_authz_core.c(815): `, `(2)No such file or directory: `, `[client 127.0.0.1:41112] `.
_BESIDE = re.compile(
    rb"(?:\w{1,60}\.c\(\d+\): )?(?P<status>\(\d+\)[^:\n]{1,200}: )?(?:\[(?:client|remote) [^\]\n]{1,80}\] )?"
)
_LONGEST_HEAD = 200
_REFERER = re.compile(rb", referer: (?P<referer>\S{1,4096})\Z")
_GOT_ERROR = b"AH01071: Got error '"
#: mod_php is module "php" since PHP 8; before, php7 and php5.
_PHP_MODULES = (b"php", b"php7", b"php5", b"php8")

_ESCAPE = re.compile(rb'\\(?:x([0-9a-fA-F]{2})|([rtbvf"]))')
_ESCAPED = {
    b"r": b"\r",
    b"t": b"\t",
    b"b": b"\b",
    b"v": b"\v",
    b"f": b"\f",
    b'"': b'"',
}
#: What an entry that was cut may end with.
_HALF_ESCAPE = re.compile(rb"\\(?:x[0-9a-fA-F]?)?\Z")

_LEVELS: dict[str, Level] = {
    "debug": "debug",
    "info": "info",
    "notice": "info",
    "warn": "warning",
    "error": "error",
    "crit": "fatal",
    "alert": "fatal",
    "emerg": "fatal",
}
#: A back end that does not answer, a worker that crashed, no worker left.
_TROUBLES = re.compile(
    r"AH00052:|AH00051:|AH0016[01]:|AH00484:|AH00485:|AH0107[59]:|AH01067:|AH0095[79]:|AH02454:|AH01102:|AH00898:|AH01114:"
)
_CRASH = re.compile(r"AH0005[12]: child pid \d+ exit signal (?!Terminated|Hangup)")


def split(data: bytes, final: bool) -> Split:  # noqa: FBT001 - the shape of `Format.split`
    """Cut *data* into records; see `parsers.model.Format.split`."""
    records: list[Record] = []
    begin, size = 0, len(data)
    while begin < size:
        end = data.find(b"\n", begin, begin + MAX_RECORD) + 1
        if not end:
            if size - begin >= MAX_RECORD:
                end = begin + MAX_RECORD
            elif final:
                end = size
            else:
                break
        records += _line(data, begin, end)
        begin = end
    return Split(records, begin)


def _line(data: bytes, begin: int, end: int) -> Iterator[Record]:
    """The records of one line: raw text, if an entry begins behind it, and the entry's."""
    head = _HEAD.match(data, begin, end) or _HEAD.search(data, begin, end)
    if head is None or head.start() > begin:
        raw_end = head.start() if head else end
        text = data[begin:raw_end].rstrip(b"\r\n")
        yield Record(begin, raw_end - begin, b"", body_of(text, b"raw"))
    if head is not None:
        yield from _entry(data, end, head)


def _entry(data: bytes, end: int, head: re.Match[bytes]) -> Iterator[Record]:
    beside = _BESIDE.match(data, head.end(), end)
    at = beside.end() if beside else head.end()
    text = data[at:end].rstrip(b"\r\n")
    referer = _REFERER.search(text, max(0, len(text) - 4200))
    said = text[: referer.start()] if referer else text
    level = head["level"]
    context = level + (b" " + referer["referer"] if referer else b"")
    begin, stamp = head.start(), head["stamp"]
    if said.startswith(_GOT_ERROR):
        payload = said[len(_GOT_ERROR) :]
        whole = payload.removesuffix(b"'")
        yield from records_of(
            Entry(begin, end, at + len(_GOT_ERROR), whole, stamp, context, is_cut=whole == payload), unescape
        )
        return
    if head["module"] in _PHP_MODULES or said.startswith(b"PHP "):
        kind, body = b"php ", unescape(said)
    else:
        kind, body = b"own ", ((beside["status"] if beside else None) or b"") + said
    yield Record(begin, end - begin, stamp, body_of(body, kind + context))


def unescape(text: bytes) -> bytes:
    r"""The bytes that Apache escaped: `\n`, `\\`, `\xc3`."""
    if b"\\" not in text:
        return text
    # By pieces between escaped backslashes, so that the most frequent escapes are undone without a call for each.
    pieces = text.split(b"\\\\")
    pieces[-1] = _HALF_ESCAPE.sub(b"", pieces[-1])
    return b"\\".join([_plain(piece) if b"\\" in piece else piece for piece in pieces])


def _plain(piece: bytes) -> bytes:
    piece = piece.replace(b"\\n", b"\n")
    return _ESCAPE.sub(_byte_of, piece) if b"\\" in piece else piece


def _byte_of(escape: re.Match[bytes]) -> bytes:
    return bytes((int(escape[1], 16),)) if escape[1] else _ESCAPED[escape[2]]


def parse(body: bytes) -> LogEvent:
    """A record's body as an event; total."""
    raw, context = text_and_context(body)
    kind, _, rest = decode(context).partition(" ")
    level_name, _, referer = rest.partition(" ")
    request: dict[str, Json] | None = {"headers": {"Referer": referer}} if referer else None
    if kind == "php":
        return php_event(raw, Around(FORMAT_NAME, request=request))
    text = decode(raw)
    level = _LEVELS.get(level_name, "debug" if level_name.startswith("trace") else "info")
    if kind == "own":
        return _own(text, level, request)
    return LogEvent(FORMAT_NAME, "php" if kind == "said" else "other", level, text, request=request)


def _own(text: str, level: Level, request: dict[str, Json] | None) -> LogEvent:
    """An error of Apache itself."""
    if _CRASH.search(text):
        level = "fatal"
    issue = level == "fatal" or (level == "error" and bool(_TROUBLES.search(text)))
    return LogEvent(FORMAT_NAME, "other", level, text, issue=issue, logger="apache", request=request)


def claim(sample: bytes) -> float:
    """1.0 when the first line is an entry, else the share of lines that are."""
    starts = sum(1 for _ in _HEAD.finditer(sample))
    if not starts:
        return 0.0
    return 1.0 if _HEAD.match(sample) else min(0.95, 2 * starts / (sample.count(b"\n") or 1))


APACHE = Format(FORMAT_NAME, split, parse, stamps.read_ctime, claim)
