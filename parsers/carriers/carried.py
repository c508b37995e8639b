"""Formats inside carriers, by name: "docker.node.console" is Node's console in docker's json-file."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from parsers.carriers.cri import CRI
from parsers.carriers.docker import DOCKER
from parsers.carriers.line import Carrier
from parsers.carriers.prefixes import PREFIXED
from parsers.carriers.records import JOURNALD, PM2_JSON
from parsers.carriers.streams import split
from parsers.carriers.times import read_stamp
from parsers.model import Format, LogEvent, Stamp

#: Where several carriers fit a log equally well, the first counts.
CARRIERS: tuple[Carrier, ...] = (DOCKER, CRI, JOURNALD, PM2_JSON, *PREFIXED)


class Peeled(NamedTuple):
    """A sample of a log: who carries it, how surely, and the text inside."""

    carrier: Carrier
    surely: float
    text: bytes


def detect(sample: bytes) -> Peeled | None:
    """The carrier that wrote *sample*, and what is inside; None when there is none."""
    surely, carrier = max(((one.surely(sample), one) for one in CARRIERS), key=lambda pair: pair[0])
    return Peeled(carrier, surely, carrier.text(sample)) if surely else None


def carried(carrier: Carrier, inner: Format) -> Format:
    """*inner* as *carrier* writes it."""
    name = f"{carrier.name}.{inner.name}"

    def parse(body: bytes) -> LogEvent:
        return inner.parse(body)._replace(format=name)

    def stamp(text: bytes) -> Stamp | None:
        return read_stamp(text) or inner.read_stamp(text)

    def claim(sample: bytes) -> float:
        surely = carrier.surely(sample)
        return surely and surely * inner.claim(carrier.text(sample))

    return Format(name, partial(split, carrier.peel, inner), parse, stamp, claim)
