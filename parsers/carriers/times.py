"""The times that carriers write."""

from __future__ import annotations

import datetime as dt
import re

from parsers.model import Stamp

_LONG_FRACTION = re.compile(r"([.,]\d{6})\d+")
#: journald: microseconds since 1970.
_MICROSECONDS = re.compile(rb"\d{15,17}")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def read_stamp(stamp: bytes) -> Stamp | None:
    """`2026-11-23T11:50:43.1258868Z`, `2026-11-23 12:13:57 +00:00`, `1795436018839306`; None for what is no whole time.

    `Nov 23 11:49:52` is none: it lacks the year.
    """
    try:
        if _MICROSECONDS.fullmatch(stamp):
            return Stamp(_EPOCH + dt.timedelta(microseconds=int(stamp)))
        text = _LONG_FRACTION.sub(r"\1", stamp.decode("ascii", "replace")).replace(",", ".")
        return Stamp(dt.datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-").replace(" Z", "Z")))
    except (ValueError, OverflowError):
        return None
