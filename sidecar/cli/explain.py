"""`sidecar explain` in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import orjson

from parsers.formats import NAMES
from sidecar.app.explaining import as_json as row_of
from sidecar.app.explaining import explained
from sidecar.app.plan import Flags, Plans
from sidecar.app.settings import load_settings
from sidecar.cli.options import check_timezone, source_root
from sidecar.clock import SYSTEM
from sidecar.errors import UsageError
from sidecar.event.source import SourceRoot


def plans_of(
    config: Path | None,
    log_format: str | None,
    source_roots: Sequence[str] | None,
    app_root: str | None,
    timezone: str | None,
) -> Plans:
    """The plans that settings and flags make together.

    Raises:
        UsageError: a flag or the settings cannot be used.
    """
    if log_format is not None and log_format not in NAMES:
        raise UsageError(f"--format {log_format}: no such format; there are: {', '.join(NAMES)}")
    check_timezone(timezone)
    roots = tuple(SourceRoot(*source_root(text)) for text in source_roots or ())
    return Plans(load_settings(config), Flags(log_format, roots, app_root, timezone))


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
