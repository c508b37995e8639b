"""Plain text: one record a line, and never more than a message."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.model import MAX_RECORD, LogEvent, Record
from parsers.plain import PLAIN
from tests.linear import assert_linear
from tests.parsers.pieces import cut, every, in_pieces, places, whole

LOGS: dict[str, tuple[bytes, list[bytes]]] = {
    "nothing": (b"", []),
    "lines": (b"a\nb\n", [b"a", b"b"]),
    "no line end": (b"a\nb", [b"a", b"b"]),
    "carriage returns": (b"a\r\nb\r\n", [b"a", b"b"]),
    "indented lines": (b"a\n  b\n\tc\nd\n", [b"a\n  b\n\tc", b"d"]),
    "indented from the start": (b"  a\n  b\nc\n", [b"  a\n  b", b"c"]),
    "blank lines": (b"a\n\n\nb\n", [b"a", b"", b"", b"b"]),
    "a stack that nobody knows": (
        b"Traceback (most recent call last):\n  File a\nValueError: x\n",
        [b"Traceback (most recent call last):\n  File a", b"ValueError: x"],
    ),
    "no text": (b"\0\xff\n\x1b[0m\n", [b"\0\xff", b"\x1b[0m"]),
}


@pytest.mark.parametrize("name", LOGS)
def test_records(name: str) -> None:
    data, bodies = LOGS[name]
    records = whole(PLAIN, data)
    assert [record.body for record in records] == bodies
    assert {(record.stamp, record.stream) for record in records} <= {(b"", None)}
    assert in_pieces(PLAIN, every(data, 1)) == records


TEXTS = st.lists(st.sampled_from([b"a", b"\n", b"\r\n", b" ", b"\t", b"\r", b"\xff"]), max_size=30).map(
    b"".join
)


@st.composite
def texts_and_places(draw: st.DrawFn) -> tuple[bytes, set[int]]:
    data = draw(TEXTS)
    return data, draw(places(len(data)))


@given(texts_and_places())
@settings(max_examples=200, deadline=None)
def test_pieces(given_text: tuple[bytes, set[int]]) -> None:
    data, at = given_text
    assert in_pieces(PLAIN, cut(data, at)) == whole(PLAIN, data)


@pytest.mark.parametrize(
    "data",
    [
        b"x" * (2 * MAX_RECORD + 5),
        b"x" * (MAX_RECORD - 1) + b"\ny\n",
        b"x" * MAX_RECORD + b"\ny\n",
        b"x\n" + b" y\n" * MAX_RECORD + b"z\n",
    ],
)
def test_long_records_are_cut_alike_wherever_chunks_end(data: bytes) -> None:
    records = whole(PLAIN, data)
    assert max(record.length for record in records) == MAX_RECORD
    for size in (MAX_RECORD // 8 + 1, MAX_RECORD + 17):
        assert in_pieces(PLAIN, every(data, size)) == records


@pytest.mark.parametrize("unit", [b"\n", b"\n ", b"\r\n", b" ", b"x", b"\xff"])
def test_linear_time(unit: bytes) -> None:
    data = unit * ((1 << 18) // len(unit))
    assert_linear(read, data)


def read(data: bytes) -> None:
    for record in PLAIN.split(data, True).records:  # noqa: FBT003 - the shape of `Format.split`
        PLAIN.parse(record.body)


@pytest.mark.parametrize(
    "body",
    [
        b"FATAL ERROR: out of memory",
        b"PHP Fatal error:  x in /a.php on line 3",
        b"Error: x\n    at f (/a.js:1:2)",
    ],
)
def test_nothing_is_guessed(body: bytes) -> None:
    assert PLAIN.parse(body) == LogEvent("plain", "other", "info", body.decode())


@given(st.binary(max_size=50))
def test_parsing_is_total(body: bytes) -> None:
    assert not PLAIN.parse(body).issue
    assert PLAIN.read_stamp(body) is None


def test_what_may_go_on_is_held_back() -> None:
    assert PLAIN.split(b"a\nb\n", False) == ([Record(0, 2, b"", b"a")], 2)  # noqa: FBT003 - the shape of `Format.split`
