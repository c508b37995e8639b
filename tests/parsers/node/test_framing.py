"""Records of a Node console: they cover the data, and do not depend on where chunks end."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.model import MAX_RECORD, Record
from parsers.node.console import claim, read_stamp, split
from tests.linear import assert_linear

LOGS = sorted((Path(__file__).parent / "data").glob("*.log"))

#: Lines that matter to framing, in no order; text made of them is worse than any log.
LINES = (
    b"plain text",
    b"Error: message",
    b"TypeError [ERR_X]: message",
    b"  Error: indented",
    b"[Error: no stack] {",
    b"Exception: of another kind",
    b"    at main (/srv/a.js:1:2)",
    b"    at main (/srv/a.js:1:2) {",
    b"      at inner (/srv/b.js:3:4)",
    b"  code: 'E',",
    b"}",
    b"",
    b"  ",
    b"/srv/a.js:7",
    b"node:events:502",
    b"connecting.../srv/a.js:7",
    b"throw new Error('x')",
    b"  throw err;",
    b"^",
    b"      ^^^",
    b"<anonymous_script>:1",
    b"Emitted 'error' event on Socket instance at:",
    b"Thrown at:",
    b"From previous event:",
    b"Caused by: Error: x",
    b"(Use `node --trace-uncaught ...` to show where the exception was thrown)",
    b"Node.js v20.20.2",
    b"Node.js v20.20.2 starting",
    b"<--- Last few GCs --->",
    b"FATAL ERROR: heap",
    b"----- Native stack trace -----",
    b" 1: 0xb78db3 node::x",
    b"(node:1) Warning: w",
    b"2026-11-23T11:00:00.123Z INFO x",
    b"\x1b[90m    at grey (/srv/a.js:1:2)\x1b[39m",
    b"\x1b[31mError: red\x1b[39m",
    b'{"level":50}',
    "Zażółć → ✅".encode(),
    b"\xff\xfe not utf-8",
)
ENDS = (b"\n", b"\r\n")


@st.composite
def console_text(draw: st.DrawFn) -> bytes:
    end = draw(st.sampled_from(ENDS))
    lines = draw(st.lists(st.sampled_from(LINES), min_size=1, max_size=40))
    return end.join(lines) + (end if draw(st.booleans()) else b"")


def fed(data: bytes, cuts: Iterator[int]) -> list[Record]:
    """Records of *data* when it arrives in pieces, as a tailed file does."""
    records: list[Record] = []
    base = begin = end = 0
    while end < len(data):
        end = min(len(data), end + next(cuts))
        found = split(data[begin:end], final=False)
        records += [record._replace(offset=base + record.offset) for record in found.records]
        begin += found.consumed
        base = begin
    found = split(data[begin:], final=True)
    assert begin + found.consumed == len(data)
    return records + [record._replace(offset=base + record.offset) for record in found.records]


def random_cuts(seed: int) -> Iterator[int]:
    chance = random.Random(seed)  # noqa: S311 - no secret
    while True:
        yield chance.randint(1, chance.choice((1, 3, 20, 100, 700, 5000)))


def assert_covers(records: list[Record], data: bytes) -> None:
    position = 0
    for record in records:
        assert record.offset == position
        assert record.length > 0
        assert record.body in data[position : position + record.length]
        position += record.length
    assert position == len(data)


def test_there_are_logs() -> None:
    assert len(LOGS) >= 40


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.stem)
@pytest.mark.parametrize("seed", range(3))
def test_chunks_of_a_log_change_nothing(log: Path, seed: int) -> None:
    data = log.read_bytes()
    whole = split(data, final=True).records
    assert_covers(whole, data)
    assert fed(data, random_cuts(seed)) == whole


@given(data=console_text(), seed=st.integers(0, 1 << 16))
@settings(max_examples=300, deadline=None)
def test_chunks_of_any_text_change_nothing(data: bytes, seed: int) -> None:
    whole = split(data, final=True).records
    assert_covers(whole, data)
    assert fed(data, random_cuts(seed)) == whole


@given(data=st.binary(max_size=600), seed=st.integers(0, 1 << 16))
@settings(deadline=None)
def test_chunks_of_any_bytes_change_nothing(data: bytes, seed: int) -> None:
    whole = split(data, final=True).records
    assert_covers(whole, data)
    assert fed(data, random_cuts(seed)) == whole


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"x" * (2 * MAX_RECORD + 77) + b"\nnext\n", id="one line"),
        pytest.param(b"head\n" + b"  indented line\n" * 150_000 + b"next\n", id="one paragraph"),
        pytest.param(b"\n" * (MAX_RECORD + 5) + b"next\n", id="blank lines"),
        pytest.param(
            b"Error: a\n" + b"y" * (MAX_RECORD + 9) + b"\n    at f (/a.js:1:2)\nnext\n", id="header"
        ),
        pytest.param(
            b"/a.js:1\n" + b"z" * (MAX_RECORD + 9) + b"\n^\n\nError: a\n    at f (/a.js:1:2)\n", id="source"
        ),
    ],
)
def test_long_records_are_cut_the_same_everywhere(data: bytes) -> None:
    whole = split(data, final=True).records
    assert_covers(whole, data)
    assert max(record.length for record in whole) <= MAX_RECORD
    chance = random.Random(5)  # noqa: S311 - no secret
    assert fed(data, iter(lambda: chance.randint(1, 300_000), 0)) == whole


def test_what_is_held_back_is_bounded() -> None:
    data = (b"Error: never ends\n" + b"text\n" * 40 + b"w" * 40_000) * 40
    held = 0
    begin = end = 0
    while end < len(data):
        end += 50_000
        begin += split(data[begin:end], final=False).consumed
        held = max(held, min(end, len(data)) - begin)
    assert held <= 2 * MAX_RECORD


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"Error: " * 150_000, id="headers in one line"),
        pytest.param(b"Error [" * 150_000 + b"\n", id="brackets"),
        pytest.param(b"Error: x\n" * 110_000, id="headers"),
        pytest.param(b"Exception\ntext\n" * 65_000, id="headers and text"),
        pytest.param(b"a:1\nb\n^\n" * 110_000, id="carets"),
        pytest.param(b"    at " * 150_000, id="stack lines in one line"),
        pytest.param(b"    at f (/a.js:1:2)\n" * 50_000, id="stack lines"),
        pytest.param(b"".join(b" " * n + b"[cause]: Error: x\n" for n in range(1400)), id="nest"),
        pytest.param(b"{" * (1 << 20), id="braces"),
        pytest.param((b" " * 1000 + b"\n") * 1000, id="blanks"),
        pytest.param(b"\x1b[1m" * 250_000 + b"\n", id="colours"),
        pytest.param(b"FATAL ERROR: \n" * 75_000, id="dumps"),
    ],
)
def test_a_megabyte_of_anything_takes_no_time(data: bytes) -> None:
    assert_covers(split(data, final=True).records, data)
    assert_linear(lambda text: split(text, final=True), data)


@pytest.mark.parametrize(
    ("text", "bodies"),
    [
        ("one\ntwo\n", ["one", "two"]),
        ("object {\n  a: 1\n}\nnext\n", ["object {\n  a: 1\n}", "next"]),
        ("Group\n  in it\n  Error: x\n      at f (/a.js:1:2)\nout\n", ["Group\n  in it", "  Error: x\n      at f (/a.js:1:2)", "out"]),
        ("a\n\n  Error: koa\n      at f (/a.js:1:2)\n\nb\n", ["a", "  Error: koa\n      at f (/a.js:1:2)", "b"]),
        ("\n\nleading\n", ["leading"]),
        ("Error: list:\n - a\n\nsee docs\n    at f (/a.js:1:2)\n", ["Error: list:\n - a\n\nsee docs\n    at f (/a.js:1:2)"]),
        ("Error: a\nother\nError: b\n    at f (/a.js:1:2)\n", ["Error: a", "other", "Error: b\n    at f (/a.js:1:2)"]),
        ('Error: a\n{"json":1}\nX\n    at f (/a.js:1:2)\n', ["Error: a", '{"json":1}', "X\n    at f (/a.js:1:2)"]),
        ("/a.js:1\nthrow 1\n^\n1\n(Use `node --trace-uncaught ...` to show)\n\nNode.js v20.1.0\nnext\n",
         ["/a.js:1\nthrow 1\n^\n1\n(Use `node --trace-uncaught ...` to show)\n\nNode.js v20.1.0", "next"]),
    ],
)  # fmt: skip
def test_texts(text: str, bodies: list[str]) -> None:
    assert [record.body.decode() for record in split(text.encode(), final=True).records] == bodies


@pytest.mark.parametrize(
    ("line", "stamp", "body"),
    [
        ("2026-11-23T11:00:00.123Z INFO  up", "2026-11-23T11:00:00.123Z", "INFO  up"),
        ("[2026-11-23T11:00:00.123] [ERROR] x", "2026-11-23T11:00:00.123", "[ERROR] x"),
        ("2026-11-23 11:00:00,123 - WARN", "2026-11-23 11:00:00,123", "- WARN"),
        ("[2026-11-23 11:00:00.123 +0100] ERROR", "2026-11-23 11:00:00.123 +0100", "ERROR"),
        ("11/23/2026, 11:00:00 AM x", "", "11/23/2026, 11:00:00 AM x"),
    ],
)
def test_stamps_of_applications(line: str, stamp: str, body: str) -> None:
    (record,) = split(line.encode() + b"\n", final=True).records
    assert (record.stamp.decode(), record.body.decode()) == (stamp, body)
    read = read_stamp(record.stamp)
    assert (read is not None) == bool(stamp)
    if read:
        assert (read.when.year, read.when.minute, read.zone) == (2026, 0, None)


def test_a_stamp_that_is_no_time_is_none() -> None:
    assert read_stamp(b"2026-13-99T99:00:00") is None
    assert read_stamp(b"") is None
    assert read_stamp(b"\xff") is None


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.stem)
def test_logs_with_stacks_are_claimed(log: Path) -> None:
    data = log.read_bytes()
    if b"\n    at " in data:
        assert claim(data) >= 0.4


@pytest.mark.parametrize(
    "sample",
    [
        b"",
        b"GET / 200\n" * 50,
        b"[23-Nov-2026 12:20:04 UTC] PHP Warning:  x in /var/www/a.php on line 3\n" * 9,
        b"[23-Nov-2026 12:20:04 UTC] PHP Fatal error:  Uncaught Error: x in /a.php:3\nStack trace:\n#0 {main}\n  thrown in /a.php on line 3\n",
        b"Meet me at noon\n    at the corner\n",
    ],
)
def test_other_logs_are_not_claimed(sample: bytes) -> None:
    assert claim(sample) == 0.0
