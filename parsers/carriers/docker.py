r"""Docker's json-file log driver: `{"log":"text\n","stream":"stderr","time":"2026-11-23T11:50:43.134833864Z"}` a line.

A line over 16 KiB comes in several, all but the last without `\n`; a character cut in two is lost (docker writes
U+FFFD for its halves).  `attrs` stands between stream and time where `--log-opt labels=` or `tag=` is set.
"""

from __future__ import annotations

import re

from parsers.carriers.escaped import unescaped
from parsers.carriers.line import Carrier, Line

_LINE = re.compile(
    rb"""(?: \{"log":"( [^"\\\n]*+ (?:\\(?!n")[^\n][^"\\\n]*+)*+ )   # text
             (\\n)?                                                   # its line end
             ","stream":"(stdout|stderr)"
             (?:,"attrs":\{[^\n{}]*\})?
             ,"time":"([^"\n]{1,64})"\}\r?
         | ([^\n]*) )\n""",
    re.VERBOSE,
)
_MARK = re.compile(rb'\{"log":".*","stream":"std(?:out|err)"')


def peel(block: bytes) -> list[Line]:
    """See `parsers.carriers.line.Peel`."""
    rows = _LINE.findall(block)
    texts = unescaped([row[0] for row in rows])
    return [
        Line(text, stream.decode(), time, bool(end or not text)) if stream else Line(other, None, b"")
        for text, (_, end, stream, time, other) in zip(texts, rows, strict=True)
    ]


DOCKER = Carrier("docker", _MARK, 0.5, peel)
