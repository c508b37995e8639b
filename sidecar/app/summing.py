"""`sidecar backfill --dry-run`: what a backfill would send, counted, without sending it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

from sidecar.app.plan import Plans
from sidecar.app.reading import OpenedLog, open_named
from sidecar.clock import Clock
from sidecar.errors import InputError
from sidecar.pipeline.tally import IssueCount, Tally


def open_all(paths: Sequence[str], plans: Plans, clock: Clock) -> None:
    """Open each log once, so that one that cannot be read is said before any work is done.

    Raises:
        InputError: the first that cannot be read.
    """
    for path in paths:
        with ExitStack() as stack:
            if path != "-":
                open_named(path, plans.for_path(path), clock.now(), stack)


def sum_up(
    paths: Sequence[str], plans: Plans, clock: Clock, advance: Callable[[int], None], problems: list[str]
) -> Tally:
    """Count what each record of the logs would become.

    Args:
        paths: of the logs.
        plans: how to read which log.
        clock: what time it is.
        advance: told of bytes done.
        problems: what is wrong with a log is added here; what could be read of it is counted.
    """
    tally = Tally()
    for path in paths:
        with ExitStack() as stack:
            try:
                _add(tally, open_named(path, plans.for_path(path), clock.now(), stack), advance)
            except InputError as error:
                problems.append(str(error))
    return tally


def _add(tally: Tally, log: OpenedLog, advance: Callable[[int], None]) -> None:
    for batch in log.batches():
        tally.add(batch.interpreter, batch.records)
        advance(len(batch.data))


def summary(tally: Tally, issues: Sequence[IssueCount], *, files: int, seconds: float) -> dict[str, Any]:
    """The JSON that DESIGN fixes for `backfill --dry-run --json`."""
    return {
        "records": tally.records,
        "events": tally.outcomes["event"],
        "logs": tally.outcomes["log"],
        "breadcrumbs": 0,
        "drops": tally.outcomes["drop"],
        "issues": [_issue(issue) for issue in issues],
        "bytes": tally.bytes,
        "seconds": round(seconds, 3),
        "files": files,
    }


def _issue(issue: IssueCount) -> dict[str, Any]:
    return {
        "key": hashlib.blake2b(issue.key.encode("utf-8", "replace"), digest_size=16).hexdigest(),
        "title": issue.title,
        "level": issue.level,
        "count": issue.count,
        "first_seen": _moment(issue.first_seen),
        "last_seen": _moment(issue.last_seen),
        "culprit": issue.culprit,
    }


def _moment(unix: float | None) -> str | None:
    return None if unix is None else datetime.fromtimestamp(unix, UTC).isoformat().replace("+00:00", "Z")
