"""`sidecar explain` in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import islice

import orjson

from sidecar.app.explaining import as_json as row_of
from sidecar.app.explaining import explained
from sidecar.app.plan import Plans
from sidecar.app.reading import STDIN
from sidecar.app.summing import open_all
from sidecar.clock import SYSTEM
from sidecar.pipeline.interpret import Interpreted


def explain(
    files: Sequence[str], plans: Plans, *, match: str | None, limit: int | None, as_json: bool
) -> None:
    """Print the records of *files* and what becomes of each; those that *match*, at most *limit*."""
    open_all(files, plans, SYSTEM)
    rows = islice(_matching(explained(files, plans, SYSTEM), match), limit)
    if as_json:
        for path, one in rows:
            sys.stdout.buffer.write(row_of(path, one))
            if path == STDIN:
                sys.stdout.buffer.flush()
        return
    from sidecar.terminal import output  # noqa: PLC0415 - JSON needs no rich
    from sidecar.terminal.event import render_record  # noqa: PLC0415

    console = output()
    for path, one in rows:
        console.print(render_record(one, orjson.loads(one.payload())))
        if path == STDIN:
            console.file.flush()


def _matching(rows: Iterator[tuple[str, Interpreted]], text: str | None) -> Iterator[tuple[str, Interpreted]]:
    for path, one in rows:
        if text is None or text in one.template.title or text in one.template.event.message:
            yield path, one
