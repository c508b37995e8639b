"""Stamps to unix time, with the zone that the log says."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.node import CONSOLE
from parsers.php import ERROR_LOG
from sidecar.pipeline.times import Times


def unix(text: str) -> float:
    return dt.datetime.fromisoformat(text).timestamp()


@pytest.fixture
def machine_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Puts the machine into another zone."""

    def put(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield put
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("23-Nov-2026 12:20:04 UTC", "2026-11-23T12:20:04Z"),
        ("3-Nov-2026 12:20:04 UTC", "2026-11-03T12:20:04Z"),
        ("23-Nov-2026 12:20:04 Europe/Berlin", "2026-11-23T12:20:04+01:00"),
        ("23-Jul-2026 12:20:04 Europe/Berlin", "2026-07-23T12:20:04+02:00"),
        ("23-Nov-2026 12:20:04 Asia/Kolkata", "2026-11-23T12:20:04+05:30"),
        ("23-Nov-2026 12:20:04 America/Argentina/Buenos_Aires", "2026-11-23T12:20:04-03:00"),
        ("23-Nov-2026 12:20:04 EST", "2026-11-23T12:20:04-05:00"),
        ("23-Nov-2026 12:20:04 Etc/GMT-3", "2026-11-23T12:20:04+03:00"),
        ("29-Feb-2028 23:59:59 UTC", "2028-02-29T23:59:59Z"),
        ("01-Jan-1970 00:00:00 UTC", "1970-01-01T00:00:00Z"),
        ("31-Dec-9999 23:59:59 UTC", "9999-12-31T23:59:59Z"),
        # An hour that summer time leaves out is told as if the clock had not been put forward.
        ("29-Mar-2026 02:30:00 Europe/Berlin", "2026-03-29T02:30:00+01:00"),
        ("29-Mar-2026 01:59:59 Europe/Berlin", "2026-03-29T01:59:59+01:00"),
        ("29-Mar-2026 03:00:00 Europe/Berlin", "2026-03-29T03:00:00+02:00"),
        # An hour that its end has twice is the first of the two.
        ("25-Oct-2026 02:30:00 Europe/Berlin", "2026-10-25T02:30:00+02:00"),
        ("25-Oct-2026 03:00:00 Europe/Berlin", "2026-10-25T03:00:00+01:00"),
    ],
)
def test_stamps_of_php(stamp: str, expected: str) -> None:
    assert Times(ERROR_LOG.read_stamp, "Asia/Tokyo")[stamp.encode()] == unix(expected)


@pytest.mark.parametrize(
    "stamp",
    [
        "",
        "no time",
        "31-Feb-2026 12:20:04 UTC",
        "23-Nov-2026 24:00:00 UTC",
        "23-Nov-2026 12:20:60 UTC",
        "23-Foo-2026 12:20:04 UTC",
        "00-Jan-2026 00:00:00 UTC",
        "01-Jan-0000 00:00:00 UTC",
        "01-Jan-0001 00:00:00 UTC",
        "01-Jan-0001 00:00:00",
        "31-Dec-1969 23:59:59 UTC",
        "31-Dec-9999 23:59:59 America/New_York",
    ],
)
def test_no_times(stamp: str) -> None:
    assert Times(ERROR_LOG.read_stamp)[stamp.encode()] is None
    assert Times(ERROR_LOG.read_stamp, "America/New_York")[stamp.encode()] is None


@pytest.mark.parametrize(
    "zone", ["Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Europe", "+05:30", "posix/"]
)
def test_an_unknown_zone_is_as_none(zone: str) -> None:
    times = Times(ERROR_LOG.read_stamp, "Asia/Tokyo")
    assert times[f"23-Nov-2026 12:20:04 {zone}".encode()] == unix("2026-11-23T12:20:04+09:00")


def test_a_stamp_without_zone_is_in_that_of_the_source() -> None:
    times = Times(ERROR_LOG.read_stamp, "Asia/Tokyo")
    assert times[b"23-Nov-2026 12:20:04"] == unix("2026-11-23T12:20:04+09:00")


def test_or_in_that_of_the_machine(machine_zone: Callable[[str], None]) -> None:
    machine_zone("America/St_Johns")
    times = Times(ERROR_LOG.read_stamp)
    assert times[b"23-Nov-2026 12:20:04"] == unix("2026-11-23T12:20:04-03:30")
    assert times[b"23-Nov-2026 12:20:04 UTC"] == unix("2026-11-23T12:20:04Z")


def test_fractions_and_offsets() -> None:
    times = Times(CONSOLE.read_stamp, "Asia/Tokyo")
    assert times[b"2026-11-23T11:00:59.125Z"] == unix("2026-11-23T11:00:59.125Z")
    assert times[b"2026-11-23T11:00:01.5+02:00"] == unix("2026-11-23T11:00:01.5+02:00")
    assert times[b"2026-11-23 11:00:01"] == unix("2026-11-23T11:00:01+09:00")


ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"])


@given(st.lists(st.tuples(st.integers(0, 4_102_444_800), ZONES), max_size=20))
def test_remembering_changes_nothing(moments: list[tuple[int, str]]) -> None:
    """Seconds of one minute share a look-up: each is what it is on its own."""
    times = Times(ERROR_LOG.read_stamp)
    for moment, zone in moments:
        for second in (0, 1, 59):
            said = dt.datetime.fromtimestamp(moment, dt.UTC).replace(second=second)
            stamp = f"{said:%d-%b-%Y %H:%M:%S} {zone}".encode()
            assert times[stamp] == Times(ERROR_LOG.read_stamp)[stamp]
            assert zone != "UTC" or times[stamp] == said.timestamp()


def test_the_hour_that_a_zone_has_twice_is_told_by_what_came_before() -> None:
    times = Times(ERROR_LOG.read_stamp)
    stamp = b"25-Oct-2026 02:10:00 Europe/Berlin"
    first, second = unix("2026-10-25T02:10:00+02:00"), unix("2026-10-25T02:10:00+01:00")
    assert times.nearest(stamp, unix("2026-10-25T01:59:00+02:00")) == first
    assert times.nearest(stamp, unix("2026-10-25T02:59:58+02:00")) == second
    assert times.nearest(stamp, unix("2026-10-25T02:09:00+01:00")) == second
    assert times.nearest(stamp, unix("2026-10-25T02:10:01+02:00")) == first


def test_a_log_that_goes_back_stays_what_it_says() -> None:
    times = Times(ERROR_LOG.read_stamp)
    assert times.nearest(b"23-Nov-2026 12:20:04 UTC", unix("2026-11-23T13:00:00Z")) == unix(
        "2026-11-23T12:20:04Z"
    )
    assert times.nearest(b"no time", 5.0) is None
