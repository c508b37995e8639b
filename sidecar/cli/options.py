"""Options that several commands share, and what their text means."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from sidecar.errors import UsageError

Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        help="Settings file. [default: ./sidecar.toml, then /etc/sentry-sidecar/sidecar.toml]",
    ),
]
LogFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help="Format of the logs: auto, php, node, or a finer name. [default: auto]",
    ),
]
SourceRoots = Annotated[
    list[str] | None,
    typer.Option(
        "--source-root",
        metavar="LOGGED=LOCAL",
        help="Where the code of the logged paths can be read, for source lines. May be given several times.",
    ),
]
AppRoot = Annotated[
    str | None,
    typer.Option(
        "--app-root",
        metavar="DIR",
        help="Node: directory of the main script, as logged. PHP: prefix to show file names without.",
    ),
]
Timezone = Annotated[
    str | None,
    typer.Option("--timezone", metavar="NAME", help="Zone of times that name none. [default: the machine's]"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def source_root(text: str) -> tuple[str, str]:
    """`LOGGED=LOCAL` as two paths.

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
    return logged, local


def check_timezone(name: str | None) -> None:
    """Refuse a zone that does not exist.

    Raises:
        UsageError: there is no such zone.
    """
    try:
        if name is not None:
            ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise UsageError(f"--timezone {name}: no such time zone; use a name such as Europe/Berlin") from None
