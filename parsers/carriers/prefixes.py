"""Carriers that write something before each line: docker compose, kubectl, Heroku, syslog, pm2's dates, `ts`, concurrently.

A prefix ends with one blank; what is behind it is the program's line, with its indentation.  Of a carrier without streams
of its own, lines without the prefix go on in the same text: pm2 in cluster mode dates the first line of a print only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from itertools import repeat

from parsers.carriers.line import Carrier, Line, lines_of

_ISO = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)"
_MONTHS = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_SHORT = _MONTHS + rb" [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,6})?"
_COLOUR = rb"(?:\x1b\[[\d;]{0,12}m)?"

#: Prefixes, each with the groups `time` and `stream` that it has.  Of those that match equally often, the first counts:
#: what is more special stands above what it is a case of.
_PREFIXES: dict[str, tuple[bytes, float]] = {
    # web-1  | text, coloured in a terminal; `docker compose logs -t` gives the time
    "compose": (
        _COLOUR
        + rb"(?P<stream>[a-zA-Z0-9][\w.-]{0,127}) {0,64} \| "
        + _COLOUR
        + rb"(?:(?P<time>[\d-]{10}T[\d:]{8}\.\d{9}Z) )?",
        0.9,
    ),
    # [pod/api-7d9c5b6f4-x2x9k/api] 2026-11-23T11:49:50.420757004Z text, of kubectl logs --prefix --timestamps
    "kubectl": (rb"\[pod/(?P<stream>[\w./-]{1,512})\] (?:(?P<time>" + _ISO + rb") )?", 0.9),
    # 2026-11-23T11:49:56.570796+00:00 app[web.1]: text
    "heroku": (rb"(?P<time>" + _ISO + rb") (?P<stream>(?:app|heroku)\[[\w.-]{1,64}\]): ", 0.9),
    # <13>Nov 23 11:49:56 web-1 myapp[4242]: text; journalctl -o short, -o short-iso
    "syslog": (
        rb"(?:<\d{1,3}>)?(?P<time>"
        + _SHORT
        + rb"|"
        + _ISO
        + rb") [\w.:-]{1,255} (?P<stream>[\w./@-]{1,128}(?:\[\d{1,10}\])?): ?",
        0.9,
    ),
    # 2026-11-23 12:13:57 +00:00: text, of pm2's log_date_format
    "pm2-date": (
        rb"(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|[+-]\d\d:?\d\d))?): ",
        0.01,
    ),
    # 2026-11-23T11:49:50.420Z text
    "iso": (rb"(?P<time>" + _ISO + rb") ", 0.9),
    # Nov 23 11:49:52 text, of moreutils' ts
    "ts": (rb"(?P<time>" + _SHORT + rb") ", 0.9),
    # [0] text
    "concurrently": (rb"\[(?P<stream>\d{1,3})\] ", 0.9),
}


def _peel(pattern: re.Pattern[bytes], block: bytes) -> list[Line]:
    columns = list(zip(*pattern.findall(block), strict=True))
    place = {name: number - 1 for name, number in pattern.groupindex.items()}
    texts, others = columns[place["text"]], columns[place["other"]]
    if any(others):
        texts = tuple(text or other for text, other in zip(texts, others, strict=True))
    streams: Iterable[str | None] = repeat(None)
    if "stream" in place:
        written = columns[place["stream"]]
        streams = map({name: name.decode("utf-8", "replace") or None for name in set(written)}.get, written)
    times = columns[place["time"]] if "time" in place else repeat(b"")
    return lines_of(texts, streams, times, repeat(True))  # noqa: FBT003 - no flag


def _carrier(name: str, prefix: bytes, share: float) -> Carrier:
    # A carrier may strip the blank at the end of an empty line.
    bare = prefix.removesuffix(b" ") + rb"(?: |(?=\r?\n))" if prefix.endswith(b" ") else prefix
    line = re.compile(rb"(?:" + bare + rb"(?P<text>[^\n]*)|(?P<other>[^\n]*))\n")
    mark = re.compile(bare.replace(rb"(?=\r?\n)", rb"\r?\Z"))
    return Carrier(name, mark, share, partial(_peel, line))


PREFIXED: tuple[Carrier, ...] = tuple(_carrier(name, *rest) for name, rest in _PREFIXES.items())
