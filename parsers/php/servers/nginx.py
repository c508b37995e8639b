r"""nginx's error log: what PHP said over FastCGI, and nginx's own errors.

    2026/11/23 12:21:43 [error] 11294#11294: *5 FastCGI sent in stderr: "PHP message: A; PHP message: B" while reading
    response header from upstream, client: …, server: …, request: "GET /x HTTP/1.1", upstream: "…", host: "…", referrer: "…"

nginx escapes nothing: PHP's line ends and quotes are raw, and `; PHP message: ` in a text looks like the next one's start.
An entry is cut at 2,048 bytes, its tail first; a longer message goes on in entries without "PHP message: ", with a gap.
The severity is in PHP's text; reference: php.md section 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsers.model import MAX_RECORD, Format, Json, Level, LogEvent, Record, Split
from parsers.php.servers import stamps
from parsers.php.servers.framed import Around, body_of, php_event, text_and_context
from parsers.php.servers.messages import Entry, records_of
from parsers.php.servers.requests import request_of
from parsers.text import decode

FORMAT_NAME = "nginx.error"

#: NGX_MAX_ERROR_STR: no entry is longer, its line end included.
_LONGEST_ENTRY = 2048
_STARTS = re.compile(
    rb"\n(?=\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[(?:emerg|alert|crit|error|warn|notice|info|debug)\] \d+#\d+: )"
)
_LONGEST_HEAD = 64
_HEAD = re.compile(rb"(?P<stamp>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) \[(?P<level>[a-z]+)\] \d+#\d+: (?:\*\d+ )?")
_FASTCGI = b'FastCGI sent in stderr: "'
_TAIL = re.compile(rb'" while [a-z ]{3,80}, client: [^\n]*')
_OWN_TAIL = re.compile(rb", client: [^ ,]{1,64}, server: ")
#: `client 203.0.113.9 closed keepalive connection`: the address is not kept.
_ADDRESS = re.compile(rb"\b(client )[0-9a-f.:]{3,45} (?=closed )")
#: Nothing that is new in each request may get in: what becomes of a body is remembered by its bytes.
_KEPT = re.compile(rb', (?:request|host|referrer): "(?:[^"\n]|"(?!, |$))*"?', re.MULTILINE)
_FIELD = re.compile(
    r', (?P<name>request|host|referrer): "(?P<value>.*?)"?(?=, (?:host|referrer): "|$)', re.DOTALL
)

_LEVELS: dict[str, Level] = {
    "debug": "debug",
    "info": "info",
    "notice": "info",
    "warn": "warning",
    "error": "error",
    "crit": "error",
    "alert": "fatal",
    "emerg": "fatal",
}
_WORST = ("alert", "emerg")
#: The request failed because of what is behind nginx; a missing file or a forbidden one is the client's doing.
_UPSTREAM = re.compile(
    r"upstream|\bconnect\(\) (?:to \S+ )?failed|\brecv\(\) failed|worker process \d+ exited"
)
_NO_TROUBLE = re.compile(r"is buffered to a temporary file|FastCGI sent in stderr: ")


def split(data: bytes, final: bool) -> Split:  # noqa: FBT001 - the shape of `Format.split`
    """Cut *data* into records; see `parsers.model.Format.split`."""
    begins = [found.start() for found in _STARTS.finditer(b"\n" + data)]
    records: list[Record] = []
    used = 0
    for begin, limit in zip(begins, [*begins[1:], len(data)], strict=False):
        records += _raw(data, used, begin)
        used = begin
        end = _end_of_entry(data, begin, limit, closed=final or limit < len(data))
        if end is None:
            break
        records += _entry(data, begin, end)
        used = end
    return _with_rest(records, data, used, final=final)


def _with_rest(records: list[Record], data: bytes, used: int, *, final: bool) -> Split:
    """Text behind the last entry: whole lines, where no entry begins."""
    if not final and not _is_open(data, used):
        whole = data.rfind(b"\n", used) + 1
        records += _raw(data, used, whole)
        used = max(used, whole)
        while len(data) - used > MAX_RECORD + _LONGEST_HEAD:
            records.append(Record(used, MAX_RECORD, b"", body_of(data[used : used + MAX_RECORD], b"raw")))
            used += MAX_RECORD
    elif final:
        records += _raw(data, used, len(data))
        used = len(data)
    return Split(records, used)


def _is_open(data: bytes, at: int) -> bool:
    """Is an entry at *at*, whose end is not known yet?"""
    return _HEAD.match(data, at) is not None


def _end_of_entry(data: bytes, begin: int, limit: int, *, closed: bool) -> int | None:
    """Where the entry at *begin* ends, its line end included; at *limit* something else begins, if *closed*."""
    longest = begin + _LONGEST_ENTRY
    most = min(limit, longest)
    head = _HEAD.match(data, begin, most)
    if head is None or not data.startswith(_FASTCGI, head.end()):
        end = data.find(b"\n", begin, most) + 1
    else:
        tail = _TAIL.search(data, head.end(), most)
        end = tail.end() + 1 if tail and data.startswith(b"\n", tail.end()) and tail.end() < most else 0
        if not end and (closed or limit >= longest):
            # Cut: its tail is gone, and it ends with the last line end that it may have.
            end = data.rfind(b"\n", begin, most) + 1
    if end:
        return end
    return most if closed or limit >= longest else None


def _raw(data: bytes, begin: int, end: int) -> Iterator[Record]:
    """Lines that nginx did not write."""
    while begin < end:
        line = data.find(b"\n", begin, min(end, begin + MAX_RECORD)) + 1 or min(end, begin + MAX_RECORD)
        yield Record(begin, line - begin, b"", body_of(data[begin:line].rstrip(b"\r\n"), b"raw"))
        begin = line


def _entry(data: bytes, begin: int, end: int) -> Iterator[Record]:
    """The records of the entry in *data* from *begin* to *end*."""
    head = _HEAD.match(data, begin, end)
    if head is None:
        yield from _raw(data, begin, end)
        return
    stamp, level, text = head["stamp"], head["level"], data[head.end() : end].rstrip(b"\r\n")
    if not text.startswith(_FASTCGI):
        tail = _OWN_TAIL.search(text)
        kept = b"".join(_KEPT.findall(text, tail.start())) if tail else b""
        said = _ADDRESS.sub(rb"\1", text[: tail.start()] if tail else text)
        yield Record(begin, end - begin, stamp, body_of(said, b"own " + level + kept))
        return
    found = list(_TAIL.finditer(text))
    payload = text[len(_FASTCGI) : found[-1].start() if found else len(text)]
    kept = b"".join(_KEPT.findall(text, found[-1].start())) if found else b""
    yield from records_of(
        Entry(begin, end, head.end() + len(_FASTCGI), payload, stamp, level + kept, is_cut=not found)
    )


def parse(body: bytes) -> LogEvent:
    """A record's body as an event; total."""
    raw, context = text_and_context(body)
    said, _, fields = decode(context).partition(", ")
    kind, _, level_name = said.partition(" ")
    fields = f", {fields}" if fields else ""
    if kind == "php":
        return php_event(raw, Around(FORMAT_NAME, request=_request(fields)))
    text = decode(raw)
    level = _LEVELS.get(level_name, "info")
    if kind == "own":
        return _own(text, level_name, fields)
    return LogEvent(FORMAT_NAME, "php" if kind == "said" else "other", level, text, request=_request(fields))


def _own(text: str, level_name: str, fields: str) -> LogEvent:
    """An error of nginx itself."""
    level = _LEVELS.get(level_name, "info")
    trouble = level == "error" and _UPSTREAM.search(text) and not _NO_TROUBLE.search(text)
    issue = bool(trouble) or level_name in _WORST
    return LogEvent(FORMAT_NAME, "other", level, text, issue=issue, logger="nginx", request=_request(fields))


def _request(fields: str) -> dict[str, Json] | None:
    """Sentry's request from `, request: "…", host: "…", referrer: "…"`."""
    named = {found["name"]: found["value"] for found in _FIELD.finditer(fields)}
    return request_of(named.get("request", ""), named.get("host", ""), named.get("referrer", ""))


def claim(sample: bytes) -> float:
    """1.0 when the sample starts as an entry does."""
    starts = sum(1 for _ in _STARTS.finditer(b"\n" + sample))
    if not starts:
        return 0.0
    return 1.0 if _HEAD.match(sample) else min(0.95, 20 * starts / (sample.count(b"\n") or 1))


NGINX = Format(FORMAT_NAME, split, parse, stamps.read_nginx, claim)
