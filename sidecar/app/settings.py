"""The settings of this process: its file, its environment."""

from __future__ import annotations

import os
from pathlib import Path

from parsers.formats import NAMES
from sidecar.settings import Settings, find, load


def load_settings(config: Path | None) -> Settings:
    """Load the settings that *config*, or the first default file, and the environment say.

    Raises:
        UsageError: a line for each thing that is wrong.
    """
    return load(find(config), environ=os.environ, formats=NAMES, check_dsn=_check_dsn)


def _check_dsn(dsn: str) -> None:
    from sidecar.delivery.dsn import check_dsn  # noqa: PLC0415 - sentry_sdk takes 100 ms, for nothing without a DSN

    check_dsn(dsn)
