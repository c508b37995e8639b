"""Delivering a backfill: stored first, then sent, with progress; to be run again where it was not finished."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sidecar.app.backfilling import DIRECTORY, Backfill
from sidecar.app.explaining import explained
from sidecar.app.plan import Plans
from sidecar.app.sending import Courier, outbox
from sidecar.cli.report import Report, bytes_of, progress
from sidecar.clock import SYSTEM
from sidecar.pipeline.sink import OutboxSink
from sidecar.pipeline.tally import Tally

_LOOK_SECONDS = 0.2


def show_all(paths: Sequence[str], plans: Plans) -> Report:
    """Print each event of *paths*."""
    from sidecar.cli.run import show  # noqa: PLC0415 - only here are events shown

    _say("no DSN, so events are shown instead; set SENTRY_DSN to send them")
    tally = Tally()
    for _, one in explained(paths, plans, SYSTEM):
        tally.add_one(one.template, one.record.length, one.place.said_time)
        if one.template.outcome == "event":
            show(one)
    return Report(tally)


def send_all(paths: Sequence[str], plans: Plans, dsn: str) -> Report:
    """Store what *paths* hold in the backfill's outbox, and deliver it."""
    settings = plans.settings
    directory = settings.state_dir / DIRECTORY
    with outbox(directory, settings, dsn, SYSTEM) as courier:
        sink = OutboxSink(courier.store, courier.sender.wake, settings.limits.outbox_max_bytes)
        before = courier.store.pending_rows(), _rejected(courier)
        courier.sender.start()
        tally = Tally()
        try:
            with progress("reading", bytes_of(paths)) as advance:
                work = Backfill(
                    plans, sink, SYSTEM, tally, advance=advance, rest=lambda: time.sleep(_LOOK_SECONDS)
                )
                for path in paths:
                    work.store(path)
            with progress("sending", courier.store.pending_rows()) as advance:
                _drain(courier, advance)
        except KeyboardInterrupt:
            _say("interrupted")
        finally:
            courier.sender.close(settings.sentry.shutdown_timeout)
        waiting, rejected = courier.store.pending_rows(), _rejected(courier) - before[1]
    sent = before[0] + sink.stored - waiting - rejected
    counts = {"sent": sent, "known already": sink.duplicates, "rejected": rejected, "waiting": waiting}
    return Report(tally, counts, _advice(directory, waiting, rejected, refused=courier.refused))


def _drain(courier: Courier, advance: Callable[[int], None]) -> None:
    """Wait until all is delivered, or Sentry refuses the DSN."""
    left = courier.store.pending_rows()
    while not courier.sender.drain(_LOOK_SECONDS) and not courier.refused:
        now = courier.store.pending_rows()
        advance(left - now)
        left = now


def _rejected(courier: Courier) -> int:
    return sum(count for (_, outcome), count in courier.store.counters().items() if outcome == "rejected")


def _advice(directory: Path, waiting: int, rejected: int, *, refused: bool) -> str | None:
    if refused:
        return f"Sentry refuses the DSN; {waiting:,} payloads wait in {directory}: correct the DSN and run this again"
    if waiting:
        return f"{waiting:,} payloads wait in {directory}: run this again to go on"
    if rejected:
        return f"Sentry refused {rejected:,} payloads; they are kept in {directory} as dead letters"
    return None


def _say(text: str) -> None:
    print(f"sidecar: {text}", file=sys.stderr)  # noqa: T201 - as in `sidecar.cli.main`
