"""`sidecar backfill` in the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from sidecar.app.plan import Plans
from sidecar.app.summing import open_all, sum_up
from sidecar.cli.report import Report, bytes_of, print_report, progress
from sidecar.clock import SYSTEM


def dry_run(paths: Sequence[str], plans: Plans, *, as_json: bool) -> None:
    """Print which issues a backfill of *paths* would make."""
    started = time.monotonic()
    open_all(paths, plans, SYSTEM)
    with progress("reading", bytes_of(paths)) as advance:
        tally = sum_up(paths, plans, SYSTEM, advance)
    print_report(Report(tally), files=len(paths), seconds=time.monotonic() - started, as_json=as_json)


def backfill(paths: Sequence[str], plans: Plans, *, as_json: bool) -> int:
    """Send *paths* to Sentry, or show their events where no DSN is set; returns the exit status."""
    from sidecar.app.logging import configure_logging  # noqa: PLC0415 - a dry run needs none of these
    from sidecar.app.sending import dsn_of  # noqa: PLC0415
    from sidecar.cli import deliver  # noqa: PLC0415

    configure_logging()
    started = time.monotonic()
    open_all(paths, plans, SYSTEM)
    dsn = dsn_of(plans.settings)
    report = deliver.show_all(paths, plans) if dsn is None else deliver.send_all(paths, plans, dsn)
    print_report(report, files=len(paths), seconds=time.monotonic() - started, as_json=as_json)
    if report.advice:
        print(f"sidecar: {report.advice}", file=sys.stderr)  # noqa: T201 - as in `sidecar.cli.main`
    return 1 if report.advice else 0
