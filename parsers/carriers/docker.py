r"""Docker's json-file log driver: `{"log":"text\n","stream":"stderr","time":"2026-11-23T11:50:43.134833864Z"}` a line.

A line over 16 KiB comes in several, all but the last without `\n`; a character cut in two is lost (docker writes
U+FFFD for its halves).  `attrs` stands between stream and time where `--log-opt labels=` or `tag=` is set.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from parsers.carriers.escaped import unescaped
from parsers.carriers.line import Carrier, Line, lines_of

_LINE = re.compile(
    rb"""(?: \{"log":"( [^"\\\n]*+ (?:\\(?!n")[^\n][^"\\\n]*+)*+ )   # text
             (\\n)?                                                   # its line end
             ","stream":"(stdout|stderr)"
             (?:,"attrs":\{[^\n{}]*\})?
             ,"time":"([^"\n]{1,64})"\}\r?
         | ([^\n]*) )\n""",
    re.VERBOSE,
)
_STREAMS = {b"stdout": "stdout", b"stderr": "stderr"}
_MARK = re.compile(rb'\{"log":".*","stream":"std(?:out|err)"')


def peel(block: bytes) -> list[Line]:
    """See `parsers.carriers.line.Peel`."""
    logs, ends, streams, times, others = zip(*_LINE.findall(block), strict=True)
    texts = unescaped(list(logs))
    if any(others):
        texts = [text or other for text, other in zip(texts, others, strict=True)]
    ended: Iterable[bool] = map(bool, ends)
    if not all(ends):
        ended = (bool(end or not text or other) for end, text, other in zip(ends, texts, others, strict=True))
    return lines_of(texts, map(_STREAMS.get, streams), times, ended)


DOCKER = Carrier("docker", _MARK, 0.5, peel)
