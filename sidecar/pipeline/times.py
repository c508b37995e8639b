"""Stamps of a log to unix time, with the zone that the log says."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from parsers.model import StampReader
from sidecar.pipeline.memo import Memo

_SECONDS = re.compile(rb"\d\d:\d\d:([0-5]\d)")
_KEPT_BYTES = 4 << 20
_TOO_FAR = 253_402_300_800.0  # the year 10000


class Times(Memo[float | None]):
    """`times[stamp]` is a stamp as unix time, None when it is no time.  Many records share one, so they are remembered.

    A local time that a zone has twice (the end of summer time) is the first of the two here; see `nearest`.
    """

    def __init__(self, read_stamp: StampReader, zone: str | None = None) -> None:
        """*zone* is for stamps that name none; None stands for the machine's."""
        super().__init__(self._compute, _KEPT_BYTES)
        self._minutes = Memo(lambda stamp: self._unix(stamp, fold=0), _KEPT_BYTES)
        self._read = read_stamp
        self._zone = ZoneInfo(zone) if zone else None

    def nearest(self, stamp: bytes, before: float) -> float | None:
        """As `times[stamp]`; of a local time that its zone has twice, the one nearer to *before*."""
        first = self[stamp]
        if first is None or first >= before:
            return first
        # Only where the log seems to go back in time is it worth to look for a second reading.
        second = self._unix(stamp, fold=1)
        return second if second is not None and abs(second - before) < before - first else first

    def _compute(self, stamp: bytes) -> float | None:
        """A busy log has other seconds in every few records, but few minutes; no zone changes within one."""
        found = _SECONDS.search(stamp)
        if found is None:
            return self._unix(stamp, fold=0)
        minute = self._minutes[stamp[: found.start(1)] + b"00" + stamp[found.end(1) :]]
        return None if minute is None else minute + int(found[1])

    def _unix(self, stamp: bytes, *, fold: Literal[0, 1]) -> float | None:
        read = self._read(stamp) if stamp else None
        if read is None:
            return None
        when = read.when
        if when.tzinfo is None:
            zone = _zone_named(read.zone) if read.zone else None
            when = when.replace(tzinfo=zone or self._zone, fold=fold)  # none at all stands for the machine's
        try:
            unix = when.timestamp()
        except (OverflowError, ValueError, OSError):
            return None
        return unix if 0 <= unix < _TOO_FAR else None


@lru_cache(maxsize=256)
def _zone_named(name: str) -> dt.tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
