"""Kubernetes' container log (CRI): `2026-11-23T11:50:43.134833864Z stderr F text`, the tag P where a line goes on."""

from __future__ import annotations

import re

from parsers.carriers.line import Carrier, Line, lines_of

_PREFIX = rb"(\d{4}-\d\d-\d\dT[\d:.]{8,18}(?:Z|[+-]\d\d:\d\d)) (stdout|stderr) ([FP])(?::[\w:]{0,64})? "
_STREAMS = {b"stdout": "stdout", b"stderr": "stderr"}
_LINE = re.compile(rb"(?:" + _PREFIX + rb"([^\n]*)|([^\n]*))\n")


def peel(block: bytes) -> list[Line]:
    """See `parsers.carriers.line.Peel`."""
    times, streams, tags, texts, others = zip(*_LINE.findall(block), strict=True)
    if any(others):
        texts = tuple(text or other for text, other in zip(texts, others, strict=True))
    ended = [tag != b"P" or not text for tag, text in zip(tags, texts, strict=True)]
    return lines_of(texts, map(_STREAMS.get, streams), times, ended)


CRI = Carrier("cri", re.compile(_PREFIX), 0.5, peel)
