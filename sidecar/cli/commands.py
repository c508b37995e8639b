"""The commands and their options; what they do is in `sidecar.app`."""

from __future__ import annotations

from typing import Annotated

import typer

from sidecar import __version__
from sidecar.cli.options import AppRoot, AsJson, Config, LogFormat, SourceRoots, Timezone

app = typer.Typer(
    name="sidecar",
    help="Turns the PHP and Node logs you already have into Sentry issues, without touching the application.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:  # noqa: FBT001 - the shape of a typer callback
    if value:
        typer.echo(f"sentry-sidecar {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Say what applies to all commands; the text for people is in `app`."""


@app.command()
def explain(
    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILE|-", help="Logs; - is standard input.")
    ] = None,
    *,
    log_format: LogFormat = None,
    source_roots: SourceRoots = None,
    app_root: AppRoot = None,
    timezone: Timezone = None,
    config: Config = None,
    match: Annotated[
        str | None,
        typer.Option("--match", metavar="TEXT", help="Only records whose title or text holds TEXT."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="Stop after N records.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what each record of a log becomes: an event with its frames, or a log item."""
    from sidecar.cli import explain as command  # noqa: PLC0415 - see the package's docstring
    from sidecar.cli.flags import plans_of  # noqa: PLC0415

    plans = plans_of(config, log_format, source_roots, app_root, timezone)
    command.explain(files or ["-"], plans, match=match, limit=limit, as_json=as_json)


@app.command()
def backfill(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH", help="Old logs, plain or gzip, in any order.")
    ],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Send nothing: show which issues there would be.")
    ] = False,
    log_format: LogFormat = None,
    source_roots: SourceRoots = None,
    app_root: AppRoot = None,
    timezone: Timezone = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Send old logs to Sentry once, or show with --dry-run what would be sent."""
    from sidecar.cli import backfill as command  # noqa: PLC0415 - see the package's docstring
    from sidecar.cli.flags import plans_of  # noqa: PLC0415

    plans = plans_of(config, log_format, source_roots, app_root, timezone)
    work = command.dry_run if dry_run else command.backfill
    raise typer.Exit(work(paths, plans, as_json=as_json))


@app.command()
def run(*, config: Config = None) -> None:
    """Tail the logs that the settings name and deliver to Sentry, until SIGTERM."""
    from sidecar.cli import run as command  # noqa: PLC0415 - see the package's docstring

    command.run(config)
