"""No text takes more than linear time: 1 MB of what repeats, between heads and tails that make the parser look at it."""

from __future__ import annotations

import pytest

from parsers.php import ERROR_LOG
from tests.linear import assert_linear

SIZE = 1 << 20

HEADS = {
    "uncaught": b"[23-Nov-2026 12:20:04 UTC] PHP Fatal error:  Uncaught E: ",
    "in a trace": b"[23-Nov-2026 12:20:04 UTC] E: m in /x:1\nStack trace:\n",
    "warning": b"[23-Nov-2026 12:20:04 UTC] PHP Warning:  ",
    "free text": b"[23-Nov-2026 12:20:04 UTC] ",
}
TAILS = {
    "place": b" in /x:1\nStack trace:\n#0 {main}\n  thrown in /x on line 1\n",
    "trace": b"\n#1 {main}\n",
}
UNITS = {
    "' in /x'": b" in /x",
    "' in C:/'": b" in C:/",
    "' in http://'": b" in http://",
    "trace starts": b"\nStack trace:\n",
    "traces": b"\nStack trace:\n#0 {main}",
    "traces with a line": b"\nStack trace:\n#0 {main}\n:1",
    "trace of frames without an end": b"\n#0 /x(1): f()",
    "chain": b"\n\nNext E in /x:1\nStack trace:\n#0 {main}",
    "parentheses": b"(",
    "frames in a line": b"(1): ",
    "thrown in": b"  thrown in ",
    "lines of thrown in": b"\n  thrown in x on line 1x",
    "on line": b" on line 1\n",
    "digits": b"1",
    "brackets": b"\n[",
    "half stamps": b"\n[23-Nov-2026 12:20:04 ",
    "one word": b"a",
    "one name": b"a\\",
    "errors": b"Error",
    "eval": b"(1) : eval()'d code",
    "line ends": b"\r\n",
    "no text": b"\xff",
}


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(
    ("head", "tail"),
    [("uncaught", "place"), ("in a trace", "trace"), ("warning", "trace"), ("free text", "place")],
)
def test_linear_time(unit: str, head: str, tail: str) -> None:
    edges = HEADS[head], TAILS[tail]
    data = (UNITS[unit] * (SIZE // len(UNITS[unit])))[: SIZE - sum(map(len, edges))].join(edges)
    assert_linear(read, data)


def read(data: bytes) -> None:
    for record in ERROR_LOG.split(data, True).records:  # noqa: FBT003 - the shape of `Format.split`
        ERROR_LOG.parse(record.body)
