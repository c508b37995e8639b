"""The ways in which servers write a time; none but the access log's and syslog's ISO form says a zone."""

from __future__ import annotations

import datetime as dt
import re

from parsers.model import Stamp
from parsers.php import framing

_MONTHS = {
    name: number
    for number, name in enumerate(
        (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"), 1
    )
}
#: 2026/11/23 12:21:43
_NGINX = re.compile(rb"(\d{4})/(\d\d)/(\d\d) (\d\d):(\d\d):(\d\d)")
#: Mon Nov 23 12:22:09.144954 2026; php -S writes no fraction.
_CTIME = re.compile(rb"\w{3} (\w{3}) ([ \d]\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))? (\d{4})")
#: 23/Nov/2026:13:21:08 +0100
_ACCESS = re.compile(rb"(\d\d)/(\w{3})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
#: 23-Nov-2026 12:21:36.368783
_FPM = re.compile(rb"(\d\d-\w{3}-\d{4} \d\d:\d\d:\d\d)\.(\d{6})")


def read_nginx(stamp: bytes) -> Stamp | None:
    """`2026/11/23 12:21:43`."""
    found = _NGINX.fullmatch(stamp)
    return _stamp(*map(int, found.groups())) if found else None


def read_ctime(stamp: bytes) -> Stamp | None:
    """`Mon Nov 23 12:22:09.144954 2026`, with or without a fraction."""
    found = _CTIME.fullmatch(stamp)
    if found is None:
        return None
    month, day, hour, minute, second, fraction, year = found.groups(b"")
    micros = int(fraction.ljust(6, b"0"))
    return _stamp(int(year), _MONTHS.get(month, 0), int(day), int(hour), int(minute), int(second), micros)


def read_access(stamp: bytes) -> Stamp | None:
    """`23/Nov/2026:13:21:08 +0100`."""
    found = _ACCESS.fullmatch(stamp)
    if found is None:
        return None
    day, month, year, hour, minute, second, sign, hours, minutes = found.groups()
    local = _stamp(int(year), _MONTHS.get(month, 0), int(day), int(hour), int(minute), int(second))
    offset = dt.timedelta(hours=int(hours), minutes=int(minutes))
    if local is None or offset >= dt.timedelta(days=1):
        return None
    return Stamp(local.when.replace(tzinfo=dt.timezone(-offset if sign == b"-" else offset)))


def read_fpm(stamp: bytes) -> Stamp | None:
    """`23-Nov-2026 12:21:36.368783`, PHP's own with a zone, or an access log's."""
    found = _FPM.fullmatch(stamp)
    if found is None:
        return framing.read_stamp(stamp) or read_access(stamp)
    whole = framing.read_stamp(found[1])
    return Stamp(whole.when.replace(microsecond=int(found[2]))) if whole else None


def _stamp(*parts: int) -> Stamp | None:
    try:
        year, month, day, hour, minute, second, micros = (*parts, 0)[:7]
        return Stamp(dt.datetime(year, month, day, hour, minute, second, micros))  # noqa: DTZ001 - the log says no zone
    except ValueError:
        return None
