"""What carriers write, line by line, and what a program wrote."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.carriers import CARRIERS, Line
from parsers.carriers.escaped import unescaped
from parsers.carriers.times import read_stamp

BY_NAME = {one.name: one for one in CARRIERS}
TIME = b"2026-11-23T11:50:43.134833864Z"
DOCKER = b'{"log":"%s","stream":"stderr","time":"2026-11-23T11:50:43.134833864Z"}'
JOURNAL = b'{"_PID":"7","__REALTIME_TIMESTAMP":"1795436018839306","SYSLOG_IDENTIFIER":"api","MESSAGE":%s,"PRIORITY":"6"}'
PM2 = b'{"message":"%s","timestamp":"2026-11-23T12:34:19.778Z","type":"err","process_id":2,"app_name":"api"}'

READ: list[tuple[str, bytes, Line]] = [
    (
        "docker",
        DOCKER % rb"    at Object.\u003canonymous\u003e\n",
        Line(b"    at Object.<anonymous>", "stderr", TIME),
    ),
    ("docker", DOCKER % rb"say \"hi\" \\ \t back\n", Line(b'say "hi" \\ \t back', "stderr", TIME)),
    (
        "docker",
        DOCKER % rb"ends with a backslash and n: \\n",
        Line(rb"ends with a backslash and n: \n", "stderr", TIME, ended=False),
    ),
    ("docker", DOCKER % b"goes on", Line(b"goes on", "stderr", TIME, ended=False)),
    ("docker", DOCKER % rb"tty\r\n", Line(b"tty\r", "stderr", TIME)),
    ("docker", DOCKER % rb"\n", Line(b"", "stderr", TIME)),
    ("docker", DOCKER % "Zażółć ✅\\n".encode(), Line("Zażółć ✅".encode(), "stderr", TIME)),
    ("docker", DOCKER % rb"\ud83d\ude80 \ufffd\ufffd\n", Line("🚀 \ufffd\ufffd".encode(), "stderr", TIME)),
    (
        "docker",
        DOCKER.replace(b',"time"', b',"attrs":{"tag":"api"},"time"') % rb"a\n",
        Line(b"a", "stderr", TIME),
    ),
    ("docker", b'{"level":"info"}', Line(b'{"level":"info"}', None, b"")),
    ("docker", DOCKER[:40], Line(DOCKER[:40], None, b"")),
    ("docker", b"", Line(b"", None, b"")),
    ("cri", TIME + b" stdout F     at x", Line(b"    at x", "stdout", TIME)),
    ("cri", TIME + b" stderr P goes on", Line(b"goes on", "stderr", TIME, ended=False)),
    ("cri", TIME + b" stdout F ", Line(b"", "stdout", TIME)),
    ("cri", b"2026-11-23T11:50:43.1+02:00 stdout F x", Line(b"x", "stdout", b"2026-11-23T11:50:43.1+02:00")),
    ("cri", b"text", Line(b"text", None, b"")),
    ("journald", JOURNAL % b'"  at x"', Line(b"  at x", "api[7]", b"1795436018839306")),
    ("journald", JOURNAL % b"[27,91,51,109]", Line(b"\x1b[3m", "api[7]", b"1795436018839306")),
    ("journald", JOURNAL % b"null", Line(JOURNAL % b"null", None, b"")),
    ("journald", JOURNAL % b"[300]", Line(JOURNAL % b"[300]", None, b"")),
    ("journald", b'{"__REALTIME_TIMESTAMP":"1","MESSAGE":"m"}', Line(b"m", None, b"1")),
    ("pm2-json", PM2 % rb"one\n  two\n", Line(b"one\n  two", "stderr 2", b"2026-11-23T12:34:19.778Z")),
    ("pm2-json", PM2 % b"goes on", Line(b"goes on", "stderr 2", b"2026-11-23T12:34:19.778Z", ended=False)),
    ("pm2-json", b"Error: raw", Line(b"Error: raw", None, b"")),
    ("compose", b"web-1  | text", Line(b"text", "web-1", b"")),
    ("compose", b"\x1b[36mweb-1  | \x1b[0m    at x", Line(b"    at x", "web-1", b"")),
    ("compose", b"api-1  | " + TIME + b" text", Line(b"text", "api-1", TIME)),
    ("compose", b"api-1  | ", Line(b"", "api-1", b"")),
    ("kubectl", b"[pod/api-7d9/api] " + TIME + b"     at x", Line(b"    at x", "api-7d9/api", TIME)),
    ("kubectl", b"[pod/api-7d9/api] text", Line(b"text", "api-7d9/api", b"")),
    ("heroku", TIME + b" app[web.1]: text", Line(b"text", "app[web.1]", TIME)),
    ("heroku", TIME + b" app[web.1]:", Line(b"", "app[web.1]", TIME)),
    ("syslog", b"Nov 23 11:49:56 web-1 api[42]:     at x", Line(b"    at x", "api[42]", b"Nov 23 11:49:56")),
    ("syslog", b"<13>Nov  3 11:49:56 web-1 api: text", Line(b"text", "api", b"Nov  3 11:49:56")),
    (
        "syslog",
        b"2026-11-23T12:13:49.1+0000 vm api[2]: x",
        Line(b"x", "api[2]", b"2026-11-23T12:13:49.1+0000"),
    ),
    (
        "pm2-date",
        b"2026-11-23 12:13:57 +00:00:     at x",
        Line(b"    at x", None, b"2026-11-23 12:13:57 +00:00"),
    ),
    ("pm2-date", b"2026-11-23T12:13:57: text", Line(b"text", None, b"2026-11-23T12:13:57")),
    ("pm2-date", b"    at x", Line(b"    at x", None, b"")),
    ("iso", b"2026-11-23T11:49:50.420Z     at x", Line(b"    at x", None, b"2026-11-23T11:49:50.420Z")),
    ("iso", b"2026-11-23T11:49:50.420Z", Line(b"", None, b"2026-11-23T11:49:50.420Z")),
    ("ts", b"Nov 23 11:49:52     at x", Line(b"    at x", None, b"Nov 23 11:49:52")),
    ("concurrently", b"[0]     at x", Line(b"    at x", "0", b"")),
    ("concurrently", b"[web] x", Line(b"[web] x", None, b"")),
]


@pytest.mark.parametrize(
    ("name", "physical", "line"), READ, ids=[f"{row[0]}-{number}" for number, row in enumerate(READ)]
)
def test_one_line(name: str, physical: bytes, line: Line) -> None:
    assert BY_NAME[name].peel(physical + b"\n") == [line]


@pytest.mark.parametrize("name", BY_NAME)
@given(st.lists(st.sampled_from([row[1] for row in READ]) | st.binary(max_size=60), min_size=1, max_size=12))
def test_one_line_for_each_physical_line_and_never_longer(name: str, physical: list[bytes]) -> None:
    block = b"\n".join(physical) + b"\n"
    lines = BY_NAME[name].peel(block)
    rows = block.split(b"\n")[:-1]
    assert len(lines) == len(rows)
    assert all(len(line.text) <= len(row) for line, row in zip(lines, rows, strict=True))
    assert all(line.ended or line.text for line in lines)


@pytest.mark.parametrize(
    ("escaped", "plain"),
    [
        ([rb"\q"], [rb"\q"]),
        ([rb"\u12"], [rb"\u12"]),
        ([rb"\n", rb"\q", b"x"], [b"\n", rb"\q", b"x"]),
        ([b'a","b\\t', rb"\t"], [b'a","b\\t', b"\t"]),
        ([b"\xff\\t"], [b"\xff\t"]),
        ([rb"\ud83d"], [b"?"]),
        ([], []),
    ],
)
def test_escapes_that_cannot_be_read_stay(escaped: list[bytes], plain: list[bytes]) -> None:
    assert unescaped(escaped) == plain


@pytest.mark.parametrize(
    ("stamp", "when"),
    [
        (TIME, "2026-11-23T11:50:43.134833+00:00"),
        (b"2026-11-23T11:50:43.1Z", "2026-11-23T11:50:43.100000+00:00"),
        (b"2026-11-23 12:13:57 +02:00", "2026-11-23T12:13:57+02:00"),
        (b"2026-11-23T12:13:49.109632+0000", "2026-11-23T12:13:49.109632+00:00"),
        (b"2026-11-23T12:13:57", "2026-11-23T12:13:57"),
        (b"1795436018839306", "2026-11-23T12:13:38.839306+00:00"),
        (b"Nov 23 11:49:52", None),
        (b"999999999999999999", None),
        (b"2026-13-45T99:99:99Z", None),
        (b"", None),
        (b"\xff", None),
    ],
)
def test_times(stamp: bytes, when: str | None) -> None:
    found = read_stamp(stamp)
    assert (found and found.when) == (when and dt.datetime.fromisoformat(when))
