"""Delivering a backfill: stored first, then sent, with progress; to be run again where it was not finished."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sidecar.app.backfilling import DIRECTORY, Backfill
from sidecar.app.explaining import explained
from sidecar.app.plan import Plans
from sidecar.app.sending import Courier, outbox
from sidecar.app.signals import stop_on_signals
from sidecar.cli.report import Report, bytes_of, complain, progress
from sidecar.clock import SYSTEM
from sidecar.errors import InputError
from sidecar.pipeline.sink import OutboxSink
from sidecar.pipeline.tally import Tally
from sidecar.tail.opening import shown

_LOOK_SECONDS = 0.2


def show_all(paths: Sequence[str], plans: Plans, *, quiet: bool) -> Report:
    """Print each event of *paths*, unless *quiet*."""
    from sidecar.cli.run import show  # noqa: PLC0415 - only here are events shown

    complain("no DSN, so events are shown instead; set SENTRY_DSN to send them")
    tally = Tally()
    problems = []
    for path in paths:
        try:
            for _, one in explained([path], plans, SYSTEM):
                tally.add_one(one.template, one.record.length, one.place.said_time)
                if one.template.outcome == "event" and not quiet:
                    show(one)
        except InputError as error:
            problems.append(str(error))
    return Report(tally, problems=problems)


def send_all(paths: Sequence[str], plans: Plans, dsn: str) -> Report:
    """Store what *paths* hold in the backfill's outbox, and deliver it."""
    settings = plans.settings
    directory = settings.state_dir / DIRECTORY
    with outbox(directory, settings, dsn, SYSTEM) as courier:
        sink = OutboxSink(courier.store, courier.sender.wake, settings.limits.outbox_max_bytes)
        before = courier.store.pending_rows(), _rejected(courier)
        courier.sender.start()
        tally = Tally()
        problems: list[str] = []
        stop = threading.Event()
        with stop_on_signals(stop):
            with progress("reading", bytes_of(paths)) as advance:
                work = Backfill(plans, sink, SYSTEM, tally, advance=advance, rest=_rest, stopped=stop.is_set)
                _store_all(paths, work, stop, problems)
            with progress("sending", courier.store.pending_rows()) as advance:
                _drain(courier, advance, stop)
            courier.sender.close(settings.sentry.shutdown_timeout)
        if stop.is_set():
            problems.append("interrupted")
        waiting, rejected = courier.store.pending_rows(), _rejected(courier) - before[1]
    sent = before[0] + sink.stored - waiting - rejected
    counts = {"sent": sent, "known already": sink.duplicates, "rejected": rejected, "waiting": waiting}
    if work.known_bytes:
        counts["bytes read before"] = work.known_bytes
    problems += _undelivered(directory, waiting, rejected, refused=courier.refused)
    return Report(tally, counts, problems)


def _store_all(paths: Sequence[str], work: Backfill, stop: threading.Event, problems: list[str]) -> None:
    for path in paths:
        if stop.is_set():
            return
        try:
            work.store(path)
        except InputError as error:
            problems.append(str(error))


def _drain(courier: Courier, advance: Callable[[int], None], stop: threading.Event) -> None:
    """Wait until all is delivered, Sentry refuses the DSN, or somebody stops it."""
    left = courier.store.pending_rows()
    while not (stop.is_set() or courier.refused) and not courier.sender.drain(_LOOK_SECONDS):
        now = courier.store.pending_rows()
        advance(left - now)
        left = now


def _rejected(courier: Courier) -> int:
    return sum(count for (_, outcome), count in courier.store.counters().items() if outcome == "rejected")


def _undelivered(directory: Path, waiting: int, rejected: int, *, refused: bool) -> Iterator[str]:
    where = shown(str(directory))
    if refused:
        yield f"Sentry refuses the DSN; {waiting:,} payloads wait in {where}: correct the DSN and run this again"
    elif waiting:
        yield f"{waiting:,} payloads wait in {where}: run this again to go on"
    if rejected:
        yield f"Sentry refused {rejected:,} payloads; they are kept in {where} as dead letters"


def _rest() -> None:
    time.sleep(_LOOK_SECONDS)
