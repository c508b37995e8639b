"""Records in carriers: they cover the data, do not depend on where chunks end, and little is held back."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.carriers import carried, streams
from parsers.carriers.docker import DOCKER
from parsers.formats import FORMATS
from parsers.model import Record, Split
from parsers.node import CONSOLE
from parsers.plain import PLAIN
from tests.parsers.carriers.wrapping import (
    WRAPPINGS,
    Written,
    assert_covered,
    docker,
    in_pieces,
    pm2_json,
    whole,
    writings,
)

CARRIED = [
    f"{carrier}.{inner}" for carrier in WRAPPINGS for inner in ("node.console", "php.error_log", "plain")
]
FEW = settings(max_examples=40, deadline=None)


@pytest.fixture
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits of `parsers.carriers.streams` are constants; with small ones, short logs reach them."""
    monkeypatch.setattr(streams, "WINDOW", 1500)
    monkeypatch.setattr(streams, "SILENCE", 400)


@pytest.mark.parametrize("name", CARRIED)
@given(data=st.data())
@FEW
def test_any_pieces_give_the_same_records(name: str, data: st.DataObject) -> None:
    text = WRAPPINGS[name.partition(".")[0]](data.draw(writings()))
    places = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)) | {0, len(text)})
    pieces = [text[begin:end] for begin, end in pairwise(places)]
    assert in_pieces(FORMATS[name], pieces, streams.WINDOW) == whole(FORMATS[name], text)


@pytest.mark.usefixtures("small_windows")
@pytest.mark.parametrize("name", CARRIED)
@pytest.mark.parametrize("size", [1, 77, 1000, 1501, 4000])
def test_any_pieces_give_the_same_records_where_windows_are_full(name: str, size: int) -> None:
    @given(writings(160), st.lists(st.binary(max_size=1800), max_size=2))
    @settings(max_examples=12 if size > 1 else 3, deadline=None)
    def check(written: list[Written], strange: list[bytes]) -> None:
        half = len(written) // 2
        wrap = WRAPPINGS[name.partition(".")[0]]
        text = wrap(written[:half]) + b"".join(strange) + wrap(written[half:])
        pieces = [text[begin : begin + size] for begin in range(0, len(text), size)]
        assert in_pieces(FORMATS[name], pieces, 1500) == whole(FORMATS[name], text)

    check()


@pytest.mark.parametrize("name", CARRIED)
@given(st.binary(max_size=400), st.integers(0, 400))
@FEW
def test_any_bytes(name: str, text: bytes, place: int) -> None:
    pieces = in_pieces(FORMATS[name], [text[:place], text[place:]], streams.WINDOW)
    assert pieces == whole(FORMATS[name], text)
    for record in pieces:
        FORMATS[name].parse(record.body)
        FORMATS[name].read_stamp(record.stamp)


@pytest.mark.parametrize("wrapping", ["docker", "cri"])
@given(written=writings())
@FEW
def test_each_stream_has_the_records_that_it_would_have_alone(wrapping: str, written: list[Written]) -> None:
    clean = [
        (stream, text.decode("utf-8", "replace").encode(), ended or not text)
        for stream, text, ended in written
    ]
    records = whole(FORMATS[f"{wrapping}.node.console"], WRAPPINGS[wrapping](clean))
    for stream in ("stdout", "stderr"):
        alone = b"".join(text + b"\n" * ended for name, text, ended in clean if name == stream)
        bodies = [record.body for record in CONSOLE.split(alone, True).records]  # noqa: FBT003
        assert [record.body for record in records if record.stream == stream] == bodies


STACK: list[Written] = [
    ("stderr", b"Error: no row", True),
    ("stderr", b"    at a (/srv/a.js:1:2)", True),
    ("stderr", b"    at b (/srv/a.js:3:4)", True),
]


def test_a_stack_with_lines_of_the_other_stream_between() -> None:
    chat: Written = ("stdout", b"GET /", True)
    data = docker([chat, STACK[0], chat, STACK[1], chat, STACK[2], chat])
    lines = data.splitlines(keepends=True)
    records = whole(FORMATS["docker.node.console"], data)
    stack = records[1]
    assert stack.body == b"\n".join(text for _, text, _ in STACK)
    assert data[stack.offset : stack.offset + stack.length] == b"".join(lines[1:6])
    assert stack.stamp == b"2026-11-23T11:50:43.001Z"
    assert [record.stream for record in records] == ["stdout", "stderr", "stdout", "stdout", "stdout"]


