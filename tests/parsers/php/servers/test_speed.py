"""No text takes more than linear time: what repeats, in lines and in one line, behind heads of each format."""

from __future__ import annotations

import pytest

from parsers.model import Format
from parsers.php.servers import SERVERS
from tests.linear import assert_linear

#: Of many lines.  A quadratic step takes minutes.
SIZE = 1 << 18
#: Of one line; the most that a record may be.
LINE_SIZE = 1 << 20

HEADS: dict[str, bytes] = {
    "php.fpm": b'[23-Nov-2026 12:21:01] WARNING: [pool www] child 7 said into stderr: "NOTICE: PHP message: PHP Fatal error:  Uncaught ',
    "php.fpm-slow": b"\n[23-Nov-2026 12:21:20]  [pool shop] pid 11054\nscript_filename = /x.php\n",
    "nginx.error": b'2026/11/23 12:21:43 [error] 1#1: *5 FastCGI sent in stderr: "PHP message: ',
    "apache.error": b"[Mon Nov 23 12:22:09.144954 2026] [proxy_fcgi:error] [pid 1:tid 1] [client 1.2.3.4:5] AH01071: Got error 'PHP message: ",
    "php.cli-server": b"[Mon Nov 23 13:20:50 2026] PHP Fatal error:  Uncaught ",
    "php.syslog": b"2026-11-23T12:22:43.045919+00:00 vm php: PHP Fatal error:  Uncaught ",
    "php.stderr": b"PHP Fatal error:  Uncaught E: m in /x:1\n  thrown in /x on line 1\n",
}
UNITS: dict[str, bytes] = {
    "lines": b"a\n",
    "no lines": b"a",
    "thrown in": b"\n  thrown in /x on line 1",
    "on line": b"x in /x on line 1\n",
    "shown": b"Warning: x in /x on line 1\n",
    "logged": b"PHP Warning:  x in /x on line 1\n",
    "trace": b"\nStack trace:\n#0 {main}",
    "next": b"\n\nNext E in /x:1\nStack trace:\n#0 {main}",
    "messages": b"; PHP message: ",
    "half messages": b"; P",
    "tails": b'" while reading, client: ',
    "fields": b', host: "',
    "backslashes": b"\\",
    "escapes": b"\\x5c",
    "brackets": b"[",
    "times": b"[Mon Nov 23 13:20:50 2026] [",
    "calls": b"[0x00007f63cc213260] f() /x:1\n",
    "blank": b" ",
    "nul": b"\0",
}


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("log_format", SERVERS, ids=lambda one: one.name)
def test_linear_time(log_format: Format, unit: str) -> None:
    size = SIZE if b"\n" in UNITS[unit] else LINE_SIZE
    data = HEADS[log_format.name] + UNITS[unit] * (size // len(UNITS[unit]))
    assert_linear(lambda text: read(log_format, text), data)


@pytest.mark.parametrize("log_format", SERVERS, ids=lambda one: one.name)
def test_linear_time_with_a_head_on_each_line(log_format: Format) -> None:
    head = HEADS[log_format.name]
    data = (head + b"E: m in /x:1\n") * (SIZE // (len(head) + 13))
    assert_linear(lambda text: read(log_format, text), data)


def read(log_format: Format, data: bytes) -> None:
    log_format.claim(data)
    records = log_format.split(data, True).records  # noqa: FBT003 - the shape of `Format.split`
    for body in {record.body for record in records}:  # the pipeline parses each body once
        log_format.parse(body)
