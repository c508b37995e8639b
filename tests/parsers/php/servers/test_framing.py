"""Wherever chunks end, whatever is cut, doubled or mixed: the same records, and every byte in one of them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.model import MAX_RECORD, Format, Record
from parsers.php.servers import SERVERS, fpm
from parsers.php.servers.weaving import weave
from tests.parsers.pieces import cut, every, in_pieces

DATA = Path(__file__).parent / "data"
LOGS = {path.stem: path.read_bytes() for path in sorted(DATA.glob("*.log"))}
#: Lines that mean something to some format.
LINES = [line for log in LOGS.values() for line in log.splitlines(keepends=True)]
ODD = [b"\n", b" \n", b"\r\n", b"\0\n", b"\xff\n", b"Stack trace:\n", b"#0 {main}\n", b"Next E: m in /x:1\n"]

all_formats = pytest.mark.parametrize("log_format", SERVERS, ids=lambda one: one.name)


def whole(log_format: Format, data: bytes) -> list[Record]:
    """The records of *data*: in order, without a gap between them; those of two streams may overlap."""
    records, consumed = log_format.split(data, True)  # noqa: FBT003 - the shape of `Format.split`
    assert consumed == len(data)
    assert [one.offset for one in records] == sorted(one.offset for one in records)
    end = 0
    for record in records:
        assert record.offset <= end
        assert 0 < record.length <= MAX_RECORD
        assert record.stamp in data[: record.offset + record.length]
        end = max(end, record.offset + record.length)
    assert end == len(data)
    return records


def texts() -> st.SearchStrategy[bytes]:
    """Lines of all logs in any order, some cut."""
    some = st.sampled_from(LINES + ODD)
    halves = st.builds(lambda line, at: line[:at], some, st.integers(0, 200))
    return st.lists(st.one_of(some, some, some, halves), max_size=30).map(b"".join)


def test_there_are_logs() -> None:
    assert len(LOGS) >= len(SERVERS)


@all_formats
@given(data=texts(), seed=st.integers(0, 1 << 32))
@settings(deadline=None, max_examples=60)
def test_any_pieces_give_the_same_records(log_format: Format, data: bytes, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    cuts = {chance.randint(0, len(data)) for _ in range(chance.randint(1, 12))}
    assert in_pieces(log_format, cut(data, cuts)) == whole(log_format, data)


@all_formats
@pytest.mark.parametrize("log", LOGS)
def test_real_logs_byte_by_byte(log_format: Format, log: str) -> None:
    data = LOGS[log][:1500]
    assert in_pieces(log_format, every(data, 7)) == whole(log_format, data)


@all_formats
@given(data=st.one_of(texts(), st.binary(max_size=300)))
@settings(deadline=None, max_examples=60)
def test_nothing_raises(log_format: Format, data: bytes) -> None:
    for record in whole(log_format, data):
        event = log_format.parse(record.body)
        assert event.format == log_format.name
        log_format.read_stamp(record.stamp)
    log_format.parse(data)
    log_format.read_stamp(data)
    assert 0.0 <= log_format.claim(data) <= 1.0


@all_formats
def test_a_line_longer_than_a_record_is_cut(log_format: Format) -> None:
    log = next(log for name, log in LOGS.items() if name.rpartition(".")[0] == log_format.name)
    data = log + b"x" * (2 * MAX_RECORD + 7) + b"\n" + log
    found = whole(log_format, data)
    assert in_pieces(log_format, every(data, 1 << 18)) == found
    before = whole(log_format, log)[:-1]
    assert found[: len(before)] == before


@all_formats
def test_what_is_open_does_not_hold_the_log_back(log_format: Format) -> None:
    """A writer that never ends its text must not keep all others' records from being read."""
    log = b"".join(LOGS.values())
    data = log * (2 * MAX_RECORD // len(log))
    records, consumed = log_format.split(data, False)  # noqa: FBT003 - the shape of `Format.split`
    assert len(data) - consumed < MAX_RECORD
    assert records


LINE_BY_LINE = fpm._RULES._replace(block=None)


@given(data=texts(), final=st.booleans())
@settings(deadline=None, max_examples=100)
def test_a_block_is_what_its_lines_are(data: bytes, final: bool) -> None:  # noqa: FBT001 - the shape of `Format.split`
    assert fpm.split(data, final) == weave(LINE_BY_LINE, data, final=final)


@pytest.mark.parametrize("log", [log for log in LOGS if log.startswith("php.fpm.")])
def test_blocks_of_real_logs_are_what_their_lines_are(log: str) -> None:
    assert fpm.split(LOGS[log] * 3, True) == weave(LINE_BY_LINE, LOGS[log] * 3, final=True)  # noqa: FBT003
