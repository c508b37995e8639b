"""`sidecar explain` in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import orjson

from sidecar.app.explaining import as_json as row_of
from sidecar.app.explaining import explained
from sidecar.app.plan import Plans
from sidecar.clock import SYSTEM


def explain(files: Sequence[str], plans: Plans, *, as_json: bool) -> None:
    """Print each record of *files* and what becomes of it."""
    if as_json:
        for path, one in explained(files, plans, SYSTEM):
            sys.stdout.buffer.write(row_of(path, one))
        return
    from sidecar.terminal import output  # noqa: PLC0415 - JSON needs no rich
    from sidecar.terminal.event import render_record  # noqa: PLC0415

    console = output()
    for _, one in explained(files, plans, SYSTEM):
        console.print(render_record(one, orjson.loads(one.payload())))
