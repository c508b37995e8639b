"""`sidecar explain`: what each record becomes, with sampling and repeat limits off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import orjson

from sidecar.app.plan import Plans
from sidecar.app.reading import open_named
from sidecar.clock import Clock
from sidecar.pipeline.interpret import Interpreted
from sidecar.tail.opening import shown


def explained(paths: Sequence[str], plans: Plans, clock: Clock) -> Iterator[tuple[str, Interpreted]]:
    """Each record of the logs at *paths* in order, with the path; a log that cannot be read stops it."""
    for path in paths:
        with ExitStack() as stack:
            log = open_named(path, plans.for_path(path), clock.now(), stack)
            for one in log.interpreted():
                yield path, one


def as_json(path: str, one: Interpreted) -> bytes:
    """The row that DESIGN fixes for `explain --json`, with a line end."""
    row = {
        "file": shown(path),
        "offset": one.place.offset,
        "length": one.record.length,
        "format": one.template.event.format,
        "stream": one.record.stream,
        "outcome": one.template.outcome,
        "rule": one.template.rule,
        "payload": orjson.Fragment(one.payload()),
    }
    return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
