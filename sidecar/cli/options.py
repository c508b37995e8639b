"""Options that several commands share; what their text means is in `sidecar.cli.flags`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
