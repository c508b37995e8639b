"""`sidecar backfill` in the terminal."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence

from sidecar.app.plan import Plans
from sidecar.app.reading import STDIN
from sidecar.app.summing import open_all, sum_up
from sidecar.cli.report import Report, bytes_of, complain, print_report, progress
from sidecar.clock import SYSTEM
from sidecar.errors import UsageError

_DRY_RUN_BYTES = 80 << 20


def dry_run(paths: Sequence[str], plans: Plans, *, as_json: bool) -> int:
    """Print which issues a backfill of *paths* would make; returns the exit status."""
    # A dry run is short and its records hold no cycles: the collector would only walk what is remembered.
    gc.disable()
    # It keeps no JSON either, and runs alone: more memory for fewer texts that are parsed again.
    plans.memory = _DRY_RUN_BYTES
    started = time.monotonic()
    open_all(paths, plans, SYSTEM)
    problems: list[str] = []
    with progress("reading", bytes_of(paths)) as advance:
        tally = sum_up(paths, plans, SYSTEM, advance, problems)
    return _finish(Report(tally, problems=problems), paths, started, as_json=as_json)


def backfill(paths: Sequence[str], plans: Plans, *, as_json: bool) -> int:
    """Send *paths* to Sentry, or show their events where no DSN is set; returns the exit status."""
    from sidecar.app.logging import configure_logging  # noqa: PLC0415 - a dry run needs none of these
    from sidecar.app.sending import dsn_of  # noqa: PLC0415
    from sidecar.cli import deliver  # noqa: PLC0415

    configure_logging()
    started = time.monotonic()
    dsn = dsn_of(plans.settings)
    if dsn and STDIN in paths:
        raise UsageError(
            "backfill goes on where it stopped, which needs files; - works with --dry-run and without a DSN"
        )
    open_all(paths, plans, SYSTEM)
    if dsn is None:
        report = deliver.show_all(paths, plans, quiet=as_json)
    else:
        report = deliver.send_all(paths, plans, dsn)
    return _finish(report, paths, started, as_json=as_json)


def _finish(report: Report, paths: Sequence[str], started: float, *, as_json: bool) -> int:
    print_report(report, files=len(paths), seconds=time.monotonic() - started, as_json=as_json)
    for problem in report.problems:
        complain(problem)
    return 1 if report.problems else 0
