"""Feeding a format in pieces, as tailing does; shared by the tests of all formats here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hypothesis import strategies as st

from parsers.model import MAX_RECORD, Format, Record

#: What a format may hold back: a record that may still go on, and the bytes of a stamp behind it.
MOST_HELD = MAX_RECORD + 128


def whole(log_format: Format, data: bytes) -> list[Record]:
    """The records of *data* in one call, which must cover it exactly."""
    records, consumed = log_format.split(data, True)  # noqa: FBT003 - the shape of `Format.split`
    assert consumed == len(data)
    assert_covered(records, data)
    return records


def assert_covered(records: Iterable[Record], data: bytes) -> None:
    """Every byte belongs to one record, and a record's stamp and body are in its own bytes."""
    end = 0
    for record in records:
        assert record.offset == end
        assert 0 < record.length <= MAX_RECORD + 1
        span = data[end : end + record.length]
        assert record.stamp in span
        assert record.body in span
        end += record.length
    assert end == len(data)


def in_pieces(log_format: Format, pieces: Iterable[bytes]) -> list[Record]:
    """The records of a log that comes in *pieces*, with their offsets in the whole of it."""
    found: list[Record] = []
    held, base = b"", 0
    for piece in pieces:
        held += piece
        records, consumed = log_format.split(held, False)  # noqa: FBT003
        found += [record._replace(offset=base + record.offset) for record in records]
        held, base = held[consumed:], base + consumed
        assert len(held) <= MOST_HELD
    records, consumed = log_format.split(held, True)  # noqa: FBT003
    assert consumed == len(held)
    return found + [record._replace(offset=base + record.offset) for record in records]


def cut(data: bytes, places: Iterable[int]) -> Iterator[bytes]:
    """*data* cut at *places*."""
    begin = 0
    for place in sorted(places):
        yield data[begin:place]
        begin = place
    yield data[begin:]


def every(data: bytes, size: int) -> Iterator[bytes]:
    """*data* in pieces of *size* bytes."""
    return (data[begin : begin + size] for begin in range(0, len(data), size))


def places(length: int) -> st.SearchStrategy[set[int]]:
    """Any places to cut a text of *length* bytes at."""
    return st.sets(st.integers(0, length), max_size=12)
