"""Stamps of a log to unix time, with the zone that the log says."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from parsers.model import StampReader

_KEPT = 4096
_TOO_FAR = 253_402_300_800.0  # the year 10000


class Times:
    """Reads stamps; many records share one, so the last few thousand are remembered.

    A local time that a zone has twice (the end of summer time) is read as the first of the two, see "Known limitations".
    """

    def __init__(self, read_stamp: StampReader, zone: str | None = None) -> None:
        """*zone* is for stamps that name none; None stands for the machine's."""
        self._read = read_stamp
        self._zone = ZoneInfo(zone) if zone else None
        self._known: dict[bytes, float | None] = {b"": None}

    def unix(self, stamp: bytes) -> float | None:
        """Seconds since 1970; None when *stamp* is no time."""
        try:
            return self._known[stamp]
        except KeyError:
            if len(self._known) >= _KEPT:
                self._known = {b"": None}
            found = self._known[stamp] = self._compute(stamp)
            return found

    def _compute(self, stamp: bytes) -> float | None:
        read = self._read(stamp)
        if read is None:
            return None
        when = read.when
        if when.tzinfo is None:
            zone = _zone_named(read.zone) if read.zone else None
            zone = zone or self._zone
            when = when.replace(tzinfo=zone) if zone else when.astimezone()
        try:
            unix = when.timestamp()
        except (OverflowError, ValueError, OSError):
            return None
        return unix if 0 <= unix < _TOO_FAR else None


def _zone_named(name: str) -> dt.tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