def test_nothing_behind_an_open_record_is_returned_before_it() -> None:
    chat: Written = ("stdout", b"GET /", True)
    data = docker([chat, *STACK, chat, chat])
    split = FORMATS["docker.node.console"].split(data, False)  # noqa: FBT003
    assert [record.body for record in split.records] == [b"GET /"]
    assert split.consumed == data.index(b"\n") + 1


def test_a_silent_stream_holds_nothing_back() -> None:
    chat: list[Written] = [("stdout", b"GET /%d" % number, True) for number in range(2000)]
    data = docker([*STACK, *chat])
    records, consumed = FORMATS["docker.node.console"].split(data, False)  # noqa: FBT003
    assert len(data) > 2 * streams.SILENCE
    assert records[0].body.startswith(b"Error: no row\n    at a")
    # All but the last line of the busy stream, which may go on.
    assert (len(records), consumed) == (2000, data.rindex(b"\n", 0, -1) + 1)


def test_partial_lines_are_joined() -> None:
    parts: list[Written] = [("stdout", b"a" * 100, False), ("stderr", b"other", True), ("stdout", b"b", True)]
    first, second = whole(FORMATS["docker.node.console"], docker(parts))
    assert (first.body, second.body) == (b"a" * 100 + b"b", b"other")


def test_several_prints_in_one_line_are_records_of_their_own_place() -> None:
    data = pm2_json([("stdout", b"one", True), ("stdout", b"two", True), ("stdout", b"three", True)])
    records = whole(FORMATS["pm2-json.plain"], data)
    assert [record.body for record in records] == [b"one", b"two", b"three"]
    assert_covered(records, data)


def _each_byte(data: bytes, final: bool) -> Split:  # noqa: FBT001 - the shape of `Format.split`
    end = len(data) if final else data.rfind(b"\n") + 1
    return Split([Record(at, 1, b"", data[at : at + 1]) for at in range(end)], end)


@given(writings(12), st.binary(max_size=6))
@FEW
def test_a_format_that_cuts_anywhere_in_a_line(written: list[Written], rest: bytes) -> None:
    bytewise = carried(DOCKER, replace(PLAIN, split=_each_byte))
    records = whole(bytewise, docker(written) + rest)
    assert len(records) >= sum(len(text) for _, text, _ in written)


def test_a_line_longer_than_a_window() -> None:
    data = docker(STACK) + b"x" * (streams.WINDOW + 10) + b"\n" + docker(STACK)
    records = whole(FORMATS["docker.node.console"], data)
    assert [len(record.body) for record in records if record.body.startswith(b"x")] == [streams.WINDOW, 10]
    assert records == in_pieces(FORMATS["docker.node.console"], [data[:9000], data[9000:]], streams.WINDOW)


def test_php_keeps_its_own_time() -> None:
    written: list[Written] = [
        ("stderr", b"[23-Nov-2026 12:20:04 UTC] PHP Warning:  m in /a.php on line 7", True)
    ]
    (record,) = whole(FORMATS["docker.php.error_log"], docker(written))
    assert record.stamp == b"23-Nov-2026 12:20:04 UTC"
    stamp = FORMATS["docker.php.error_log"].read_stamp(record.stamp)
    assert stamp is not None
    assert stamp.zone == "UTC"


def test_a_time_of_phps_without_a_zone_does_not_go_before_the_carriers() -> None:
    written: list[Written] = [("stderr", b"[23-Nov-2026 12:20:04] NOTICE: fpm is running, pid 1", True)]
    (record,) = whole(FORMATS["docker.php.error_log"], docker(written))
    assert record.stamp == b"2026-11-23T11:50:43.000Z"


def test_the_time_of_the_carrier_goes_before_an_applications() -> None:
    written: list[Written] = [("stderr", b"2020-01-01T00:00:00Z started", True)]
    (record,) = whole(FORMATS["docker.node.console"], docker(written))
    assert record == Record(0, record.length, b"2026-11-23T11:50:43.000Z", b"started", "stderr")


def test_a_time_without_a_year_does_not() -> None:
    (record,) = whole(FORMATS["ts.node.console"], b"Nov 23 11:49:52 2020-01-01T00:00:00Z started\n")
    assert (record.stamp, record.body) == (b"2020-01-01T00:00:00Z", b"started")
