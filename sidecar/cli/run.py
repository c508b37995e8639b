"""`sidecar run` in the terminal."""

from __future__ import annotations

from pathlib import Path

import orjson

from sidecar.app.logging import configure_logging
from sidecar.app.running import run as run_until_stopped
from sidecar.app.settings import load_settings
from sidecar.clock import SYSTEM
from sidecar.pipeline.interpret import Interpreted


def run(config: Path | None) -> None:
    """Tail and deliver until SIGTERM; without a DSN, show events."""
    settings = load_settings(config)
    configure_logging()
    run_until_stopped(settings, SYSTEM, show)


def show(one: Interpreted) -> None:
    """Print what would be sent for one record."""
    from sidecar.terminal import output  # noqa: PLC0415 - a daemon that delivers needs no rich
    from sidecar.terminal.event import render_payload  # noqa: PLC0415

    console = output()
    console.print(render_payload(one.template.outcome, orjson.loads(one.payload())))
    console.file.flush()
