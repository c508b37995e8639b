"""What the text of an option means, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from parsers.formats import FAMILIES, NAMES
from sidecar.app.plan import Flags, Plans
from sidecar.app.settings import load_settings
from sidecar.errors import UsageError
from sidecar.event.source import SourceRoot
from sidecar.settings.value_checks import check_timezone, nearest


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
        known = ", ".join([*FAMILIES, *(one.name for one in FAMILIES["auto"])])
        hint = (
            nearest(log_format, NAMES)
            or f"; there are: {known}; and these in a carrier, such as docker.node.console"
        )
        raise UsageError(f"--format {log_format}: no such format{hint}")
    if timezone is not None:
        try:
            check_timezone(timezone)
        except ValueError:
            raise UsageError(
                f"--timezone {timezone}: no such time zone; use a name such as Europe/Berlin"
            ) from None
    roots = tuple(source_root(text) for text in source_roots or ())
    return Plans(load_settings(config), Flags(log_format, roots, app_root, timezone))


def source_root(text: str) -> SourceRoot:
    """`LOGGED=LOCAL` as a root.

    Raises:
        UsageError: it is not of that form, or LOCAL is no directory.
    """
    logged, found, local = text.partition("=")
    if not found or not logged or not local:
        raise UsageError(f"--source-root {text}: write it as LOGGED=LOCAL, such as /var/www/html=./src")
    if not Path(local).is_dir():
        raise UsageError(
            f"--source-root {text}: {local} is no directory; name the one that holds the code of {logged}"
        )
    return SourceRoot(logged, local)
