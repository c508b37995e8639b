"""What a carrier is, and what it gives: a carrier wraps each line that a program wrote in something of its own.

Carriers are the runners and log drivers between a program and its log file: docker, Kubernetes, journald, pm2, syslog,
`ts`.  `peel` takes the wrapping off; `parsers.carriers.streams` puts the lines of each stream together again and lets the
format inside (PHP, Node, plain) find the records in them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeAlias

#: Of a sample, as much is looked at to tell which carrier wrote it.
_SAMPLE_LINES = 64
_SAMPLE_BYTES = 1 << 16


class Line(NamedTuple):
    """What one physical line carries.  A tuple: one is made for each line on the hot path.

    Attributes:
        text: what the program wrote, without its line end; never longer than the physical line.
        stream: lines of one stream belong together; None where the carrier names none, and of lines it did not write.
        stamp: the carrier's time as written; b"" when there is none.
        ended: the program ended its line here; False where the carrier cut a long one.
    """

    text: bytes
    stream: str | None
    stamp: bytes
    ended: bool = True


#: `Line._make` without its Python frame.
_line: Callable[[tuple[bytes, str | None, bytes, bool]], Line] = partial(tuple.__new__, Line)


def lines_of(
    texts: Iterable[bytes], streams: Iterable[str | None], stamps: Iterable[bytes], ended: Iterable[bool]
) -> list[Line]:
    """Lines from their columns, which is twice as fast as one by one; the shortest column counts."""
    return list(map(_line, zip(texts, streams, stamps, ended, strict=False)))


#: Whole physical lines, the last one ended as well -> one `Line` for each of them.  Total: never raises.
Peel: TypeAlias = Callable[[bytes], list[Line]]


@dataclass(frozen=True, slots=True)
class Carrier:
    """One way of wrapping lines.

    Attributes:
        name: first part of the names of its formats, "docker" of "docker.node.console".
        mark: matches the beginning of a physical line that it wrote.
        share: of a log that it wrote, so many lines match `mark` at least.  Little for pm2 in cluster mode, which wraps the
            first line of a print only, or all but the last words of a process.
        peel: see `Peel`.
    """

    name: str
    mark: re.Pattern[bytes]
    share: float
    peel: Peel

    def surely(self, sample: bytes) -> float:
        """How surely this carrier wrote *sample*, 0.0 (no) to 1.0; by its first lines."""
        lines = sample[:_SAMPLE_BYTES].split(b"\n", _SAMPLE_LINES)
        if len(lines) > 1:
            lines.pop()  # it may have no end yet
        share = sum(1 for line in lines if self.mark.match(line)) / len(lines)
        return share if share >= self.share else 0.0

    def text(self, sample: bytes) -> bytes:
        """What the programs wrote, of all streams, as far as *sample* goes."""
        block = sample[:_SAMPLE_BYTES].rpartition(b"\n")[0] or sample[:_SAMPLE_BYTES]
        return b"".join(line.text + b"\n" if line.ended else line.text for line in self.peel(block + b"\n"))
