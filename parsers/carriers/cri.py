"""Kubernetes' container log (CRI): `2026-11-23T11:50:43.134833864Z stderr F text`, the tag P where a line goes on."""

from __future__ import annotations

import re

from parsers.carriers.line import Carrier, Line

_PREFIX = rb"(\d{4}-\d\d-\d\dT[\d:.]{8,18}(?:Z|[+-]\d\d:\d\d)) (stdout|stderr) ([FP])(?::[\w:]{0,64})? "
_LINE = re.compile(rb"(?:" + _PREFIX + rb"([^\n]*)|([^\n]*))\n")


def peel(block: bytes) -> list[Line]:
    """See `parsers.carriers.line.Peel`."""
    return [
        Line(text, stream.decode(), time, tag == b"F" or not text) if stream else Line(other, None, b"")
        for time, stream, tag, text, other in _LINE.findall(block)
    ]


CRI = Carrier("cri", re.compile(_PREFIX), 0.5, peel)
