"""Where records begin and end, whatever the text and wherever chunks end."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parsers.model import MAX_RECORD, LogEvent, Record
from parsers.php import ERROR_LOG
from tests.parsers.php.corpus import LOGS, text
from tests.parsers.pieces import cut, every, in_pieces, places, whole

HEAD = b"[23-Nov-2026 12:20:04 UTC] "
STAMP = HEAD[1:-2]
UNCAUGHT = (
    b"PHP Fatal error:  Uncaught E: m in /t.php:5\nStack trace:\n#0 {main}\n  thrown in /t.php on line 5"
)


def bodies(data: bytes) -> list[bytes]:
    return [record.body for record in whole(ERROR_LOG, data)]


#: A log, and the bodies of its records.
LOGGED: dict[str, tuple[bytes, list[bytes]]] = {
    "nothing": (b"", []),
    "one line": (HEAD + b"a\n", [b"a"]),
    "no line end": (HEAD + b"a", [b"a"]),
    "carriage return": (HEAD + b"a\r\n" + HEAD + b"b\r\n", [b"a", b"b"]),
    "lines": (HEAD + b"a\n b\n\nc\n" + HEAD + b"d\n", [b"a\n b\n\nc", b"d"]),
    "empty": (HEAD + b"\n" + HEAD + b"\n", [b"", b""]),
    "blank lines behind": (HEAD + b"a\n\n\n" + HEAD + b"b\n", [b"a\n\n", b"b"]),
    "text before the first stamp": (
        b"tail of something\nelse\n" + HEAD + b"a\n",
        [b"tail of something\nelse", b"a"],
    ),
    "no stamp at all": (b"a\nb\n", [b"a\nb"]),
    "day of one digit": (b"[1-Jan-2027 00:00:00 UTC] a\n", [b"a"]),
    "no zone": (b"[01-Jan-2027 00:00:00] a\n", [b"a"]),
    "zones": (
        b"[01-Jan-2027 00:00:00 America/Argentina/Buenos_Aires] a\n[01-Jan-2027 00:00:00 Etc/GMT-3] b\n",
        [b"a", b"b"],
    ),
    "uncaught ends itself": (HEAD + UNCAUGHT + b"\nraw\n" + HEAD + b"b\n", [UNCAUGHT, b"raw", b"b"]),
    "uncaught, raw text at the end": (HEAD + UNCAUGHT + b"\nraw\nraw", [UNCAUGHT, b"raw\nraw"]),
    "error, raw text behind": (
        HEAD + b"PHP Warning:  m in /a.php on line 7\nraw\n" + HEAD + b"b\n",
        [b"PHP Warning:  m in /a.php on line 7", b"raw", b"b"],
    ),
    "error of many lines": (
        HEAD + b"PHP Warning:  see /b.php on line 3\nm in /a.php on line 7\n",
        [b"PHP Warning:  see /b.php on line 3\nm in /a.php on line 7"],
    ),
    "stamp in a line": (HEAD + b"a " + HEAD + b"b\n", [b"a " + HEAD + b"b"]),
    "stamp that is none": (HEAD + b"a\n[23-Nov-2026 12:20 UTC] b\n", [b"a\n[23-Nov-2026 12:20 UTC] b"]),
    "stamp without a blank": (
        HEAD + b"a\n[23-Nov-2026 12:20:04 UTC]b\n",
        [b"a\n[23-Nov-2026 12:20:04 UTC]b"],
    ),
}


@pytest.mark.parametrize("name", LOGGED)
def test_records(name: str) -> None:
    data, expected = LOGGED[name]
    assert bodies(data) == expected


def test_a_record_carries_its_stamp_without_brackets() -> None:
    records = whole(ERROR_LOG, b"[01-Jan-2027 00:00:00 Europe/Berlin] a\nb\n" + HEAD + b"c")
    assert records == [
        Record(0, 41, b"01-Jan-2027 00:00:00 Europe/Berlin", b"a\nb"),
        Record(41, 28, STAMP, b"c"),
    ]


def test_what_may_go_on_is_held_back() -> None:
    assert ERROR_LOG.split(HEAD + b"a\n", False) == ([], 0)  # noqa: FBT003 - the shape of `Format.split`
    records, consumed = ERROR_LOG.split(HEAD + b"a\n" + HEAD + b"b\n", False)  # noqa: FBT003
    assert ([record.body for record in records], consumed) == ([b"a"], len(HEAD) + 2)


def test_an_uncaught_exception_is_given_at_once() -> None:
    data = HEAD + UNCAUGHT + b"\n"
    assert ERROR_LOG.split(data, False) == ([Record(0, len(data), STAMP, UNCAUGHT)], len(data))  # noqa: FBT003
    assert ERROR_LOG.split(data[:-1], False) == ([], 0)  # noqa: FBT003 - line 5 may become line 57


# -- wherever chunks end --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("log", [*LOGS, "startup"])
@pytest.mark.parametrize("size", [61, 4096])
def test_pieces_of_real_logs(log: str, size: int) -> None:
    data = text(log)
    assert in_pieces(ERROR_LOG, every(data, size)) == whole(ERROR_LOG, data)


@pytest.mark.parametrize("name", LOGGED)
def test_byte_by_byte(name: str) -> None:
    data, _ = LOGGED[name]
    assert in_pieces(ERROR_LOG, every(data, 1)) == whole(ERROR_LOG, data)


def test_a_real_log_byte_by_byte() -> None:
    data = text("kolkata")
    assert in_pieces(ERROR_LOG, every(data, 1)) == whole(ERROR_LOG, data)


FRAGMENTS = st.sampled_from(
    [
        HEAD,
        b"\n" + HEAD,
        b"\r\n" + HEAD,
        b"\n[23-Nov-2026 12:",
        b"\n[",
        b"PHP Fatal error:  Uncaught E: m in /t.php:5",
        b"PHP Warning:  m in /a.php on line 7",
        b"PHP ",
        b" on line 7",
        b" in /a.php",
        b"\nStack trace:\n#0 {main}",
        b"\n  thrown in /t.php on line 5",
        b"\r\n  thrown in /t.php on line 5",
        b"\n  thrown in ",
        b"\n\nNext F: n in /t.php:6",
        b"\n",
        b"\r\n",
        b"\r",
        b"7",
        b" ",
        b"\0\xff",
    ]
)
TEXTS = st.lists(st.one_of(FRAGMENTS, st.binary(max_size=4)), max_size=24).map(b"".join)


@st.composite
def texts_and_places(draw: st.DrawFn) -> tuple[bytes, set[int]]:
    data = draw(TEXTS)
    return data, draw(places(len(data)))


@given(texts_and_places())
@settings(max_examples=400, deadline=None)
@example((HEAD + b"PHP Fatal error:  Uncaught \n  thrown in \n  thrown in /t on line 5\r\n" + HEAD, {95}))
def test_pieces_of_any_text(given_text: tuple[bytes, set[int]]) -> None:
    data, at = given_text
    assert in_pieces(ERROR_LOG, cut(data, at)) == whole(ERROR_LOG, data)


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_parsing_is_total(data: bytes) -> None:
    for record in whole(ERROR_LOG, data):
        assert isinstance(ERROR_LOG.parse(record.body), LogEvent)
        ERROR_LOG.read_stamp(record.stamp)
    assert isinstance(ERROR_LOG.parse(data), LogEvent)


@given(st.binary(max_size=60))
@example(b"23-Nov-2026 12:20:04 ")
@example(b"31-Feb-2026 12:20:04 UTC")
@example(b"00-Jan-0000 99:99:99 UTC")
def test_reading_a_stamp_is_total(stamp: bytes) -> None:
    ERROR_LOG.read_stamp(stamp)


# -- records that are too long --------------------------------------------------------------------------------------

LONG = MAX_RECORD + MAX_RECORD // 2

#: Logs with records longer than MAX_RECORD, built when they are needed.
TOO_LONG = {
    "free text": HEAD + b"x" * LONG + b"\n" + HEAD + b"b\n",
    "lines": HEAD + b"x\n" * (LONG // 2) + HEAD + b"b\n",
    "no stamp": b"x" * (2 * LONG),
    "uncaught": HEAD
    + b"PHP Fatal error:  Uncaught E: "
    + b"x" * LONG
    + UNCAUGHT[29:]
    + b"\n"
    + HEAD
    + b"b\n",
    "error": HEAD + b"PHP Warning:  " + b"x" * LONG + b" in /a.php on line 7\n" + HEAD + b"b\n",
    "a stamp where it is cut": HEAD + b"x" * (MAX_RECORD - len(HEAD)) + HEAD + b"x" * MAX_RECORD + b"\n",
    "brackets where it is cut": HEAD + b"[" * (MAX_RECORD - len(HEAD)) + HEAD + b"x" * MAX_RECORD + b"\n",
    "as long as may be": HEAD + b"x" * (MAX_RECORD - len(HEAD) - 1) + b"\n" + HEAD + b"b\n",
    "one byte longer": HEAD + b"x" * (MAX_RECORD - len(HEAD)) + b"\n" + HEAD + b"b\n",
    "ends where it is cut": (HEAD + UNCAUGHT).replace(
        b"m in", b"m" * (MAX_RECORD - len(HEAD + UNCAUGHT) + 1) + b" in"
    )
    + b"\nraw\n"
    + HEAD
    + b"b\n",
}


@pytest.mark.parametrize("name", TOO_LONG)
def test_long_records_are_cut_alike_wherever_chunks_end(name: str) -> None:
    data = TOO_LONG[name]
    records = whole(ERROR_LOG, data)
    assert max(len(record.body) for record in records) <= MAX_RECORD
    for size in (MAX_RECORD // 8 + 1, MAX_RECORD + 17):
        assert in_pieces(ERROR_LOG, every(data, size)) == records


def test_a_long_record_keeps_its_stamp_on_the_first_piece() -> None:
    first, second, last = whole(ERROR_LOG, TOO_LONG["free text"])
    assert (first.stamp, len(first.body)) == (STAMP, MAX_RECORD - len(HEAD))
    assert (second.stamp, second.body) == (b"", b"x" * (LONG - MAX_RECORD + len(HEAD)))
    assert (last.stamp, last.body) == (STAMP, b"b")
